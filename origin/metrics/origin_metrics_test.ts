import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { BoundedLines } from "../../shared/bounded_lines.ts";
import { collectMetrics } from "../../shared/metrics/collect_metrics.ts";
import { metricsText } from "../../shared/metrics/metrics_text.ts";
import { withinRequest } from "../../shared/request_context.ts";
import type { Log } from "../../shared/log.ts";
import type { ReserveBatch } from "../ledger/stock_ledger.ts";
import type { OutboundMessage, PublishOutcome } from "../queue/order_queue.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { connectionMetrics } from "./connection_metrics.ts";
import { measuredDesk } from "./measured_desk.ts";
import { measuredLedger } from "./measured_ledger.ts";
import { countedRelay, measuredQueue } from "./measured_queue.ts";
import { OriginMetrics } from "./origin_metrics.ts";
import { stateMetrics } from "./state_metrics.ts";
import { ConnectionStates } from "../../shared/metrics/connection_states.ts";

const CONTEXT = { requestId: "k3J9xQ2a-1f", requestIds: ["given-by-ann"] };

function makeLines() {
  const written: Record<string, unknown>[] = [];
  const write = (text: string, values = {}) => void written.push({ text, ...values });
  const calls = { info: write, warning: write, error: write, isEnabledFor: () => false };
  const log = calls as unknown as Log;
  return { written, log, lines: new BoundedLines(log, () => 0) };
}

/** The figures as Prometheus reads them. */
function textOf(metrics: OriginMetrics): string {
  return metricsText(metrics.read());
}

Deno.test("measuredDesk() counts outcomes, sizes and times, and tells a line", async () => {
  const metrics = new OriginMetrics();
  const { written, lines } = makeLines();
  const reserved = { outcome: "reserved" as const, ticket: "1-2-ann-3", payBy: 1 };
  const desk = measuredDesk(
    {
      decide: () =>
        Promise.resolve({
          answers: [
            { ...reserved, repeat: false },
            { ...reserved, repeat: true },
            { outcome: "sold_out" },
            { outcome: "sold_out" },
          ],
          stock: [],
        }),
    },
    metrics,
    lines,
  );
  const buy: [number, number, string, number, string, 0] = [1, 2, "ann", 1, "k", 0];
  await desk.decide({ v: 1, budgetMs: 1_000, buys: [buy, buy, buy, buy] });
  const text = textOf(metrics);
  for (const [outcome, count] of [["reserved", 1], ["known", 1], ["sold_out", 2]]) {
    assert(text.includes(`dropgate_origin_buys_total{outcome="${outcome}"} ${count}\n`), text);
  }
  assertMatch(text, /^dropgate_origin_batch_buys_sum 4$/m);
  assertMatch(text, /^dropgate_origin_batch_duration_seconds_count 1$/m);
  assertEquals([written.length, written[0]?.buys], [1, 4]);
  assertEquals(written[0]?.outcomes, "reserved 1, known 1, sold_out 2");
});

Deno.test("measuredLedger() times calls, counts failures, and says where a commit comes from", async () => {
  const metrics = new OriginMetrics();
  const seen: ReserveBatch[][] = [];
  let away = false;
  const inner = {
    isUp: () => true,
    settle: () => Promise.resolve(),
    reserve: (batches: ReserveBatch[]) => {
      seen.push(batches);
      return away ? Promise.reject(new Error("away")) : Promise.resolve([]);
    },
  };
  const batch: ReserveBatch = { item: "1-2", epoch: 1, requests: [] };
  const ask = (handsOver: boolean) =>
    withinRequest(CONTEXT, () => measuredLedger(inner, metrics, handsOver).reserve([batch], 1_000));
  await ask(true);
  await ask(false);
  assertEquals(seen, [[{ ...batch, trail: CONTEXT }], [batch]]);
  away = true;
  await assertRejects(() => ask(false), Error, "away");
  assertMatch(textOf(metrics), /^dropgate_origin_ledger_call_duration_seconds_count 3$/m);
  assertMatch(textOf(metrics), /^dropgate_origin_ledger_failures_total 1$/m);
});

Deno.test("measuredQueue() says where messages come from, and which were not confirmed", async () => {
  const metrics = new OriginMetrics();
  const { written, lines } = makeLines();
  const seen: OutboundMessage[] = [];
  const outcomes: PublishOutcome[] = ["confirmed", "returned", "unconfirmed"];
  const inner = {
    isUp: () => true,
    publish: (messages: OutboundMessage[]) => {
      seen.push(...messages);
      return Promise.resolve(outcomes.slice(0, messages.length));
    },
  };
  const messages = outcomes.map((_, at) => ({
    item: "1-2" as const,
    epoch: 1,
    messageId: `1-2-${at}`,
    content: "text",
  }));
  const queue = measuredQueue(inner, metrics, lines);
  assertEquals(await withinRequest(CONTEXT, () => queue.publish(messages, 1_000)), outcomes);
  assertEquals(seen.map(({ trail }) => trail), [CONTEXT, CONTEXT, CONTEXT]);
  assertEquals(seen.map(({ content }) => content), ["text", "text", "text"]);
  assertEquals(written.map(({ messageId, outcome }) => `${messageId} ${outcome}`), [
    "1-2-1 returned",
    "1-2-2 unconfirmed",
  ]);
  assertEquals(await queue.publish([], 1_000), []);
  await countedRelay(inner, metrics).publish(messages.slice(0, 1), 1_000);
  const text = textOf(metrics);
  for (const outcome of outcomes) {
    assert(text.includes(`dropgate_origin_published_total{outcome="${outcome}"} 1\n`));
  }
  assertMatch(text, /^dropgate_origin_publish_duration_seconds_count 1$/m);
  assertMatch(text, /^dropgate_origin_relayed_total\{outcome="confirmed"\} 1$/m);
});

Deno.test("stateMetrics() tells of sales, outbox, queue and database, each apart", async () => {
  await using origin = await OriginFixture.open();
  await origin.openSale();
  await origin.deps.registry.refresh();
  const read = async () => {
    // What was asked is remembered for a while.
    origin.now += 10_000;
    const text = metricsText(await collectMetrics(stateMetrics({ ...origin.deps })));
    return (line: string) => assert(text.split("\n").includes(line), `${line} in\n${text}`);
  };
  const has = await read();
  has('dropgate_origin_items{state="open"} 1');
  has('dropgate_origin_items{state="closed"} 0');
  has("dropgate_outbox_messages 0");
  has("dropgate_queue_messages 0");
  has("dropgate_queue_messages_max 100");
  has("dropgate_messages_parked 0");
  has("dropgate_refunds_due 0");
  origin.faults.queue.error = new Error("away");
  const without = await read();
  without('dropgate_metrics_source_up{source="queue"} 0');
  without('dropgate_metrics_source_up{source="database"} 1');
  without("dropgate_messages_parked 0");
});

Deno.test("stateMetrics() tells how far the shop was told", async () => {
  await using origin = await OriginFixture.open();
  const lag = { events: 3, more: false, oldestAt: origin.now - 7_000 };
  const status = {
    url: "https://shop.example/hook",
    seenAt: origin.now,
    attempts: 2,
    nextTryAt: 0,
    lastError: "away",
    deliveredAt: null,
    lag,
    failed: 1,
  };
  const webhook = { status: () => Promise.resolve(status) };
  const families = await collectMetrics(stateMetrics({ ...origin.deps, webhook }));
  const figures = families.filter(({ name }) => name.startsWith("dropgate_webhook_"));
  assertEquals(figures.map(({ name, samples }) => `${name.slice(17)} ${samples[0]?.value}`), [
    "configured 1",
    "lag_events 3",
    "lag_seconds 7",
    "tries 2",
    "given_up 1",
  ]);
});

Deno.test("connectionMetrics() tells of connections, the pool, and parts that are not there", async () => {
  const { read } = connectionMetrics({
    states: new ConnectionStates(),
    database: {
      isUp: () => false,
      poolSize: 10,
      poolState: () => ({ open: 4, inUse: 3, waiting: 2 }),
    },
    health: [
      { name: "ledger", isReady: () => true },
      { name: "queue", isReady: () => Promise.reject(new Error("away")) },
    ],
  });
  const text = metricsText(await read());
  for (
    const line of [
      "dropgate_mysql_up 0",
      'dropgate_mysql_connections{state="in_use"} 3',
      'dropgate_mysql_connections{state="idle"} 1',
      "dropgate_mysql_connections_max 10",
      "dropgate_mysql_waiting 2",
      'dropgate_part_ready{part="ledger"} 1',
      'dropgate_part_ready{part="queue"} 0',
    ]
  ) {
    assert(text.split("\n").includes(line), line);
  }
});

Deno.test("operators' requests are counted by the pattern of their route, with few series", async () => {
  const metrics = new OriginMetrics();
  await using origin = await OriginFixture.open({ metrics });
  const { saleId } = await origin.openSale();
  for (let id = 1; id <= 30; id += 1) await (await origin.admin("GET", `/sales/${id}`)).text();
  await (await origin.admin("GET", "/nothing/at/all")).text();
  await (await origin.app.request("/admin/api/sales")).text();
  const text = await (await origin.app.request("/metrics")).text();
  const counts = text.split("\n").filter((line) =>
    line.startsWith("dropgate_admin_request_duration_seconds_count")
  );
  assert(saleId > 0 && counts.length < 10, counts.join("\n"));
  assert(counts.some((line) => /method="GET",route="\/admin\/api\/sales\/:id"\} 30$/.test(line)));
  assert(counts.every((line) => !/\/\d/.test(line)));
  assertMatch(text, /^dropgate_admin_requests_total\{status="4xx"\} \d+$/m);
});

Deno.test("an unexpected error is told once, with its stack and the id of its answer", async () => {
  const { written, log } = makeLines();
  await using origin = await OriginFixture.open({ log });
  origin.faults.catalog.error = new TypeError("nobody thought of that");
  for (const given of ["given-by-console", undefined]) {
    const headers = given === undefined ? {} : { "x-request-id": given };
    const response = await origin.admin("GET", "/products/1", undefined, headers);
    assertEquals([response.status, (await response.json()).code], [500, "internal"]);
    const told = written.splice(0);
    assertEquals(told.length, 1);
    assertEquals(told[0]!.requestId, response.headers.get("x-request-id"));
    if (given !== undefined) assertEquals(told[0]!.requestId, given);
    assertMatch(String(told[0]!.error), /nobody thought of that\n\s+at /);
  }
  const text = await (await origin.app.request("/metrics")).text();
  assertMatch(text, /^dropgate_origin_failed_requests_total 2$/m);
});

Deno.test("an operator's change is in the audit log by the id of its answer", async () => {
  await using origin = await OriginFixture.open();
  const response = await origin.admin("POST", "/blocklist", { userId: "mallory" });
  await response.body?.cancel();
  const requestId = response.headers.get("x-request-id");
  assertMatch(requestId ?? "", /^[0-9A-Za-z]{8}-[0-9a-z]+$/);
  const { items } = await (await origin.admin("GET", "/audit")).json();
  assertEquals(items[0].requestId, requestId);
});
