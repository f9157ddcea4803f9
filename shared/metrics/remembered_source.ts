import type { MetricFamily, MetricSource } from "./metric_family.ts";

/**
 * A source that is asked at most once in `ttlMs`, by whoever comes first: for figures that cost a
 * question to a server. A question that fails is asked again by the next one who comes.
 */
export function remembered(
  source: MetricSource,
  ttlMs: number,
  clock: () => number,
): MetricSource {
  let readAtMs = -Infinity;
  let reading: Promise<MetricFamily[]> | null = null;
  return {
    name: source.name,
    read() {
      const nowMs = clock();
      if (reading === null || Math.abs(nowMs - readAtMs) >= ttlMs) {
        readAtMs = nowMs;
        const asked = Promise.resolve().then(() => source.read());
        asked.catch(() => {
          if (reading === asked) reading = null;
        });
        reading = asked;
      }
      return reading;
    },
  };
}
