import type { OrderView } from "../../shared/internal_api.ts";
import type { OrderStatusDesk } from "../orders/order_status.ts";
import type { CancelReason, UnpaidBook } from "../orders/unpaid_book.ts";

/** What cancelling works with. */
export interface CancelDeskParts {
  orders: Pick<OrderStatusDesk, "find">;
  unpaid: Pick<UnpaidBook, "cancelOrders">;
  /** Has the ledger told of returned stock at once, instead of at the next round. */
  restoreSoon(): void;
}

/** What became of a wish to cancel. `unavailable`: it may have happened, read the order. */
export type CancelAnswer =
  | { kind: "cancelled"; order: OrderView }
  | { kind: "not_cancellable"; status: OrderView["status"] }
  | { kind: "not_found" }
  | { kind: "unavailable" };

/** Lets buyers, and operators for them, give back what is held and not paid. */
export class CancelDesk {
  constructor(readonly parts: CancelDeskParts) {}

  /** @throws {DatabaseError} when the order book is away. */
  async cancel(
    ticket: string,
    userId: string,
    reason: Exclude<CancelReason, "expired"> = "by_buyer",
  ): Promise<CancelAnswer> {
    const { orders, unpaid } = this.parts;
    const found = await orders.find(ticket, userId);
    if (found.kind !== "found") return found;
    if (found.fromLedger) return { kind: "unavailable" };
    const { status } = found.order;
    if (status !== "unpaid") return { kind: "not_cancellable", status };
    const [outcome] = await unpaid.cancelOrders([ticket], reason);
    if (outcome === "cancelled") this.parts.restoreSoon();
    const after = await orders.find(ticket, userId);
    if (after.kind !== "found") return { kind: "unavailable" };
    return outcome === "cancelled"
      ? { kind: "cancelled", order: after.order }
      : { kind: "not_cancellable", status: after.order.status };
  }
}
