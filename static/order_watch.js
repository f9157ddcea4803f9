import { call, jittered, pause, whenVisible } from "./api.js";
import { serverNowMs } from "./clock.js";
import { formatSpan, formatTime } from "./format.js";
import { orderWords, WORDS } from "./words.js";

/** Pauses between looks at an order: short while it is processing, ms. */
const PROCESSING_POLL_MS = 1_200;
const UNPAID_POLL_MS = 10_000;
const REFUND_POLL_MS = 4_000;
/** An order whose time is over ends this soon after it, at most. */
const OVERDUE_POLL_MS = 1_500;
/** Looks in a row that brought nothing before the page gives up looking. */
const MAX_MISSES = 50;

const FINAL_STATES = new Set(["cancelled", "refused", "refunded", "paid"]);

/** True when an order will not change any more by itself. */
export function isOver({ status }) {
  return FINAL_STATES.has(status);
}

/** True while the buyer has or may get what he asked for. */
export function holds({ status }) {
  return ["processing", "unpaid", "paid"].includes(status);
}

/** How long an order can still be paid, ms; 0 without a deadline. */
export function leftMsOf({ payBy }) {
  return payBy ? Math.max(0, Date.parse(payBy) - serverNowMs()) : 0;
}

/** When to look at an order again, ms. */
export function pollMsOf(order) {
  if (order.status === "refund_due") return REFUND_POLL_MS;
  if (order.status !== "unpaid") return PROCESSING_POLL_MS;
  const leftMs = leftMsOf(order);
  return leftMs > 0 ? Math.min(UNPAID_POLL_MS, leftMs + OVERDUE_POLL_MS) : OVERDUE_POLL_MS;
}

/** What the panel of an order says. */
export function wordsOf(order) {
  const leftMs = leftMsOf(order);
  const words = orderWords({
    ...order,
    payByText: order.payBy ? formatTime(order.payBy) : "",
    leftText: leftMs > 0 ? formatSpan(leftMs) : "",
  });
  return { ...words, ticket: `${WORDS.orders.ticket} ${order.ticket}` };
}

/** Looks after one order until it is over. */
export class OrderWatch {
  /** `onOrder` hears the order as often as it was read. */
  constructor(onOrder) {
    this.onOrder = onOrder;
    this.watched = null;
  }

  /** Looks at a ticket, first after a while, unless it is looked after already. */
  async follow(ticket, firstMs = PROCESSING_POLL_MS) {
    if (firstMs > 0 && this.watched?.ticket === ticket) return;
    const watch = this.watched = { ticket };
    let misses = 0;
    let waitMs = firstMs;
    while (this.watched === watch && misses < MAX_MISSES) {
      await pause(jittered(waitMs * (1 + Math.min(misses, 5))));
      await whenVisible();
      if (this.watched !== watch) return;
      const { ok, body } = await call(`/api/orders/${encodeURIComponent(ticket)}`);
      if (this.watched !== watch) return;
      misses = ok && body.status !== "processing" ? 0 : misses + 1;
      waitMs = ok ? pollMsOf(body) : PROCESSING_POLL_MS;
      if (!ok) continue;
      if (isOver(body)) this.watched = null;
      this.onOrder(body);
    }
    if (this.watched === watch) this.watched = null;
  }

  stop() {
    this.watched = null;
  }
}
