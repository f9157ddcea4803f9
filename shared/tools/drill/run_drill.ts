import { join } from "node:path";
import { pause } from "../services/poll.ts";
import { awaitRest } from "./await_rest.ts";
import { checkBooks } from "./check_books.ts";
import { checkRecord, checkTimes, type SlowestAnswer } from "./check_record.ts";
import type { CrowdView } from "./crowd_control.ts";
import { type Drill, USUAL_PLAN } from "./drill.ts";
import { type DrillWorld, mendServers, prepareServers } from "./drill_world.ts";
import { DriftMeter } from "./drift_meter.ts";
import { type Counts, merged, noCounts, type Violation } from "./findings.ts";
import { DrillStage } from "./stage.ts";
import { StageNotes } from "./stage_notes.ts";
import { untilSystemReady } from "./stage_system.ts";
import { checkSamples, StockSampler } from "./stock_sampler.ts";
import { viewOf } from "./crowd_process.ts";

/** How long the crowd goes on buying once everything is mended. */
const AFTERMATH_MS = 1_500;
/** A drill that takes this much longer than it says is broken off. */
const SLACK_MS = 120_000;

/** What came out of one drill. */
export interface DrillResult {
  name: string;
  seed: number;
  seconds: number;
  /** Empty when it passed. */
  violations: Violation[];
  counts: Counts;
  view: CrowdView;
  /** Orders by status. */
  orders: Record<string, number>;
  slowest: SlowestAnswer | null;
  /** The folder with its record and logs. */
  dir: string;
}

/** Takes what a drill has to tell while it runs. */
export interface DrillTeller {
  say(line: string): void;
  /** What is waited for from now on. */
  phase(what: string): void;
}

/** Runs one drill from its servers' health to its verdict. @throws only when interrupted. */
export async function runDrill(
  drill: Drill,
  seed: number,
  world: DrillWorld,
  { say, phase }: DrillTeller,
): Promise<DrillResult> {
  const startedAt = performance.now();
  const dir = join(world.dir, `${drill.name}-${seed}`);
  await Deno.mkdir(dir, { recursive: true });
  const logFile = await Deno.open(join(dir, "parts.log"), { create: true, append: true });
  const encoder = new TextEncoder();
  const notes = new StageNotes(world.signal, say);
  const result: DrillResult = {
    name: drill.name,
    seed,
    seconds: 0,
    violations: notes.violations,
    counts: noCounts(),
    view: viewOf([]),
    orders: {},
    slowest: null,
    dir,
  };
  const logPart = (line: string) => {
    logFile.writeSync(encoder.encode(`${new Date().toISOString()} ${line}\n`));
  };
  try {
    phase("starting the processes");
    await prepareServers(world);
    const plan = { ...USUAL_PLAN, ...drill.plan };
    const stage = await DrillStage.open({ world, plan, seed, notes, dir, logPart });
    try {
      say(`ready     after ${Math.round(performance.now() - startedAt)} ms`);
      await perform(drill, stage, { world, notes, phase }, result);
    } finally {
      phase("cleaning up");
      await stage.close();
    }
  } catch (error) {
    world.signal.throwIfAborted();
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    result.violations.push({ rule: "drill", text: `it could not be run: ${text}` });
  } finally {
    logFile.close();
  }
  result.seconds = (performance.now() - startedAt) / 1_000;
  return result;
}

/** The fault, the mending, the rest and the checks. */
async function perform(
  drill: Drill,
  stage: DrillStage,
  { world, notes, phase }: { world: DrillWorld; notes: StageNotes; phase: DrillTeller["phase"] },
  result: DrillResult,
): Promise<void> {
  const drift = new DriftMeter();
  const sampler = new StockSampler(stage.probe, stage.sale);
  try {
    phase("the crowd buys and the fault is injected");
    await inject(drill, stage, notes);
    phase("mending everything");
    stage.links.restore();
    for (const part of stage.system.parts) part.signal("SIGCONT");
    await mendServers(world);
    await untilSystemReady(stage.system, world.signal);
    await pause(AFTERMATH_MS, world.signal);
    world.signal.throwIfAborted();
    phase("the last buyers finish");
    await stage.crowd.end();
    phase("the system comes to rest");
    await judge(stage, { sampler, drift, say: notes.say }, result);
  } finally {
    drift.stop();
    await sampler.stop();
  }
  if (notes.faultsSeen === 0) {
    result.violations.push({ rule: "drill", text: "no independent look has seen the fault" });
  }
}

/** Whatever goes wrong with the injection itself is a failure of the drill, not its end. */
async function inject(drill: Drill, stage: DrillStage, notes: StageNotes): Promise<void> {
  const limitMs = drill.takesS * 1_000 + SLACK_MS;
  const waiting = new AbortController();
  const late = pause(limitMs, waiting.signal).then(() => {
    if (!waiting.signal.aborted) throw new Error(`it did not end within ${limitMs} ms`);
  });
  try {
    await Promise.race([drill.inject(stage), late]);
  } catch (error) {
    notes.signal.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    notes.expect(`the injection runs to its end (${text})`, false);
  } finally {
    waiting.abort();
    await late.catch(() => {});
  }
}

async function judge(
  stage: DrillStage,
  { sampler, drift, say }: { sampler: StockSampler; drift: DriftMeter; say: (l: string) => void },
  result: DrillResult,
): Promise<void> {
  const { books, unrest } = await awaitRest(stage, stage.options.world.signal);
  await sampler.stop();
  const { lines } = stage.crowd;
  const found = merged([
    checkBooks(books, 1),
    checkRecord(lines, books),
    checkSamples(sampler.samples),
  ]);
  say(`sampled   the record ${sampler.samples.length} times, ${sampler.missed} in vain`);
  if (sampler.samples.length === 0) {
    result.violations.push({ rule: "drill", text: "the record was never sampled" });
  }
  const times = checkTimes(lines, (from, to) => drift.within(from, to));
  result.violations.push(
    ...found.violations,
    ...times.violations,
    ...unrest.map((what): Violation => ({ rule: "drill", text: `not at rest: ${what}` })),
  );
  result.counts = found.counts;
  result.slowest = times.slowest;
  result.view = viewOf(lines);
  for (const { status } of books.orders) result.orders[status] = (result.orders[status] ?? 0) + 1;
}
