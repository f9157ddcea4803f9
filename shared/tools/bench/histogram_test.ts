import { assert, assertEquals } from "@std/assert";
import { LatencyHistogram } from "./histogram.ts";

Deno.test("LatencyHistogram gives percentiles in ms to three digits", () => {
  const histogram = new LatencyHistogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
  const { count, mean, p50, p90, p99, p999, max } = histogram.summary();
  assertEquals(count, 1000);
  const near = (actual: number, wanted: number): void =>
    assert(Math.abs(actual - wanted) / wanted < 0.002, `${actual} is not near ${wanted}`);
  near(mean, 500.5);
  near(p50, 500);
  near(p90, 900);
  near(p99, 990);
  near(p999, 999);
  near(max, 1000);
  assertEquals(histogram.curve().at(-1)?.ms, max);
});

Deno.test("LatencyHistogram takes what lies outside its range, and nothing at all", () => {
  const histogram = new LatencyHistogram();
  assertEquals(histogram.summary(), {
    count: 0,
    mean: 0,
    p50: 0,
    p90: 0,
    p99: 0,
    p999: 0,
    max: 0,
  });
  histogram.record(0);
  histogram.record(10 ** 9);
  assertEquals(histogram.count, 2);
  assert(histogram.percentile(100) <= 601_000);
});
