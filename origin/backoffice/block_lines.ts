import { parseCidr } from "../../shared/ip.ts";

/** Most lines that are added at once. */
export const MAX_BLOCK_LINES = 500;

/** An entry as the API takes it. */
export type NewBlock = { userId: string } | { cidr: string };

/**
 * What a line means: an address or a network where it reads as one, a user otherwise. `user:` in
 * front says that it is a user, whose id may look like an address.
 */
export function readBlockLine(line: string): NewBlock {
  const text = line.trim();
  const user = /^user:\s*(.*)$/i.exec(text);
  if (user) return { userId: user[1]! };
  return parseCidr(text) !== null || /[/:]/.test(text) ? { cidr: text } : { userId: text };
}

/** The lines of a text that say something, each once. */
export function blockLines(text: string): string[] {
  return [...new Set(text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ""))];
}
