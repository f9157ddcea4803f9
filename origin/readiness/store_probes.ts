import type { Finding } from "./readiness.ts";

/** How far a server's clock is from this process's: ahead by about `offsetMs`. */
export interface ClockOffset {
  offsetMs: number;
  /** Half of the way there and back: the true offset lies within it. */
  uncertaintyMs: number;
}

/** What was found of a server that keeps something. Plain data. */
export interface ServerFinding extends Finding {
  /** As it is called in lists, say `Redis`. */
  server: string;
  /** Null where its clock is this process's own. */
  clock: ClockOffset | null;
}

/** Looks at the servers behind the ports. Each throws when the server does not answer. */
export interface StoreProbes {
  /** The server of the ledger: its rules, its scripts. */
  ledger(): Promise<ServerFinding>;
  /** The database: whether it has the schema of this code. */
  database(): Promise<ServerFinding>;
}

/** Times that a clock is asked: the shortest way there and back says most. */
const SAMPLES = 4;

/** Asks a server for its time and says how far it is from ours. */
export async function measureOffset(
  ask: () => Promise<number>,
  clock: () => number,
): Promise<ClockOffset> {
  let best: ClockOffset | null = null;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const sentAt = clock();
    const theirs = await ask();
    const uncertaintyMs = Math.max(0, clock() - sentAt) / 2;
    if (best !== null && uncertaintyMs >= best.uncertaintyMs) continue;
    best = { offsetMs: theirs - sentAt - uncertaintyMs, uncertaintyMs };
  }
  return best!;
}
