/**
 * Ports are taken from below the range that outgoing connections use, else a server that was killed
 * could find its port in use by a client's connection when it comes back.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const MAX_TRIES = 200;

const handedOut = new Set<number>();

/** A loopback port that nobody listens on and that this process has not handed out before. */
export function freePort(): number {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (handedOut.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch {
      continue;
    }
    handedOut.add(port);
    return port;
  }
  throw new Error(
    `Cannot find a free port as one of ${LOWEST_PORT} to ${HIGHEST_PORT} must be free: ` +
      `current value is ${MAX_TRIES} tries, all in use`,
  );
}
