import type { StockRequest } from "../../../origin/orders/order_book.ts";
import type { BookModel, OrderModel } from "./book_model.ts";

/** A stock event, as it should be. */
export interface EventModel {
  id: string;
  kind: "restock" | "drop" | "top_up" | "take_back";
  ticket: string | null;
  delta: number;
  epoch: number;
  state: "pending" | "done" | "void";
}

/** The stock events of one item. */
export class BookEvents {
  readonly all = new Map<string, EventModel>();

  constructor(readonly book: BookModel) {}

  /** Tells the ledger that a reservation is over. */
  end(kind: "restock" | "drop", ticket: string, delta: number): void {
    const id = `${kind}:${ticket}`;
    this.all.set(id, { id, kind, ticket, delta, epoch: this.book.ledgerEpoch, state: "pending" });
  }

  hasPendingRestock({ ticket }: OrderModel, epoch: number): boolean {
    const event = this.all.get(`restock:${ticket}`);
    return event?.state === "pending" && event.epoch === epoch;
  }

  /** An operator's wish. */
  request(changeId: string, delta: number): StockRequest["kind"] {
    const { book } = this;
    if (this.all.has(changeId)) return "accepted";
    if (book.openEpoch === 0) return "recovering";
    if (book.stock < 0 || book.stock + delta < book.sold) return "refused";
    const kind = delta > 0 ? "top_up" : "take_back";
    const epoch = book.ledgerEpoch;
    this.all.set(changeId, { id: changeId, kind, ticket: null, delta, epoch, state: "pending" });
    if (delta > 0) book.stock += delta;
    return "accepted";
  }

  /** Those that the ledger has not answered; what a snapshot has overtaken ends here. */
  pending(): EventModel[] {
    const pending = [...this.all.values()].filter(({ state }) => state === "pending");
    for (const event of pending) {
      if (event.epoch >= this.book.ledgerEpoch) continue;
      event.state = event.kind === "take_back" ? "void" : "done";
    }
    return pending.filter(({ state }) => state === "pending");
  }

  /** Writes an answer down; the state that the event really got. */
  finish(id: string, answer: "done" | "void"): "done" | "void" {
    const { book } = this;
    const event = this.all.get(id);
    if (event?.state === "pending") {
      if (event.kind === "take_back") {
        const counts = answer === "done" && event.epoch === book.ledgerEpoch;
        const fits = book.stock + event.delta >= book.sold;
        event.state = counts && fits ? "done" : "void";
        if (counts && fits) book.stock += event.delta;
        else if (counts) book.openEpoch = 0;
      } else {
        event.state = "done";
      }
    }
    return event?.state === "done" ? "done" : "void";
  }
}
