import type { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { parseTicket } from "../../shared/ticket.ts";
import type { ExportedOrder, TicketEvent } from "../orders/order_reader.ts";
import type { AdminParts } from "./admin_parts.ts";
import { viewOrder } from "./admin_views.ts";
import { viewParkedSummary } from "./message_views.ts";
import type { orderDetailSchema } from "./order_detail_schemas.ts";
import { viewPayment } from "./payment_schemas.ts";

/** An order with everything that is known of it. */
export type OrderDetail = z.infer<typeof orderDetailSchema>;

/** `not_found`: never given out. `unavailable`: nobody can tell at the moment. */
export type FoundOrder = { kind: "found"; order: OrderDetail } | {
  kind: "not_found" | "unavailable";
};

type DetailParts = Pick<AdminParts, "book" | "messages" | "payments" | "orders">;

/**
 * Everything about a ticket: its row, or where it stands without one, with its payments, its stock
 * event and what was parked of it. @throws {DatabaseError} when the order book is away.
 */
export async function findOrderDetail(ticket: string, parts: DetailParts): Promise<FoundOrder> {
  const ids = parseTicket(ticket);
  if (!ids) return { kind: "not_found" };
  const { userId } = ids;
  const found = await parts.orders.find(ticket, userId);
  if (found.kind !== "found") return found;
  const [{ order, events }, payments, parked] = await Promise.all([
    parts.book.traceTicket(ticket),
    parts.payments.paymentsOf([ticket]),
    parts.messages.parkedOf(ticket),
  ]);
  const { receipt: _, ...unrecorded } = found.order;
  const rest = {
    payments: payments.map(viewPayment),
    stockEvents: events.map(viewEvent),
    parked: parked.map(viewParkedSummary),
  };
  return order === null
    ? { kind: "found", order: { ...unrecorded, userId, recorded: false, ...rest } }
    : { kind: "found", order: { ...viewRow(order), recorded: true, ...rest } };
}

function viewRow(order: ExportedOrder) {
  const { updatedAt, requestId, messageId } = order;
  return { ...viewOrder(order), updatedAt: isoTime(updatedAt), requestId, messageId };
}

function viewEvent({ id, kind, delta, state, createdAt, appliedAt }: TicketEvent) {
  return {
    id,
    kind,
    delta,
    state,
    createdAt: isoTime(createdAt),
    ...(appliedAt === null ? {} : { appliedAt: isoTime(appliedAt) }),
  };
}
