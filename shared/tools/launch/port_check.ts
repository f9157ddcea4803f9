import type { PartSpec } from "./part_run.ts";
import { PART_PORTS } from "./project.ts";

/**
 * Health ports are taken from below the range that outgoing connections use, and at random, since
 * in a long life a part has more processes than the range has ports.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const MAX_TRIES = 200;

/** A loopback port that nobody listens on at this moment. @throws when none is found. */
export function freeHealthPort(): number {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch {
      // Taken: another one.
    }
  }
  throw new Error(
    `Cannot find a port for health as one of ${LOWEST_PORT} to ${HIGHEST_PORT} must be free: ` +
      `current value is ${MAX_TRIES} tries, all in use`,
  );
}

/**
 * Makes sure that nobody else listens where a part shall: on a port that its processes share, a
 * second system of the same user would be let in without a word, and buyers would reach either.
 *
 * @throws when the address is taken.
 */
export function requireFreePort({ kind, name, env, sharesPort }: PartSpec): void {
  if (!sharesPort) return;
  const { variable, fallback } = PART_PORTS[kind];
  const hostname = env.HOST || "0.0.0.0";
  const port = Number(env[variable] || fallback);
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot start ${name} as ${variable} with HOST must be a free address of this machine: ` +
        `current value is ${hostname}:${port} (${why})`,
    );
  }
}
