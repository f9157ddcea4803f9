import { assertEquals } from "@std/assert";
import { Counter, MAX_LABEL_VALUES } from "./counter.ts";
import { Histogram, timed } from "./histogram.ts";
import { family, familyBy, histogramFamily, withZeros } from "./metric_family.ts";
import { metricsText } from "./metrics_text.ts";

Deno.test("metricsText() writes help, type and a line for each series", () => {
  const text = metricsText([
    family("gauge", "dropgate_a", "How much.", 1.5),
    familyBy("counter", "dropgate_b_total", "How often.", "kind", [["x", 2], ["y", 0]]),
  ]);
  assertEquals(
    text,
    `# HELP dropgate_a How much.
# TYPE dropgate_a gauge
dropgate_a 1.5
# HELP dropgate_b_total How often.
# TYPE dropgate_b_total counter
dropgate_b_total{kind="x"} 2
dropgate_b_total{kind="y"} 0
`,
  );
});

Deno.test("metricsText() escapes what would end a line or a label", () => {
  const text = metricsText([
    familyBy("gauge", "a", "one\ntwo \\ three", "url", [['back\\slash "quote"\nline', Infinity]]),
    family("gauge", "b", "nothing", NaN),
    family("gauge", "c", "below", -Infinity),
  ]);
  assertEquals(text.split("\n"), [
    "# HELP a one\\ntwo \\\\ three",
    "# TYPE a gauge",
    'a{url="back\\\\slash \\"quote\\"\\nline"} +Inf',
    "# HELP b nothing",
    "# TYPE b gauge",
    "b NaN",
    "# HELP c below",
    "# TYPE c gauge",
    "c -Inf",
    "",
  ]);
});

Deno.test("Histogram counts by class, up to and with the bound", () => {
  const histogram = new Histogram("dropgate_wait_seconds", "Waits.", [0.1, 1]);
  for (const value of [0, 0.1, 0.11, 1, 5]) histogram.observe(value);
  assertEquals(
    metricsText([histogram.family()]),
    `# HELP dropgate_wait_seconds Waits.
# TYPE dropgate_wait_seconds histogram
dropgate_wait_seconds_bucket{le="0.1"} 2
dropgate_wait_seconds_bucket{le="1"} 4
dropgate_wait_seconds_bucket{le="+Inf"} 5
dropgate_wait_seconds_sum 6.21
dropgate_wait_seconds_count 5
`,
  );
});

Deno.test("histogramFamily() takes counts that are kept elsewhere", () => {
  const classes = { bounds: [1], counts: new Float64Array([3, 4]), sum: 20 };
  const { samples } = histogramFamily("a", "Some.", classes);
  assertEquals(samples.map(({ suffix, value }) => [suffix, value]), [
    ["_bucket", 3],
    ["_bucket", 7],
    ["_sum", 20],
    ["_count", 7],
  ]);
});

Deno.test("timed() observes work that fails as well", async () => {
  const histogram = new Histogram("a", "Some.", [1]);
  assertEquals(await timed(histogram, () => Promise.resolve(7)), 7);
  await timed(histogram, () => Promise.reject(new Error("no"))).catch(() => {});
  assertEquals(histogram.samples().at(-1)?.value, 2);
});

Deno.test("Counter begins known values at 0 and counts what is too many together", () => {
  const counter = new Counter("a_total", "Some.", "kind", ["x"]);
  for (let at = 0; at < MAX_LABEL_VALUES + 5; at += 1) counter.add(`kind ${at}`, 2);
  const { samples } = counter.family();
  assertEquals(samples.length, MAX_LABEL_VALUES + 1);
  assertEquals(samples[0], { labels: { kind: "x" }, value: 0 });
  assertEquals(samples.at(-1), { labels: { kind: "other" }, value: 12 });
});

Deno.test("withZeros() keeps counts and fills in the names that have none", () => {
  assertEquals([...withZeros(["a", "b"], [["b", 2], ["c", 3]])], [["a", 0], ["b", 2], ["c", 3]]);
});
