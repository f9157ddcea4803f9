import { assert, assertEquals } from "@std/assert";
import { latencyClass, type ProcessReport } from "../../shared/process_report.ts";
import { latencyFigures, RateMeter, RATES_LAG_MS, recentLatency } from "./live_rates.ts";
import { ReportSeries } from "./report_series.ts";
import type { TakenReport } from "./report_store.ts";
import { edgeReport, SALE } from "./testing/sample_reports.ts";
import { figuresOf } from "./sale_vector.ts";

function assertAlmostEquals(actual: number, expected: number, tolerance: number): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not about ${expected}`);
}

/** The keeper's time at which the tests begin. */
const BEGIN = 1_800_000_000_000;

/** Edges that count, a keeper that takes what arrives, and frames about every second. */
class Scene {
  readonly series = new ReportSeries();
  readonly meter = new RateMeter(SALE);
  readonly #listed = new Map<string, TakenReport>();
  now = BEGIN;
  /** What all frames told together, and each of them. */
  sum = 0;
  readonly perSecond: (number | null)[] = [];

  arrive(report: ProcessReport, delayMs = 5): void {
    this.#listed.set(report.processId, { report, takenAt: this.now + delayMs });
  }

  vanish(id: string): void {
    this.#listed.delete(id);
  }

  frame(): number | null {
    this.series.take({ now: this.now, reports: [...this.#listed.values()] });
    const rates = this.meter.take(this.series, this.now);
    const accepted = rates && (figuresOf(rates.perSecond).outcomes.reserved ?? 0);
    this.perSecond.push(accepted);
    this.sum += (accepted ?? 0) * (rates?.seconds ?? 0);
    return accepted;
  }

  total(): number {
    return figuresOf(this.series.totals(SALE, []).sum).outcomes.reserved ?? 0;
  }
}

/** An edge that accepts so many per second and reports twice a second, by a clock of its own. */
class Edge {
  #seq = 0;
  readonly #startedAt: number;

  constructor(
    readonly scene: Scene,
    readonly id: string,
    readonly ratePerSecond: number,
    readonly skewMs = 0,
    readonly phaseMs = 0,
  ) {
    this.#startedAt = scene.now;
  }

  count(): number {
    return Math.floor((this.scene.now - this.#startedAt) / 1_000 * this.ratePerSecond);
  }

  report(arrives = true): void {
    this.#seq += 1;
    const { scene, skewMs } = this;
    const report = edgeReport(this.id, this.#seq, { reserved: this.count() }, {
      sentAt: scene.now + skewMs,
      startedAt: this.#startedAt + skewMs,
    });
    if (arrives) scene.arrive(report);
  }

  tick(atMs: number, arrives = true): void {
    if (atMs % 500 === this.phaseMs) this.report(arrives);
  }
}

/** Runs for so long in steps of 50 ms; a frame each second. */
function run(scene: Scene, ms: number, step: (atMs: number) => void): void {
  for (let at = 50; at <= ms; at += 50) {
    scene.now += 50;
    step(scene.now - BEGIN);
    if ((scene.now - BEGIN) % 1_000 === 0) scene.frame();
  }
}

Deno.test("RateMeter adds two edges that report at different moments", () => {
  const scene = new Scene();
  scene.frame();
  const edges = [new Edge(scene, "a", 1_000), new Edge(scene, "b", 400, 0, 250)];
  run(scene, 20_000, (at) => edges.forEach((edge) => edge.tick(at)));
  for (const rate of scene.perSecond.slice(4)) assertAlmostEquals(rate!, 1_400, 15);
});

Deno.test("RateMeter tells everything once: its frames add up to the totals", () => {
  const scene = new Scene();
  scene.frame();
  const edges = [new Edge(scene, "a", 777), new Edge(scene, "b", 333, 0, 250)];
  run(scene, 10_000, (at) => edges.forEach((edge) => edge.tick(at)));
  const counted = edges.reduce((sum, edge) => sum + edge.count(), 0);
  edges.forEach((edge) => edge.report());
  // Nobody buys any more.
  run(scene, 3_000, () => {});
  assertEquals(scene.total(), counted);
  assertAlmostEquals(scene.sum, counted, 1e-6);
  assertEquals(scene.perSecond.at(-1), 0);
});

Deno.test("RateMeter takes a restart for a new beginning at 0", () => {
  const scene = new Scene();
  scene.frame();
  const first = new Edge(scene, "first", 500);
  run(scene, 6_000, (at) => first.tick(at));
  const before = first.count();
  // The new process counts from 0 again, under another name.
  const second = new Edge(scene, "second", 500);
  run(scene, 6_000, (at) => second.tick(at));
  const after = second.count();
  second.report();
  run(scene, 2_000, () => {});
  for (const rate of scene.perSecond.slice(1)) assert(rate! >= 0);
  assertEquals(scene.total(), before + after);
  assertAlmostEquals(scene.sum, before + after, 1e-6);
});

Deno.test("RateMeter loses nothing with a lost report", () => {
  const scene = new Scene();
  scene.frame();
  const edge = new Edge(scene, "a", 1_000);
  const lost = [4_000, 4_500, 7_000];
  run(scene, 12_000, (at) => edge.tick(at, !lost.includes(at)));
  for (const rate of scene.perSecond.slice(1)) assert(rate! >= 0);
  const counted = edge.count();
  edge.report();
  run(scene, 2_000, () => {});
  assertAlmostEquals(scene.sum, counted, 1e-6);
});

Deno.test("RateMeter tells 0 of an edge that vanishes, and nothing is taken back", () => {
  const scene = new Scene();
  scene.frame();
  const stays = new Edge(scene, "stays", 100);
  const goes = new Edge(scene, "goes", 900);
  run(scene, 6_000, (at) => [stays, goes].forEach((edge) => edge.tick(at)));
  const told = goes.count();
  run(scene, 4_000, (at) => stays.tick(at));
  assertAlmostEquals(scene.perSecond.at(-1)!, 100, 5);
  const sum = scene.sum;
  scene.vanish("goes");
  assertAlmostEquals(scene.frame() ?? 0, 0, 100);
  assert(scene.sum >= sum);
  assertAlmostEquals(scene.sum, told + stays.count(), 120);
});

Deno.test("ReportSeries counts the totals of a process that is gone, once", () => {
  const scene = new Scene();
  const edge = new Edge(scene, "gone", 100);
  run(scene, 2_000, (at) => edge.tick(at));
  const last = edgeReport("gone", 99, { reserved: 200 });
  assertEquals(figuresOf(scene.series.totals(SALE, [last]).sum).outcomes, { reserved: 200 });
  scene.vanish("gone");
  assertEquals(scene.series.take({ now: scene.now, reports: [] }), true);
  assertEquals(figuresOf(scene.series.totals(SALE, [last]).sum).outcomes, { reserved: 200 });
  assertEquals(figuresOf(scene.series.totals(SALE, []).sum).outcomes, {});
});

Deno.test("RateMeter does not mind clocks that are a minute apart", () => {
  const scene = new Scene();
  scene.frame();
  const edges = [
    new Edge(scene, "ahead", 600, 60_000),
    new Edge(scene, "behind", 300, -60_000, 250),
  ];
  run(scene, 15_000, (at) => edges.forEach((edge) => edge.tick(at)));
  for (const rate of scene.perSecond.slice(4)) assertAlmostEquals(rate!, 900, 15);
  for (const { startedAt } of scene.series.processes()) assertAlmostEquals(startedAt, BEGIN, 20);
  const counted = edges.reduce((sum, edge) => sum + edge.count(), 0);
  edges.forEach((edge) => edge.report());
  run(scene, 2_000, () => {});
  assertAlmostEquals(scene.sum, counted, 1e-6);
});

Deno.test("RateMeter does not take what was before for what is new", () => {
  const scene = new Scene();
  const edge = new Edge(scene, "a", 1_000);
  // It has run for an hour when somebody begins to watch.
  scene.now += 3_600_000;
  edge.report();
  scene.frame();
  scene.now += 1_000;
  edge.report();
  assert((scene.frame() ?? 0) <= 1_001);
  scene.now += 1_000;
  edge.report();
  assertAlmostEquals(scene.frame()!, 1_000, 10);
});

Deno.test("RateMeter goes on when a sender's clock is set back", () => {
  const scene = new Scene();
  scene.frame();
  let count = 0;
  let seq = 0;
  const send = (skewMs: number) => {
    count += 500;
    const times = { sentAt: scene.now + skewMs, startedAt: BEGIN };
    scene.arrive(edgeReport("a", seq += 1, { reserved: count }, times));
  };
  run(scene, 5_000, (at) => at % 500 === 0 && send(0));
  run(scene, 5_000, (at) => at % 500 === 0 && send(-3_600_000));
  run(scene, 3_000, () => {});
  for (const rate of scene.perSecond.slice(1)) assert(rate! >= 0);
  assertAlmostEquals(scene.sum, count, 1e-6);
});

Deno.test("recentLatency() merges the classes of all edges over ten seconds", () => {
  const series = new ReportSeries();
  const report = (id: string, seq: number, at: number, counts: Record<number, number>) => {
    const latency = Array<number>(46).fill(0);
    for (const [ms, count] of Object.entries(counts)) latency[latencyClass(Number(ms))] = count;
    const times = { sentAt: at, startedAt: BEGIN - 100_000 };
    const sale = { latency };
    return { report: edgeReport(id, seq, {}, { ...times, sale }), takenAt: at };
  };
  series.take({
    now: BEGIN,
    reports: [report("a", 1, BEGIN, { 2_000: 500 }), report("b", 1, BEGIN, {})],
  });
  const now = BEGIN + 5_000;
  series.take({
    now,
    reports: [
      report("a", 2, now - RATES_LAG_MS, { 2_000: 500, 5: 90 }),
      report("b", 2, now - RATES_LAG_MS, { 5: 900, 100: 10 }),
    ],
  });
  const { count, p50Ms, p95Ms, p99Ms, maxMs } = recentLatency(series, SALE, now);
  assertEquals(count, 1_000);
  const within = (ms: number | null, least: number) => ms! >= least && ms! <= least * 1.2;
  assert(within(p50Ms, 5) && within(p95Ms, 5) && within(p99Ms, 5) && within(maxMs, 100));
});

Deno.test("latencyFigures() tells nothing of nothing, and the last bound of what is above all", () => {
  const empty = Array<number>(46).fill(0);
  const none = { count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };
  assertEquals(latencyFigures(empty), none);
  empty[45] = 3;
  assert(latencyFigures(empty).maxMs! > 3_000);
});
