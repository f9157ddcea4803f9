import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../log.ts";
import { collectMetrics, metricsAnswer } from "./collect_metrics.ts";
import { ConnectionStates } from "./connection_states.ts";
import { JobCounts } from "./job_counts.ts";
import { LoopDrift } from "./loop_drift.ts";
import { family, type MetricSource } from "./metric_family.ts";
import { startProcessMetrics } from "./process_metrics.ts";
import { remembered } from "./remembered_source.ts";

const source = (name: string, read: MetricSource["read"]): MetricSource => ({ name, read });

Deno.test("collectMetrics() puts families of one name together", async () => {
  const families = await collectMetrics([
    source("a", () => [family("gauge", "x", "X.", 1)]),
    source("b", () => Promise.resolve([family("gauge", "x", "X.", 2)])),
  ]);
  assertEquals(families.map(({ name, samples }) => [name, samples.map(({ value }) => value)]), [
    ["x", [1, 2]],
    ["dropgate_metrics_source_up", [1, 1]],
  ]);
});

Deno.test("collectMetrics() leaves out a source that fails or is late, and says so", async () => {
  let end = () => {};
  const families = await collectMetrics([
    source("fine", () => [family("gauge", "x", "X.", 1)]),
    source("fails", () => {
      throw new Error("away");
    }),
    source("late", () => new Promise((resolve) => end = () => resolve([]))),
  ], 5);
  end();
  const up = families.at(-1)!;
  assertEquals(up.samples.map(({ labels, value }) => [labels?.source, value]), [
    ["fine", 1],
    ["fails", 0],
    ["late", 0],
  ]);
  assertEquals(families.length, 2);
});

Deno.test("metricsAnswer() is text that nobody keeps", async () => {
  const answer = await metricsAnswer([]);
  assertEquals(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertEquals(answer.headers.get("cache-control"), "no-store");
  await answer.body?.cancel();
});

Deno.test("remembered() asks once in a while, and again after a failure", async () => {
  let nowMs = 0;
  let asked = 0;
  let away = false;
  const read = () => {
    asked += 1;
    return away ? Promise.reject(new Error("away")) : Promise.resolve([]);
  };
  const calm = remembered(source("a", read), 1_000, () => nowMs);
  await Promise.all([calm.read(), calm.read()]);
  assertEquals(asked, 1);
  nowMs = 1_000;
  away = true;
  await assertRejects(async () => await calm.read(), Error, "away");
  away = false;
  await calm.read();
  assertEquals(asked, 3);
  await calm.read();
  assertEquals(asked, 3);
});

Deno.test("LoopDrift tells how late its timer fires, and the worst of the last minutes", () => {
  let nowMs = 0;
  const drift = new LoopDrift("main", () => nowMs);
  drift.stop();
  const worst = () => drift.families()[1]!.samples[0]!.value;
  const look = (lateMs: number) => {
    nowMs += 100 + lateMs;
    drift.look();
  };
  look(0);
  look(250);
  look(1);
  assertEquals(worst(), 0.25);
  const [delays] = drift.families();
  assertEquals(delays?.samples.find(({ labels }) => labels?.le === "0.2")?.value, 2);
  assertEquals(delays?.samples.at(-1), {
    suffix: "_count",
    labels: { thread: "main" },
    value: 3,
  });
  const minute = () => Array.from({ length: 600 }, () => look(0));
  minute();
  assertEquals(worst(), 0.25);
  minute();
  minute();
  assertEquals(worst(), 0);
});

Deno.test("startProcessMetrics() tells of memory, start, versions and the loop", async () => {
  const process = startProcessMetrics("edge", 5_000);
  try {
    const families = await process.read();
    const valueOf = (name: string) => families.find((one) => one.name === name)?.samples[0];
    assertEquals(valueOf("process_start_time_seconds")?.value, 5);
    assertEquals(valueOf("process_resident_memory_bytes")!.value > 1e6, true);
    assertEquals(valueOf("dropgate_build_info")?.labels, {
      part: "edge",
      deno: Deno.version.deno,
      v8: Deno.version.v8,
    });
  } finally {
    process.stop();
  }
});

Deno.test("ConnectionStates tells of connections that somebody opened or wanted", () => {
  const states = new ConnectionStates();
  const hot = states.of("redis", "hot");
  states.of("rabbitmq", "never");
  hot.closed();
  hot.opened();
  hot.closed();
  hot.opened();
  const [up, opens] = states.families();
  const labels = { server: "redis", connection: "hot" };
  assertEquals(up?.samples, [{ labels, value: 1 }]);
  assertEquals(opens?.samples, [{ labels, value: 2 }]);
});

Deno.test("JobCounts counts runs and failures of repeating jobs", async () => {
  let nowMs = 0;
  const jobs = new JobCounts("worker", () => nowMs);
  let fails = false;
  const ran = Promise.withResolvers<void>();
  const job = jobs.repeat("sweeping", 60_000, logOf("test"), () => {
    if (fails) ran.resolve();
    return fails ? Promise.reject(new Error("away")) : Promise.resolve();
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  fails = true;
  job.wake();
  await ran.promise;
  await job.stop();
  nowMs = 2_000;
  const told = jobs.families().map(({ name, samples }) => [name, samples[0]?.value]);
  assertEquals(told, [
    ["dropgate_worker_job_runs_total", 2],
    ["dropgate_worker_job_failures_total", 1],
    ["dropgate_worker_job_age_seconds", 2],
  ]);
});
