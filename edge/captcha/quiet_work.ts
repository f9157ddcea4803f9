import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * The work: so many numbers, each of 2^`WORK_BITS` hashes on average, 1 million in all. A phone needs
 * some seconds for it, which pass during the wait; a machine of its own 0.2 s.
 */
export const WORK_COUNT = 32;
export const WORK_BITS = 15;

/** The work of the quiet way, as the page gets it. */
export interface Work {
  salt: string;
  count: number;
  bits: number;
}

/** Its answer: for each index a number whose hash with the salt begins with zero bits. */
export const quietAnswerSchema = z.object({
  solutions: z.array(z.number().int().min(0).max(0xffff_ffff)).max(WORK_COUNT),
});

/** Whether the numbers are all there and fit: SHA-256 of `salt:index:number`, one hash each. */
export function isSolved({ salt, count, bits }: Work, solutions: readonly number[]): boolean {
  if (solutions.length !== count) return false;
  return solutions.every((number, index) => {
    const hash = createHash("sha256").update(`${salt}:${index}:${number}`).digest();
    return hash.readUInt32BE(0) >>> (32 - bits) === 0;
  });
}
