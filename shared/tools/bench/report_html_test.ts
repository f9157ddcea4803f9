import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { type BenchResult, RESULT_VERSION, type RoundResult } from "./bench_result.ts";
import { reportHtml } from "./report_html.ts";
import { summaryText } from "./summary_text.ts";
import { lineChart, roundUp } from "./svg_chart.ts";

function roundWith(change: Partial<RoundResult>): RoundResult {
  const latency = { count: 12_345, mean: 9, p50: 8.25, p90: 12.5, p99: 33.1, p999: 120, max: 140 };
  return {
    saleId: 4,
    productId: 7,
    stock: 20_000,
    prepared: 20_000,
    asked: 12_345,
    usedUp: false,
    elapsedS: 2,
    accepted: 12_345,
    acceptedPerSecond: 6_172.5,
    answersPerSecond: 6_172.5,
    processing: { answers: 0, ordered: 0, refused: 0, open: 0 },
    soldOut: 0,
    serverErrors: 0,
    unexpected: 0,
    unanswered: 0,
    kinds: { "201 reserved": 12_345 },
    samples: [],
    lastReservedS: 1.99,
    reservedLatency: latency,
    latency,
    curve: [{ percent: 50, ms: 8.25 }, { percent: 99, ms: 33.1 }],
    courseStepMs: 250,
    course: [{ reserved: 1_500, all: 1_500 }, { reserved: 1_600, all: 1_600 }],
    reconnects: 0,
    generatorCpuShare: 0.314,
    rowsCounted: 12_345,
    writtenAfterS: 0.42,
    proof: {
      ok: true,
      stock: 20_000,
      remaining: 7_655,
      processing: 0,
      unpaid: 12_345,
      paid: 0,
      cancelled: 0,
      refused: 0,
      refundDue: 0,
      refunded: 0,
      violations: [],
    },
    database: { rows: 12_345, live: 12_345, tickets: 12_345, users: 12_345 },
    ticketsLookedUp: 1_000,
    echoPerSecond: 61_725,
    echoRatio: 0.1,
    violations: [],
    ...change,
  };
}

function resultOf(...rounds: RoundResult[]): BenchResult {
  return {
    version: RESULT_VERSION,
    command: "buy",
    startedAt: "2030-01-02T03:04:05.006Z",
    machine: { cpu: "A <fast> one", cores: 2, memoryGib: 8, os: "linux", runtime: "Deno 2" },
    system: { profile: "embedded", edgeUrl: "http://127.0.0.1:1", dataFileSystem: "ext4" },
    settings: {
      seconds: 2,
      buyers: null,
      stock: null,
      connections: 256,
      rounds: rounds.length,
      warmUpBuyers: 100,
      seed: 1,
      signIn: "dev_login",
    },
    echo: [{ perSecond: 61_000, generatorCpuShare: 0.9 }, {
      perSecond: 62_450,
      generatorCpuShare: 1,
    }],
    rounds,
    median: {
      acceptedPerSecond: 6_172.5,
      answersPerSecond: 6_172.5,
      p50: 8.25,
      p99: 33.1,
      writtenAfterS: 0.42,
      echoPerSecond: 61_725,
      echoRatio: 0.1,
      generatorCpuShare: 0.314,
    },
    ok: rounds.every((round) => round.violations.length === 0),
  };
}

Deno.test("reportHtml() holds the figures and needs nothing else", () => {
  const html = reportHtml(resultOf(roundWith({})));
  for (
    const figure of [
      "6,173",
      "8.25 / 33.1",
      "0.42 s",
      "61,725",
      "0.100",
      "12,345 rows",
      "Every promise kept",
      "A &#60;fast&#62; one",
      "data on ext4",
      "2030-01-02T03:04:05.006Z",
    ]
  ) assertStringIncludes(html, figure);
  assertEquals(html.match(/<svg /g)?.length, 3);
  assertFalse(/(src|href)=|@import|url\(/.test(html));
  assertFalse(html.includes("NaN") || html.includes("undefined"));
});

Deno.test("reportHtml() and summaryText() show what was broken, word by word", () => {
  const broken = roundWith({
    samples: ["500 <script>alert(1)</script>"],
    violations: [{ rule: "lost", detail: "3 of 9 tickets have no order" }],
    writtenAfterS: null,
  });
  const result = resultOf(roundWith({}), broken);
  const html = reportHtml(result);
  assertStringIncludes(html, "Promises broken");
  assertStringIncludes(html, "round 2, lost: 3 of 9 tickets have no order");
  assertFalse(html.includes("<script"));
  const text = summaryText(result);
  assertStringIncludes(text, "FAIL  round 2, lost: 3 of 9 tickets have no order");
  assertStringIncludes(text, "12,345, NOT ALL");
  assertFalse(text.includes("PASS"));
});

Deno.test("summaryText() says in one place what was reached", () => {
  const text = summaryText(resultOf(roundWith({})));
  for (
    const words of ["6,173/s", "p50 8.25", "p99.9 120", "0.42 s after the last answer", "PASS"]
  ) {
    assertStringIncludes(text, words);
  }
  assert(text.split("\n").every((line) => line.length <= 110));
});

Deno.test("lineChart() survives a run without a single answer", () => {
  const empty = { title: "t", xLabel: "x", yLabel: "y", series: [{ name: "s", points: [] }] };
  assertEquals(lineChart(empty), "");
  const flat = { ...empty, series: [{ name: "s", points: [{ x: 0, y: 0 }] }] };
  assertFalse(lineChart(flat).includes("NaN"));
  assertEquals([0, 7, 10, 11, 0.3].map(roundUp), [1, 10, 10, 20, 0.5]);
});
