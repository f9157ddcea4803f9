import { join } from "node:path";
import { LineRelay } from "../launch/line_relay.ts";
import { UsageError } from "../launch/options.ts";
import type { ToolContext } from "../launch/tool_run.ts";
import { RUN_VARIABLE } from "../services/run_directory.ts";
import { URL_VARIABLES } from "../services/service_handle.ts";
import { startServices } from "../services/start_services.ts";
import { copyProject, takeAway } from "./teeth_copy.ts";
import type { Guard, Watcher } from "./teeth_guard.ts";
import { GUARDS } from "./teeth_guards.ts";

/** Guards taken away at the same time, each in a copy of its own. */
const COPIES = 2;

/** How long a watcher may take. */
const WATCH_TIMEOUT_MS = 240_000;

/** Sequences with which a model test shows that it passes while every guard is there. */
const BASELINE = { MODEL_RUNS: "100" };

/** Lines of a watcher that ended in another way than expected. */
const TOLD_LINES = 12;

/** What became of one guard. */
interface Bite {
  guard: string;
  by: string;
  seconds: number;
  /** What the watcher said; null when it noticed nothing. */
  noticed: string | null;
}

/** How a watcher ended. */
interface Watched {
  passed: boolean;
  output: string;
  seconds: number;
}

/**
 * `drill teeth [WORD …]`: takes one guard away at a time, in a copy of the project, and shows that a
 * test or a model notices. `--list` only names the guards. Resolves to 1 when one was not noticed.
 * @throws {UsageError} when no guard's name has a word.
 */
export async function runTeeth(args: string[], context: ToolContext): Promise<number> {
  const words = args.filter((arg) => arg !== "--list");
  const guards = chosen(words);
  if (args.includes("--list")) {
    for (const { name, noticedBy } of guards) console.log(`${name}  (${noticedBy.name})`);
    return 0;
  }
  const watchers = [...new Set(guards.map(({ noticedBy }) => noticedBy))];
  const urls = await startServers(watchers, context);
  const copies = await makeCopies(Math.min(COPIES, guards.length), context);
  await inCopies(copies, watchers, async (watcher, copy) => {
    const { passed, output, seconds } = await watch(
      watcher,
      copy,
      { ...urls, ...BASELINE },
      context,
    );
    if (!passed) {
      throw new Error(`${watcher.name} fails with every guard in place:\n${tail(output)}`);
    }
    console.log(`every guard in place: ${watcher.name} passes, ${seconds.toFixed(1)} s`);
  });
  const bites: Bite[] = [];
  await inCopies(copies, guards, async (guard, copy) => {
    const bite = await takeOneAway(guard, copy, urls, context);
    console.log(lineOf(bite));
    bites.push(bite);
  });
  console.log(`\n${table(bites)}\n`);
  const failed = bites.filter(({ noticed }) => noticed === null).length;
  console.log(`${bites.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

function chosen(words: string[]): Guard[] {
  if (words.length === 0) return GUARDS;
  const guards = GUARDS.filter(({ name }) => words.some((word) => name.includes(word)));
  if (guards.length > 0) return guards;
  throw new UsageError(
    "Cannot take a guard away as `drill teeth --list` must name it: current value is " +
      words.join(" "),
  );
}

/** Private servers for the watchers that need some. */
async function startServers(
  watchers: Watcher[],
  { run, signal, log, defer }: ToolContext,
): Promise<Record<string, string>> {
  const needsServers = watchers.some(({ file }) => file.endsWith("_services_test.ts"));
  if (!needsServers) return {};
  const which = ["mysql", "amqp"] as const;
  const services = await startServices({ which, log, env: {}, run, signal });
  defer(() => services.stop());
  return Object.fromEntries(which.map((name) => [URL_VARIABLES[name], services.urls[name] ?? ""]));
}

async function makeCopies(count: number, { run }: ToolContext): Promise<string[]> {
  return await Promise.all(Array.from({ length: count }, async (_, at) => {
    const copy = join(run.dir, `teeth-${at}`);
    await copyProject(copy);
    return copy;
  }));
}

/** Works off a list, one at a time in each copy. */
async function inCopies<T>(
  copies: string[],
  list: T[],
  work: (one: T, copy: string) => Promise<void>,
): Promise<void> {
  const left = [...list];
  await Promise.all(copies.map(async (copy) => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next, copy);
  }));
}

async function takeOneAway(
  guard: Guard,
  copy: string,
  env: Record<string, string>,
  context: ToolContext,
): Promise<Bite> {
  const putBack = await takeAway(copy, guard.edits);
  try {
    const watcher = guard.noticedBy;
    const { passed, output, seconds } = await watch(watcher, copy, env, context);
    const sign = watcher.sign.exec(output)?.[0] ?? null;
    // A watcher that fails in another way says nothing about the promise.
    if (!passed && sign === null) context.log(`${watcher.name} broke down:\n${tail(output)}`);
    return { guard: guard.name, by: watcher.name, seconds, noticed: passed ? null : sign };
  } finally {
    await putBack();
  }
}

/** Runs a watcher in a copy. */
async function watch(
  watcher: Watcher,
  copy: string,
  env: Record<string, string>,
  { run, signal }: ToolContext,
): Promise<Watched> {
  const begun = performance.now();
  const filter = watcher.filter === undefined ? [] : ["--filter", watcher.filter];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-P", "--no-check", "--fail-fast", ...filter, watcher.file],
    cwd: copy,
    env: { ...watcher.env, ...env, [RUN_VARIABLE]: run.dir, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.any([signal, AbortSignal.timeout(WATCH_TIMEOUT_MS)]),
  }).spawn();
  const lines: string[] = [];
  const relay = new LineRelay((line) => lines.push(line));
  const [status] = await Promise.all([
    child.status,
    relay.pump(child.stdout),
    relay.pump(child.stderr),
  ]);
  signal.throwIfAborted();
  const seconds = (performance.now() - begun) / 1_000;
  return { passed: status.success, output: lines.join("\n"), seconds };
}

function lineOf({ guard, by, seconds, noticed }: Bite): string {
  const what = noticed === null ? "NOT NOTICED" : noticed;
  return `without ${guard}: ${by}, ${seconds.toFixed(1)} s: ${what}`;
}

function table(bites: Bite[]): string {
  const rows = [["guard taken away", "noticed by", "s", "result"]].concat(
    bites.map(({ guard, by, seconds, noticed }) => [
      guard,
      by,
      seconds.toFixed(1),
      noticed === null ? "NOT NOTICED" : "noticed",
    ]),
  );
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([guard = "", by = "", seconds = "", result = ""]) =>
    `${guard.padEnd(widths[0]!)}  ${by.padEnd(widths[1]!)}  ${
      seconds.padStart(widths[2]!)
    }  ${result}`
  ).join("\n");
}

function tail(output: string): string {
  return output.split("\n").slice(-TOLD_LINES).join("\n");
}
