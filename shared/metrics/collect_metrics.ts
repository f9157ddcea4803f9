import { withDeadline } from "../shutdown.ts";
import { familyBy, type MetricFamily, type MetricSource } from "./metric_family.ts";
import { METRICS_TYPE, metricsText } from "./metrics_text.ts";

/** How long one source may take; Prometheus waits ten seconds for all of them. */
export const SOURCE_TIMEOUT_MS = 2_000;

/**
 * Asks every source at once and puts families of one name together. A source that fails or is late
 * is left out, and `dropgate_metrics_source_up` says so: the others are read most when something is
 * away.
 */
export async function collectMetrics(
  sources: readonly MetricSource[],
  timeoutMs: number = SOURCE_TIMEOUT_MS,
): Promise<MetricFamily[]> {
  const byName = new Map<string, MetricFamily>();
  const up: [string, number][] = [];
  const read = await Promise.all(sources.map((source) => readSource(source, timeoutMs)));
  sources.forEach(({ name }, at) => {
    up.push([name, read[at] === null ? 0 : 1]);
    for (const one of read[at] ?? []) {
      const known = byName.get(one.name);
      if (known) known.samples = [...known.samples, ...one.samples];
      else byName.set(one.name, { ...one });
    }
  });
  const health = familyBy(
    "gauge",
    "dropgate_metrics_source_up",
    "Whether a source of these figures answered.",
    "source",
    new Map(up),
  );
  const merged = byName.get(health.name);
  if (merged) merged.samples = [...merged.samples, ...health.samples];
  else byName.set(health.name, health);
  return [...byName.values()];
}

/** The answer to `GET /metrics`. */
export async function metricsAnswer(sources: readonly MetricSource[]): Promise<Response> {
  return new Response(metricsText(await collectMetrics(sources)), {
    headers: { "content-type": METRICS_TYPE, "cache-control": "no-store" },
  });
}

async function readSource(source: MetricSource, timeoutMs: number): Promise<MetricFamily[] | null> {
  try {
    // Called inside a promise, so that a source that throws at once counts as one that rejects.
    const reading = Promise.resolve().then(() => source.read());
    return await withDeadline(reading, timeoutMs, `reading ${source.name}`);
  } catch {
    return null;
  }
}
