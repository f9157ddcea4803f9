import { type Clock, isoTime } from "../../shared/clock.ts";
import type { OrderView } from "../../shared/internal_api.ts";
import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import { itemOfTicket, parseTicket, type TicketParts } from "../../shared/ticket.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import { DatabaseError } from "../database/database.ts";
import type { Reservation, StockLedger } from "../ledger/stock_ledger.ts";
import type { ItemState, OrderBook, OrderRecord, Page } from "./order_book.ts";
import { type ReceiptKey, signReceipt } from "./receipt.ts";

/** What a buyer's question about a ticket is answered from. */
export interface OrderStatusParts {
  book: Pick<OrderBook, "readItems" | "findOrders" | "listOrders">;
  ledger: Pick<StockLedger, "isUp" | "findReservations">;
  registry: Pick<SaleRegistry, "current">;
  receiptKey: ReceiptKey;
  clock: Clock;
  log: Log;
}

/** `not_found`: never issued, or somebody else's. `unavailable`: nobody can tell at the moment. */
export type OrderAnswer =
  | {
    kind: "found";
    order: OrderView;
    /** Set while the order book is away: the ledger vouches for the ticket and knows no more. */
    fromLedger?: true;
  }
  | { kind: "not_found" }
  | { kind: "unavailable" };

/** Says where orders stand. */
export interface OrderStatusDesk {
  find(ticket: string, userId: string): Promise<OrderAnswer>;
  /** @throws {DatabaseError} when the order book is away. */
  list(userId: string, page: number, per: number): Promise<Page<OrderView>>;
}

/** What the ledger knows of a ticket: `unreadable` while it is away or of another epoch. */
type Held = { kind: "held"; reservation: Reservation } | { kind: "not_held" | "unreadable" };

/** A view before its receipt is signed. */
type UnsignedView = Omit<OrderView, "receipt">;

/**
 * Answers polls. The item's `ledgerEpoch` is read before the row: a row that is missing afterwards
 * can only have been lost if its epoch was over *before* the look, because the snapshot that ends an
 * epoch counts every row of it, and no row of an ended epoch is written as an order later.
 */
export class BookOrderStatus implements OrderStatusDesk {
  constructor(readonly parts: OrderStatusParts) {}

  async find(ticket: string, userId: string): Promise<OrderAnswer> {
    const ids = parseTicket(ticket);
    if (!ids || ids.userId !== userId) return { kind: "not_found" };
    let view: UnsignedView | null;
    try {
      view = await this.#look(ticket, ids);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.parts.log.warning("Cannot read the order book: {error}", { error: String(error) });
      view = await this.#lookInLedger(ticket, ids);
      if (!view) return { kind: "unavailable" };
      return { kind: "found", order: await this.#sign(view, userId), fromLedger: true };
    }
    return view ? { kind: "found", order: await this.#sign(view, userId) } : { kind: "not_found" };
  }

  async list(userId: string, page: number, per: number): Promise<Page<OrderView>> {
    const found = await this.parts.book.listOrders({ userId }, page, per);
    const items = await Promise.all(
      found.items.map((record) => this.#sign(viewOfRecord(record), userId)),
    );
    return { ...found, items };
  }

  async #look(ticket: string, ids: TicketParts): Promise<UnsignedView | null> {
    const { book } = this.parts;
    const [state] = await book.readItems([itemOfTicket(ids)]);
    if (!state || ids.epoch > state.epoch) return null;
    const row = await this.#readRow(ticket);
    if (row) return viewOfRecord(row);
    if (ids.epoch < state.ledgerEpoch) return lostView(ticket, ids, state);
    const held = await this.#askLedger(ids);
    if (held.kind === "unreadable") return processingView(ticket, ids, state, null);
    const reservation = held.kind === "held" ? held.reservation : null;
    if (reservation?.live) return processingView(ticket, ids, state, reservation);
    // The ledger's answer is younger than the look for a row: the order may have been written and
    // ended in between, and its buyer may even hold a new reservation.
    const later = await this.#readRow(ticket);
    if (later) return viewOfRecord(later);
    return reservation ? processingView(ticket, ids, state, reservation) : null;
  }

  async #readRow(ticket: string): Promise<OrderRecord | null> {
    const [row] = await this.parts.book.findOrders([ticket]);
    return row ?? null;
  }

  /** With the database away only a ticket that the ledger holds can be vouched for. */
  async #lookInLedger(ticket: string, ids: TicketParts): Promise<UnsignedView | null> {
    const held = await this.#askLedger(ids);
    const terms = this.#priceOf(itemOfTicket(ids));
    return held.kind === "held" && held.reservation.live && terms
      ? processingView(ticket, ids, terms, held.reservation)
      : null;
  }

  async #askLedger(ids: TicketParts): Promise<Held> {
    const { ledger, log } = this.parts;
    if (!ledger.isUp()) return { kind: "unreadable" };
    try {
      const item = { item: itemOfTicket(ids), epoch: ids.epoch };
      const found = await ledger.findReservations(item, [ids.userId]);
      if (found === "closed") return { kind: "unreadable" };
      const reservation = found[0];
      return reservation?.seq === ids.seq ? { kind: "held", reservation } : { kind: "not_held" };
    } catch (error) {
      log.warning("Cannot ask the ledger for a reservation: {error}", { error: String(error) });
      return { kind: "unreadable" };
    }
  }

  #priceOf(key: ItemKey): Pick<ItemState, "price" | "currency"> | null {
    const { saleId, productId } = parseItemKey(key);
    const sale = this.parts.registry.current().sales.find((sale) => sale.saleId === saleId);
    return sale?.items.find((item) => item.productId === productId) ?? null;
  }

  async #sign(view: UnsignedView, userId: string): Promise<OrderView> {
    const { ticket, saleId, productId, quantity, amount, currency, status, ...rest } = view;
    const facts = { ticket, saleId, productId, quantity, amount, currency, status };
    const { receiptKey, clock } = this.parts;
    const receipt = await signReceipt({ ...facts, userId }, receiptKey, clock);
    return { ...facts, receipt, ...rest };
  }
}

/** A row as its buyer sees it. */
function viewOfRecord(record: OrderRecord): UnsignedView {
  const { ticket, item, quantity, amount, currency, status, reason, payBy } = record;
  return {
    ticket,
    ...parseItemKey(item),
    quantity,
    amount,
    currency,
    status,
    ...(status === "unpaid" ? { payBy: isoTime(payBy) } : {}),
    ...(reason === null ? {} : { reason }),
  };
}

/** A ticket that is on its way; without its reservation the quantity is not known and shown as 1. */
function processingView(
  ticket: string,
  { saleId, productId }: TicketParts,
  { price, currency }: Pick<ItemState, "price" | "currency">,
  reservation: Reservation | null,
): UnsignedView {
  const quantity = reservation?.quantity ?? 1;
  return {
    ticket,
    saleId,
    productId,
    quantity,
    amount: price * quantity,
    currency,
    status: "processing",
    ...(reservation ? { payBy: isoTime(reservation.payBy) } : {}),
  };
}

/** A ticket whose epoch is over and which reached no queue: nobody will ever write its row. */
function lostView(ticket: string, ids: TicketParts, state: ItemState): UnsignedView {
  return {
    ...processingView(ticket, ids, state, null),
    status: "refused",
    reason: "lost_in_recovery",
  };
}
