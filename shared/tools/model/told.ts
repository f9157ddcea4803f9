import type { BuyAnswer, InternalBuy } from "../../internal_api.ts";
import { parseTicket } from "../../ticket.ts";
import type { BookModel } from "./book_model.ts";
import { promise } from "./broken_promise.ts";

/** A reservation that a ledger made, whether its buyer heard of it or not. */
export interface Issued {
  ticket: string;
  userId: string;
  quantity: number;
  requestId: string;
  messageId: string;
}

/** What buyers were told, and what must hold of it for ever. */
export class Told {
  /** Every ticket that a ledger ever gave out, in that order. */
  readonly issued = new Map<string, Issued>();
  readonly reserved = new Set<string>();
  readonly processing = new Set<string>();
  /** `epoch pass` → the reservation that was made with it in that life of the ledger. */
  readonly #madeWith = new Map<string, number>();
  /** `user key` → the ticket that was promised under it last. */
  readonly #promised = new Map<string, string>();

  constructor(readonly book: BookModel) {}

  issue(issued: Issued): void {
    promise("I3", !this.issued.has(issued.ticket), () => `${issued.ticket} was given out twice`);
    this.issued.set(issued.ticket, issued);
  }

  /** A ledger made a reservation with a pass: the only one that this life makes with it. */
  spend(passId: string, epoch: number, seq: number): void {
    const before = this.#madeWith.get(`${epoch} ${passId}`);
    promise("pass", before === undefined, () => `${passId} made ${before}, and then ${seq}`);
    this.#madeWith.set(`${epoch} ${passId}`, seq);
  }

  /** Whether a ticket came to its end, so that its key may mean something new. */
  hasEnded(ticket: string): boolean {
    const order = this.book.orders.get(ticket);
    if (order) return !order.live;
    return (parseTicket(ticket)?.epoch ?? 0) < this.book.ledgerEpoch;
  }

  /**
   * A buyer hears an answer. `isHandedOver` says whether a ticket is durable outside the ledger.
   * `isBehind`: the origin used a ledger that is over, or was held back between deciding and
   * answering; then a refusal, or a ticket that is only `processing`, may be out of date.
   */
  hear(
    [, , userId, , requestId]: InternalBuy,
    answer: BuyAnswer,
    { isHandedOver, isBehind }: { isHandedOver: (ticket: string) => boolean; isBehind: boolean },
  ): void {
    const key = `${userId} ${requestId}`;
    const before = this.#promised.get(key);
    const holds = before !== undefined && !this.hasEnded(before);
    const mustHold = holds && !isBehind;
    switch (answer.outcome) {
      case "reserved": {
        const { ticket } = answer;
        // Said late, of an order that has ended since: its key may have bought anew.
        const isOld = isBehind && this.hasEnded(ticket);
        promise("I3", this.issued.has(ticket), () => `${ticket} was told and never given out`);
        promise("I4", isHandedOver(ticket), () => `${ticket} was told "reserved" too early`);
        promise(
          "I4",
          !this.#isRefused(ticket),
          () => `${ticket} was told "reserved" and is refused`,
        );
        promise(
          "I8",
          !holds || before === ticket || isOld,
          () => `${key} got ${before}, then ${ticket}`,
        );
        this.reserved.add(ticket);
        if (!isOld) this.#promised.set(key, ticket);
        return;
      }
      case "processing":
        promise(
          "I8",
          !mustHold || before === answer.ticket,
          () => `${key} got ${before}, then another`,
        );
        this.processing.add(answer.ticket);
        return;
      case "captcha_required":
      case "sold_out":
      case "already_bought":
      case "order_ended":
      case "blocked":
      case "unknown_buyer":
      case "unknown_item":
        promise("I8", !mustHold, () => `${key} got ${before}, and then "${answer.outcome}"`);
        return;
    }
  }

  /** Checked whenever a row is written: what was promised is not refused. */
  checkPromised(): void {
    for (const ticket of this.reserved) {
      promise("I4", !this.#isRefused(ticket), () => {
        const reason = this.book.orders.get(ticket)?.reason;
        return `${ticket} was told "reserved" and is refused: ${reason}`;
      });
    }
  }

  #isRefused(ticket: string): boolean {
    const reason = this.book.orders.get(ticket)?.reason;
    return reason === "late" || reason === "lost_in_recovery" || reason === "ledger_wrong";
  }
}
