import { assert, assertEquals, assertRejects } from "@std/assert";
import { BoundedLines, type LineLog } from "../../shared/bounded_lines.ts";
import { type Log, logOf } from "../../shared/log.ts";
import { metricsText } from "../../shared/metrics/metrics_text.ts";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import { requestContext } from "../../shared/request_context.ts";
import type { Recorded } from "../orders/record_message.ts";
import type { Delivery } from "../queue/order_queue.ts";
import { createWorkerApp } from "../worker/worker_app.ts";
import {
  countedRefunds,
  countedUnpaid,
  measuredBook,
  measuredHandler,
  tellRecorded,
} from "./measured_recording.ts";
import { WorkerMetrics } from "./worker_metrics.ts";

const MESSAGE = {
  v: 1 as const,
  item: "1-2" as const,
  epoch: 1,
  firstSeq: 1_000_000_001,
  reservedAt: 40_000,
  payBy: 900_000,
  orders: [{ userId: "ann", quantity: 1, requestId: "k" }],
};
const CONTENT = encodeOrderMessage(MESSAGE);
const TRAIL = { requestId: "k3J9xQ2a-1f", requestIds: ["given-by-ann"] };
const DELIVERY: Delivery = { kind: "orders", messageId: "1-2-1000000001", content: CONTENT };

/** A figure by its name and labels as text. */
function figure(metrics: WorkerMetrics, series: string): number {
  const line = metricsText(metrics.read()).split("\n").find((one) => one.startsWith(`${series} `));
  assert(line, series);
  return Number(line.slice(series.length));
}

Deno.test("measuredHandler() runs a delivery as part of the request that it comes from", async () => {
  const metrics = new WorkerMetrics(() => 42_000);
  const seen: unknown[] = [];
  const handler = measuredHandler(async () => {
    await Promise.resolve();
    seen.push(requestContext.getStore());
    // What is in hand is two seconds old.
    assertEquals(figure(metrics, "dropgate_worker_lag_seconds"), 2);
  }, metrics);
  await handler({ ...DELIVERY, trail: { ...TRAIL, traceparent: "none" } });
  await handler(DELIVERY);
  assertEquals(seen, [TRAIL, undefined]);
  assertEquals(figure(metrics, "dropgate_worker_lag_seconds"), 0);
  assertEquals(figure(metrics, "dropgate_worker_message_age_seconds_count"), 2);
  assertEquals(figure(metrics, "dropgate_worker_message_age_seconds_sum"), 4);
});

Deno.test("measuredHandler() has nothing in hand after a failure, and leaves barriers alone", async () => {
  const metrics = new WorkerMetrics(() => 42_000);
  const handler = measuredHandler(() => Promise.reject(new Error("stopping")), metrics);
  await assertRejects(() => handler(DELIVERY), Error, "stopping");
  await assertRejects(() => handler({ kind: "barrier", item: "1-2", epoch: 1 }), Error, "stopping");
  assertEquals(figure(metrics, "dropgate_worker_messages_in_hand"), 0);
  assertEquals(figure(metrics, "dropgate_worker_message_age_seconds_count"), 0);
});

Deno.test("WorkerMetrics counts what became of messages", () => {
  const metrics = new WorkerMetrics(() => 0);
  const lines: string[] = [];
  const write = (text: string) => void lines.push(text);
  const log = { info: write, warning: write, isEnabledFor: () => false };
  const bounded = new BoundedLines(log as unknown as LineLog, () => 0);
  const split = { orders: 2, refused: 2, parked: ["a"], clashes: ["b"] };
  const all: Recorded[] = [
    { kind: "written", message: MESSAGE, orders: 3, refused: 1 },
    { kind: "known" },
    { kind: "split", why: "guard", split },
    { kind: "parked", reason: "unreadable" },
  ];
  for (const recorded of all) tellRecorded("1-2-1", recorded, metrics, bounded);
  for (const result of ["written", "known", "split", "parked"]) {
    assertEquals(figure(metrics, `dropgate_worker_messages_total{result="${result}"}`), 1);
  }
  assertEquals(figure(metrics, "dropgate_worker_orders_total"), 5);
  assertEquals(figure(metrics, "dropgate_worker_refused_total"), 3);
  assertEquals(figure(metrics, "dropgate_worker_parked_total"), 2);
  assertEquals(figure(metrics, "dropgate_worker_clashes_total"), 1);
  assertEquals(figure(metrics, "dropgate_worker_message_orders_count"), 2);
  // The others have lines of their own.
  assertEquals(lines, ["Wrote {messageId}: {orders} orders, {refused} refused"]);
});

Deno.test("the parts around the books count transactions, cancels and refunds", async () => {
  const metrics = new WorkerMetrics(() => 0);
  const book = measuredBook({
    writeOrders: () => Promise.resolve({ kind: "known" }),
    writeOrdersSingly: () => Promise.reject(new Error("away")),
    parkMessage: () => Promise.resolve(),
    markDrained: () => Promise.resolve(),
  }, metrics);
  assertEquals(await book.writeOrders(MESSAGE, CONTENT), { kind: "known" });
  await assertRejects(() => book.writeOrdersSingly(MESSAGE, CONTENT), Error, "away");
  assertEquals(figure(metrics, "dropgate_worker_transaction_duration_seconds_count"), 1);

  const unpaid = countedUnpaid({
    dueTickets: () => Promise.resolve(["a"]),
    cancelOrders: () => Promise.resolve(["cancelled", "not_unpaid", "cancelled"]),
  }, metrics);
  assertEquals(await unpaid.dueTickets(1), ["a"]);
  await unpaid.cancelOrders(["a", "b", "c"], "expired");
  assertEquals(figure(metrics, "dropgate_worker_cancelled_total"), 2);

  const refunds = countedRefunds({
    dueRefunds: () => Promise.resolve([]),
    finishRefund: () => Promise.resolve(),
  }, metrics);
  await refunds.dueRefunds(1);
  await refunds.finishRefund("p1", { kind: "refunded" });
  await refunds.finishRefund("p2", { kind: "failed", error: "no" });
  for (const result of ["refunded", "failed"]) {
    assertEquals(figure(metrics, `dropgate_worker_refunds_total{result="${result}"}`), 1);
  }
});

Deno.test("a worker answers for its health and its figures, and nothing else", async () => {
  const metrics = new WorkerMetrics(() => 0);
  const app = createWorkerApp({
    health: [{ name: "worker", isReady: () => true }],
    metricSources: [metrics],
    log: logOf("test"),
  });
  assertEquals((await app.request("/readyz")).status, 200);
  const answer = await app.request("/metrics");
  assertEquals(answer.status, 200);
  assert((await answer.text()).includes("# TYPE dropgate_worker_orders_total counter"));
  const other = await app.request("/admin");
  assertEquals([other.status, (await other.json()).code], [404, "not_found"]);
});

Deno.test("a worker tells of an unexpected error once, and answers with a problem", async () => {
  const told: Record<string, unknown>[] = [];
  const log = { error: (text: string, values = {}) => void told.push({ text, ...values }) };
  const app = createWorkerApp({ health: [], metricSources: [], log: log as unknown as Log });
  app.get("/fails", () => {
    throw new TypeError("nobody thought of that");
  });
  const response = await app.request("/fails", { headers: { "x-request-id": "given-by-probe" } });
  assertEquals([response.status, (await response.json()).code], [500, "internal"]);
  assertEquals(told.length, 1);
  assertEquals([told[0]!.requestId, response.headers.get("x-request-id")], [
    "given-by-probe",
    "given-by-probe",
  ]);
});
