import type { BoundedLines } from "../../shared/bounded_lines.ts";
import { timed } from "../../shared/metrics/histogram.ts";
import { withinRequest } from "../../shared/request_context.ts";
import { followTrace, inSpan } from "../../shared/tracing/tracing.ts";
import { reservedAtOf } from "../ledger/waiting_message.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { Recorded } from "../orders/record_message.ts";
import type { UnpaidBook } from "../orders/unpaid_book.ts";
import type { PaymentBook } from "../payments/payment_book.ts";
import type { Delivery, DeliveryHandler } from "../queue/order_queue.ts";
import type { WorkerMetrics } from "./worker_metrics.ts";

/**
 * The same handler; each message is timed and counted, and everything that is logged meanwhile has
 * the id of the request that it comes from.
 */
export function measuredHandler(handler: DeliveryHandler, metrics: WorkerMetrics): DeliveryHandler {
  return (delivery) => {
    if (delivery.kind !== "orders") return handler(delivery);
    const { trail, messageId } = delivery;
    const work = () => handle(delivery, handler, metrics);
    if (trail === undefined) return work();
    const { traceparent, ...request } = trail;
    const attributes = { "messaging.message.id": messageId };
    return withinRequest(
      request,
      () => followTrace("record message", traceparent, work, attributes),
    );
  };
}

async function handle(
  delivery: Delivery & { kind: "orders" },
  handler: DeliveryHandler,
  metrics: WorkerMetrics,
): Promise<void> {
  const held = { reservedAt: reservedAtOf(delivery.content) };
  metrics.inHand.add(held);
  try {
    await handler(delivery);
    const ageMs = metrics.clock() - held.reservedAt;
    if (held.reservedAt > 0) metrics.orderAgeS.observe(Math.max(0, ageMs) / 1_000);
  } finally {
    metrics.inHand.delete(held);
  }
}

/** The parts of the order book that take messages in, timed and traced. */
export function measuredBook(
  book: Pick<OrderBook, "writeOrders" | "writeOrdersSingly" | "parkMessage" | "markDrained">,
  metrics: WorkerMetrics,
): typeof book {
  return {
    writeOrders: (message, content) =>
      inSpan(
        "record transaction",
        () => timed(metrics.transactionS, () => book.writeOrders(message, content)),
        { attributes: { "dropgate.orders": message.orders.length } },
      ),
    writeOrdersSingly: (message, content) =>
      inSpan("record one by one", () => book.writeOrdersSingly(message, content)),
    parkMessage: (messageId, content, reason) => book.parkMessage(messageId, content, reason),
    markDrained: (item) => book.markDrained(item),
  };
}

/** Counts what became of a message and, while there are few, tells it in a line. */
export function tellRecorded(
  messageId: string,
  recorded: Recorded,
  metrics: WorkerMetrics,
  lines: BoundedLines,
): void {
  metrics.recorded(recorded);
  // Whatever was not simply written has a line of its own.
  if (recorded.kind !== "written") return;
  const { orders, refused } = recorded;
  lines.info("Wrote {messageId}: {orders} orders, {refused} refused", () => ({
    messageId,
    orders,
    refused,
  }));
}

/** The part of the unpaid book that ends orders, counted. */
export function countedUnpaid(
  unpaid: Pick<UnpaidBook, "dueTickets" | "cancelOrders">,
  metrics: WorkerMetrics,
): typeof unpaid {
  return {
    dueTickets: (limit, without) => unpaid.dueTickets(limit, without),
    async cancelOrders(tickets, reason) {
      const outcomes = await unpaid.cancelOrders(tickets, reason);
      metrics.cancelled += outcomes.filter((outcome) => outcome === "cancelled").length;
      return outcomes;
    },
  };
}

/** The part of the payment book that gives money back, counted. */
export function countedRefunds(
  payments: Pick<PaymentBook, "dueRefunds" | "finishRefund">,
  metrics: WorkerMetrics,
): typeof payments {
  return {
    dueRefunds: (limit) => payments.dueRefunds(limit),
    async finishRefund(paymentId, result) {
      metrics.refunds.add(result.kind);
      await payments.finishRefund(paymentId, result);
    },
  };
}
