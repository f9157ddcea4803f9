import { assert, assertEquals } from "@std/assert";
import {
  BUY_OUTCOMES,
  LATENCY_BOUNDS_MS,
  latencyClass,
  MAX_REPORTED_SALES,
} from "../../shared/process_report.ts";
import { SaleCounts } from "./sale_counts.ts";
import { gist, startEdge } from "../testing/edge_kit.ts";

Deno.test("SaleCounts counts answers, limits and sliders by sale", () => {
  const counts = new SaleCounts();
  counts.answered(7, "reserved", false, 4, 1_000);
  counts.answered(7, "reserved", true, 4, 1_001);
  counts.refused(7, "rate_limited", "user", 1_002);
  counts.refused(8, "sold_out", undefined, 1_003);
  counts.captcha(7, "asked", 1_004);
  counts.captcha(7, "spent", 1_005);
  const [seventh, eighth] = counts.reports();
  assertEquals([seventh!.saleId, eighth!.saleId], [7, 8], "the one that was busy last comes first");
  assertEquals(seventh!.outcomes, { reserved: 1, known: 1, rate_limited: 1 });
  assertEquals(seventh!.limits, { user: 1 });
  assertEquals(seventh!.captcha, { asked: 1, solved: 0, failed: 0, spent: 1 });
  assertEquals(seventh!.latency![latencyClass(4)], 2);
  assertEquals(eighth!.outcomes, { sold_out: 1 });
  assertEquals(counts.outcomes(), [["reserved", 1], ["known", 1], ["sold_out", 1], [
    "rate_limited",
    1,
  ]]);
  assertEquals(counts.limits(), [["user", 1]]);
  assertEquals(counts.latency().count, 2);
  assertEquals(counts.latency().sumMs, 8);
});

Deno.test("SaleCounts counts what no table knows, and what belongs to no sale, in the sums", () => {
  const counts = new SaleCounts();
  counts.answered(1, "an outcome of tomorrow", false, 1, 0);
  counts.refused(0, "unknown_item", undefined, 0);
  assertEquals(counts.outcomes(), [["unknown_item", 1], ["other", 1]]);
  assertEquals(counts.reports().map(({ saleId }) => saleId), [1]);
});

Deno.test("SaleCounts keeps a bounded number of sales, reports fewer, and loses no sum", () => {
  const counts = new SaleCounts();
  for (let saleId = 1; saleId <= 3_000; saleId += 1) {
    counts.refused(saleId, "ended", undefined, saleId);
  }
  const reports = counts.reports();
  assertEquals(reports.length, MAX_REPORTED_SALES);
  assertEquals(reports[0]!.saleId, 3_000);
  assertEquals(counts.outcomes(), [["ended", 3_000]]);
});

Deno.test("SaleCounts reports the sales that are on before those that were touched last", () => {
  const counts = new SaleCounts();
  counts.refused(7, "sold_out", undefined, 1);
  for (let saleId = 100; saleId < 200; saleId += 1) {
    counts.refused(saleId, "ended", undefined, saleId);
  }
  const ids = counts.reports((saleId) => saleId === 7 || saleId === 150).map((one) => one.saleId);
  assertEquals([ids.length, ids[0], ids[1], ids[2]], [MAX_REPORTED_SALES, 150, 7, 199]);
});

Deno.test("latencyClass() finds the first bound that a time does not pass", () => {
  assertEquals([0, 1, 1.01, 1.2].map(latencyClass), [0, 0, 1, 1]);
  for (const [at, bound] of LATENCY_BOUNDS_MS.entries()) {
    assertEquals(latencyClass(bound), at);
    assertEquals(latencyClass(bound + 1e-9), at + 1);
  }
  assertEquals(latencyClass(60_000), LATENCY_BOUNDS_MS.length);
});

Deno.test("an edge tells an origin about twice a second what it has counted", async () => {
  await using kit = await startEdge();
  const reports: { at: number; text: string }[] = [];
  kit.origin.other = async (request, path) => {
    assertEquals(path, "/internal/report");
    reports.push({ at: kit.timers.nowMs, text: await request.text() });
    return new Response(null, { status: 204 });
  };
  const ann = await kit.signIn("ann");
  assertEquals(await gist(kit.buy({ token: ann, key: "k" })), "201 reserved");
  assertEquals(await gist(kit.buy({ token: ann, key: "k" })), "200 reserved");
  assertEquals(await gist(kit.buy({ token: ann, key: "l" })), "409 already_bought");
  assertEquals(await gist(kit.buy({ saleId: 99 })), "404 unknown_item");
  await kit.timers.advance(2_000);
  assert(reports.length >= 3 && reports.length <= 4, `${reports.length} reports in 2 s`);
  const last = JSON.parse(reports.at(-1)!.text);
  assertEquals([last.kind, last.seq, last.ready], ["edge", reports.length, true]);
  assertEquals(last.salesVersion, kit.origin.version);
  assertEquals(
    last.sales.map(({ saleId, outcomes }: Record<string, unknown>) => [
      saleId,
      outcomes,
    ]),
    [[1, { reserved: 1, known: 1, already_bought: 1 }]],
  );
  assertEquals(last.origins, [
    { url: kit.origin.url, healthy: true, ready: true, inFlight: 0 },
  ]);
  assert(Object.keys(last.sales[0].outcomes).every((code) => BUY_OUTCOMES.includes(code as never)));
});

Deno.test("an origin that takes no reports is not held to be ill, and one more is sent at the end", async () => {
  const kit = await startEdge();
  let reports = 0;
  let last = "";
  kit.origin.other = async (request) => {
    reports += 1;
    last = await request.text();
    return new Response("no", { status: 503 });
  };
  await kit.timers.advance(5_000);
  assert(reports >= 5);
  assertEquals(kit.edge.missing(), []);
  const before = reports;
  await kit.edge.stop();
  assertEquals(reports, before + 1);
  assertEquals(JSON.parse(last).ending, true);
});
