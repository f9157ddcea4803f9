import fc from "fast-check";
import { BUYER_COMMANDS } from "./buyer_commands.ts";
import { type Counts, drawable, type SaleCommand } from "./commands.ts";
import { comeToRest } from "./at_rest.ts";
import { FAULT_COMMANDS, WORKER_COMMANDS } from "./system_commands.ts";
import { STORY_COMMANDS } from "./story_commands.ts";
import type { Profile } from "./profile.ts";
import { recover } from "./worker_jobs.ts";
import { World } from "./world.ts";

/** What a run of a model test is made of. */
export interface ModelOptions {
  /** Sequences. */
  runs: number;
  seed: number;
  /** Where to begin in the seed's tree of examples: fast-check's path of a failure. */
  path?: string;
  /** fast-check's path through the commands of a failure. */
  replayPath?: string;
  /** False stops at the first failure without looking for a shorter one. */
  shrinks?: boolean;
}

/** What a run of a model test did. */
export interface ModelResult {
  runs: number;
  counts: Counts;
  ms: number;
  /** How to see it again, and what happened; null when every promise held. */
  failure: string | null;
}

/** The sequences are as varied as 1,000 runs can make them; most commands need some before them. */
const MAX_COMMANDS = 44;

/** Shrinking ends then with the shortest that was found. */
const SHRINK_MS = 60_000;

/** Every sequence begins at the moment at which the test began. */
const STARTED_AT = Date.now();

/** Runs random sequences against a profile, one after the other. */
export async function runModel(profile: Profile, options: ModelOptions): Promise<ModelResult> {
  const { runs, seed, path, replayPath, shrinks = true } = options;
  const counts: Counts = new Map();
  const kinds = [...BUYER_COMMANDS, ...WORKER_COMMANDS, ...FAULT_COMMANDS, ...STORY_COMMANDS];
  const commands = fc.commands<World, World, false>(drawable(kinds, profile, counts), {
    maxCommands: MAX_COMMANDS,
    size: "max",
    ...(replayPath === undefined ? {} : { replayPath }),
  });
  const stock = fc.constantFrom(-1, 1, 2, 3, 5, 8);
  const begun = performance.now();
  let failedAt = Infinity;
  const property = fc.asyncProperty(stock, commands, async (stock, commands) => {
    if (performance.now() - failedAt > SHRINK_MS) return;
    try {
      await runSequence(profile, stock, commands as Iterable<SaleCommand<unknown>>);
    } catch (error) {
      failedAt = Math.min(failedAt, performance.now());
      throw error;
    }
  });
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: !shrinks,
    ...(path === undefined ? {} : { path }),
  });
  const ms = performance.now() - begun;
  return { runs: details.numRuns, counts, ms, failure: details.failed ? tell(details) : null };
}

async function runSequence(
  profile: Profile,
  stock: number,
  commands: Iterable<fc.AsyncCommand<World, World>>,
): Promise<void> {
  const world = await World.begin(profile, stock, STARTED_AT);
  try {
    await recover(world, null);
    await world.refresh(world.sleeper);
    await world.check();
    await fc.asyncModelRun(() => ({ model: world, real: world }), commands);
    await comeToRest(world);
  } finally {
    await world.end();
  }
}

function tell<T extends [number, unknown]>(details: fc.RunDetails<T>): string {
  const { seed, counterexamplePath, counterexample, errorInstance, numShrinks } = details;
  const [stock, commands] = counterexample ?? [];
  const sequence = String(commands);
  const replay = /replayPath="([^"]*)"/.exec(sequence)?.[1] ?? "";
  const error = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  return [
    `A sequence failed, after ${numShrinks} shrinks. The same again:`,
    `MODEL_SEED=${seed} MODEL_PATH=${counterexamplePath} MODEL_REPLAY=${replay}`,
    `Stock ${stock}, commands: ${sequence}`,
    String(error),
  ].join("\n");
}

/** Adds what another run counted. */
export function addCounts(to: Counts, more: Counts): void {
  for (const [name, count] of more) to.set(name, (to.get(name) ?? 0) + count);
}

/** How often each command ran, the most frequent first. */
export function countsText(counts: Counts): string {
  const lines = [...counts].toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => `${String(count).padStart(7)}  ${name}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...lines, `${String(total).padStart(7)}  commands`].join("\n");
}
