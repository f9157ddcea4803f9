import { formatTicket } from "../../ticket.ts";
import type { OutboxMessage, Reservation } from "../../../origin/ledger/stock_ledger.ts";
import { BookModel, type BookStart } from "./book_model.ts";
import { LedgerModel, type Life } from "./ledger_model.ts";
import { PaymentsModel } from "./payment_model.ts";
import { Told } from "./told.ts";

/** What a model of a sale begins with. */
export interface SaleStart extends BookStart {
  /** How many servers can keep the ledger. */
  servers: number;
  hasOutbox: boolean;
  room: number;
  perUserLimit: number;
  /** The clock of the ledgers, ms. */
  ledgerClock: () => number;
}

/** What a sale of one item should do: its ledgers, its order book, and what buyers were told. */
export class SaleModel {
  readonly book: BookModel;
  readonly payments: PaymentsModel;
  readonly told: Told;
  readonly ledgers: LedgerModel[];
  /** The server that the ledger is on. */
  primary = 0;
  /** A copy of the data of the primary, taken earlier. */
  copied: Life | null = null;
  /** What a recovery found in the ledger that it closed, by the epoch that it began. */
  readonly salvaged = new Map<number, OutboxMessage[]>();
  /** The reservations that were staged for an epoch. */
  readonly listed = new Map<number, Reservation[]>();
  /** Messages of which somebody heard that the queue has them. */
  readonly confirmed = new Set<string>();
  /** What should wait in a queue that the ledger itself writes to. */
  queue: string[] = [];
  /** True while a wish is made to arrive after its deadline. */
  expectsLate = false;

  constructor(readonly start: SaleStart, readonly clock: () => number) {
    this.book = new BookModel(start, clock);
    this.payments = new PaymentsModel(this.book, clock);
    this.told = new Told(this.book);
    this.ledgers = Array.from({ length: start.servers }, () =>
      new LedgerModel({
        item: start.item,
        hasOutbox: start.hasOutbox,
        room: start.room,
        perUserLimit: start.perUserLimit,
        clock: start.ledgerClock,
        onHandOver: (messageId) => {
          this.queue.push(messageId);
          this.confirmed.add(messageId);
        },
        onReserved: ({ userId, seq, quantity, requestId, messageId }) => {
          const ticket = formatTicket(start.item, userId, seq);
          this.told.issue({ ticket, userId, quantity, requestId, messageId });
        },
      }));
  }

  get ledger(): LedgerModel {
    const ledger = this.ledgers[this.primary];
    if (!ledger) throw new RangeError(`Cannot use server ${this.primary} as there is none`);
    return ledger;
  }

  /** A barrier was put behind everything. */
  barrier(epoch: number): void {
    this.queue.push(`barrier ${epoch}`);
  }

  /** Whether a ticket is durable outside the ledger. */
  isHandedOver(ticket: string): boolean {
    const messageId = this.told.issued.get(ticket)?.messageId ?? "";
    return this.confirmed.has(messageId) || this.book.inbox.has(messageId);
  }

  /** What a buyer who asks for a ticket hears: a status and a reason, or that there is none. */
  poll(ticket: string, seq: number, epoch: number, userId: string): [string, string?] {
    const { book } = this;
    if (epoch > book.epoch) return ["not_found"];
    const order = book.orders.get(ticket);
    if (order) return order.reason === null ? [order.status] : [order.status, order.reason];
    if (epoch < book.ledgerEpoch) return ["refused", "lost_in_recovery"];
    const life = this.ledger.openLife(epoch);
    if (!life) return ["processing"];
    return life.holders.get(userId)?.seq === seq ? ["processing"] : ["not_found"];
  }
}
