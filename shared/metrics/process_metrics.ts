import { family, familyBy, type MetricFamily, type MetricSource } from "./metric_family.ts";
import { LoopDrift } from "./loop_drift.ts";

/** What a process tells of itself. */
export interface ProcessMetrics extends MetricSource {
  /** Ends the timer that measures the event loop. */
  stop(): void;
}

/** Figures of this process: memory, start, versions, and the drift of the loop of this thread. */
export function startProcessMetrics(part: string, nowMs: number): ProcessMetrics {
  const drift = new LoopDrift("main");
  const startedAtS = nowMs / 1_000;
  return {
    name: "process",
    read: () => [...drift.families(), ...memory(), started(startedAtS), build(part)],
    stop: () => drift.stop(),
  };
}

function memory(): MetricFamily[] {
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  return [
    // The name by which every dashboard looks for it.
    family("gauge", "process_resident_memory_bytes", "Memory of the process.", rss),
    familyBy("gauge", "dropgate_heap_bytes", "Memory of the thread's objects.", "kind", [
      ["used", heapUsed],
      ["total", heapTotal],
      ["external", external],
    ]),
  ];
}

function started(atS: number): MetricFamily {
  return family("gauge", "process_start_time_seconds", "When the process started, Unix time.", atS);
}

function build(part: string): MetricFamily {
  const { deno, v8 } = Deno.version;
  return {
    name: "dropgate_build_info",
    type: "gauge",
    help: "What runs here; always 1.",
    samples: [{ labels: { part, deno, v8 }, value: 1 }],
  };
}
