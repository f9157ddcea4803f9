import type { ItemEpoch } from "../../shared/item.ts";
import { formatTicket } from "../../shared/ticket.ts";
import type { OrderBook, OrderRecord } from "./order_book.ts";
import type { ReadableLedger } from "./proof_ledger.ts";
import { PaymentProof, type PaymentProofParts } from "./proof_payments.ts";
import { isLive, judgeRow, type Violation } from "./proof_rules.ts";

/** Rows or reservations per page. */
export const PROOF_PAGE = 500;

/** Most pages of one item: 50 million rows; a walk that goes on is not getting anywhere. */
const MAX_PAGES = 100_000;

/** Violations that are told one by one; the others are only counted. */
export const MAX_VIOLATIONS = 100;

/** What a walk reads. */
export interface WalkParts extends PaymentProofParts {
  book: Pick<OrderBook, "findOrders" | "listTickets">;
  ledger: ReadableLedger;
}

/** What a walk found. */
export interface Walk {
  /** Quantity of live reservations that have no row yet. */
  processing: number;
  violations: Violation[];
  violationCount: number;
}

/** A live reservation; `written` once its row was met. */
interface Holder {
  seq: number;
  quantity: number;
  written: boolean;
}

type TicketRow = { id: number; order: OrderRecord; live: boolean };

/**
 * Walks all reservations and all rows of an item, page by page, and holds them against each other.
 * The item may be selling meanwhile: whatever looks wrong is read again in an order in which only a
 * real fault still looks wrong (a live row implies a live reservation at every instant).
 */
export class ItemWalk implements Walk {
  processing = 0;
  violations: Violation[] = [];
  violationCount = 0;
  readonly #holders = new Map<string, Holder>();
  readonly #liveTickets = new Map<string, string>();
  readonly #payments: PaymentProof;

  constructor(
    readonly item: ItemEpoch,
    readonly perUserLimit: number,
    readonly parts: WalkParts,
  ) {
    this.#payments = new PaymentProof(item, parts, (violation) => this.#say(violation));
  }

  /** @throws {LedgerAwayError} when the ledger of this epoch cannot be read to the end. */
  async run(): Promise<Walk> {
    await this.#readReservations();
    await this.#readRows();
    await this.#payments.walkPayments();
    await this.#countProcessing();
    this.#holders.clear();
    this.#liveTickets.clear();
    return this;
  }

  async #readReservations(): Promise<void> {
    let cursor = "0";
    for (let page = 0; page < MAX_PAGES; page++) {
      const found = await this.parts.ledger.listReservations(this.item, cursor, PROOF_PAGE);
      for (const { userId, seq, quantity, live } of found.reservations) {
        if (live) this.#holders.set(userId, { seq, quantity, written: false });
      }
      cursor = found.cursor;
      if (cursor === "0") return;
      await this.parts.delay(0);
    }
    throw new Error(`Cannot prove ${this.item.item} as it has too many reservations`);
  }

  async #readRows(): Promise<void> {
    let afterId = 0;
    for (let page = 0; page < MAX_PAGES; page++) {
      const rows = await this.parts.book.listTickets(this.item.item, afterId, PROOF_PAGE);
      if (rows.length === 0) return;
      await this.#judgePage(rows);
      afterId = rows.at(-1)!.id;
      await this.parts.delay(0);
    }
    throw new Error(`Cannot prove ${this.item.item} as it has too many rows`);
  }

  async #judgePage(rows: TicketRow[]): Promise<void> {
    const suspects: OrderRecord[] = [];
    for (const row of rows) {
      const { order } = row;
      judgeRow(this.item.item, row, this.perUserLimit).forEach((found) => this.#say(found));
      const holder = this.#holders.get(order.userId);
      const isHolder = holder?.seq === order.seq;
      if (isHolder) holder.written = true;
      if (!isLive(order)) continue;
      if (!isHolder || holder.quantity !== order.quantity) suspects.push(order);
      await this.#checkSecond(order);
      this.#liveTickets.set(order.userId, order.ticket);
    }
    if (suspects.length > 0) await this.#examine(suspects);
    await this.#payments.judgeOrders(rows.map(({ order }) => order));
  }

  /** I5: a buyer with two live orders, unless the first has ended meanwhile. */
  async #checkSecond(order: OrderRecord): Promise<void> {
    const other = this.#liveTickets.get(order.userId);
    if (other === undefined) return;
    const found = await this.parts.book.findOrders([other, order.ticket]);
    if (!found.every((row) => row && isLive(row))) return;
    const detail = `its buyer has another live order, ${other}`;
    this.#say({ invariant: "I5", item: this.item.item, ticket: order.ticket, detail });
  }

  /** I3: reservations first, then rows: one that is live before and after had to be held between. */
  async #examine(suspects: OrderRecord[]): Promise<void> {
    const users = suspects.map((order) => order.userId);
    const held = await this.parts.ledger.findReservations(this.item, users);
    const rows = await this.parts.book.findOrders(suspects.map((order) => order.ticket));
    suspects.forEach((order, at) => {
      const reservation = held[at];
      const row = rows[at];
      if (!row || !isLive(row)) return;
      const fault = !reservation?.live
        ? "the ledger holds no live reservation for it"
        : reservation.seq !== row.seq
        ? `the ledger holds seq ${reservation.seq} of its buyer`
        : reservation.quantity !== row.quantity
        ? `the ledger holds a quantity of ${reservation.quantity}`
        : null;
      if (fault === null) return;
      this.#say({ invariant: "I3", item: this.item.item, ticket: order.ticket, detail: fault });
    });
  }

  /** Reservations without a row, asked for again by ticket: a row may have come behind the walk. */
  async #countProcessing(): Promise<void> {
    const waiting = [...this.#holders].filter(([, holder]) => !holder.written);
    for (let at = 0; at < waiting.length; at += PROOF_PAGE) {
      const page = waiting.slice(at, at + PROOF_PAGE);
      const tickets = page.map(([userId, { seq }]) => formatTicket(this.item.item, userId, seq));
      const rows = await this.parts.book.findOrders(tickets);
      page.forEach(([, { quantity }], index) => {
        if (!rows[index]) this.processing += quantity;
      });
      await this.parts.delay(0);
    }
  }

  #say(violation: Violation): void {
    this.violationCount += 1;
    if (this.violations.length < MAX_VIOLATIONS) this.violations.push(violation);
  }
}
