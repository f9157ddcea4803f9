import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import type { Database } from "../database/database.ts";
import { closeItems, itemsToOpen, markDrained, markOpen, raiseEpoch } from "./item_epochs.ts";
import { totals } from "./item_totals.ts";
import { exportOrders } from "./export_orders.ts";
import { findOrders, listOrders, listTickets } from "./list_orders.ts";
import { listReservations, snapshotLedger } from "./open_ledger.ts";
import type { OrderBook, OrderFilter } from "./order_book.ts";
import type { ExportCursor } from "./order_reader.ts";
import { parkMessage } from "./parked_messages.ts";
import { readItems } from "./read_items.ts";
import { writeOrdersSingly } from "./split_orders.ts";
import { requestStockChange } from "./stock_changes.ts";
import { finishStockEvents, pendingStockEvents } from "./stock_events.ts";
import { traceTicket } from "./trace_ticket.ts";
import { writeOrders } from "./write_orders.ts";

/** The order book in SQL, the same for MySQL, MariaDB and SQLite: each operation is one file's. */
export class SqlOrderBook implements OrderBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  writeOrders(message: OrderMessage, content: string) {
    return writeOrders(this.database, this.clock, message, content);
  }

  writeOrdersSingly(message: OrderMessage, content: string) {
    return writeOrdersSingly(this.database, this.clock, message, content);
  }

  parkMessage(messageId: string, content: string, reason: string) {
    return parkMessage(this.database, this.clock, messageId, content, reason);
  }

  findOrders(tickets: string[]) {
    return findOrders(this.database, tickets);
  }

  listOrders(filter: OrderFilter, page: number, per: number) {
    return listOrders(this.database, filter, page, per);
  }

  exportOrders(filter: OrderFilter, cursor: ExportCursor | null) {
    return exportOrders(this.database, filter, cursor);
  }

  traceTicket(ticket: string) {
    return traceTicket(this.database, ticket);
  }

  pendingStockEvents(limit: number) {
    return pendingStockEvents(this.database, this.clock, limit);
  }

  finishStockEvents(results: { id: string; state: "done" | "void" }[]) {
    return finishStockEvents(this.database, this.clock, results);
  }

  requestStockChange(item: ItemKey, changeId: string, delta: number) {
    return requestStockChange(this.database, this.clock, item, changeId, delta);
  }

  readItems(items: ItemKey[]) {
    return readItems(this.database, items);
  }

  itemsToOpen() {
    return itemsToOpen(this.database, this.clock);
  }

  closeItems(items: ItemEpoch[]) {
    return closeItems(this.database, items);
  }

  raiseEpoch(item: ItemKey) {
    return raiseEpoch(this.database, item);
  }

  markDrained(item: ItemEpoch) {
    return markDrained(this.database, item);
  }

  snapshotLedger(item: ItemEpoch) {
    return snapshotLedger(this.database, item);
  }

  listReservations(item: ItemEpoch, afterUserId: string, limit: number) {
    return listReservations(this.database, item, afterUserId, limit);
  }

  markOpen(item: ItemEpoch) {
    return markOpen(this.database, item);
  }

  async withCoordinatorLock(item: ItemKey, work: () => Promise<void>) {
    const held = await this.database.withLock(`coordinator ${item}`, async () => {
      await work();
      return true;
    });
    return held !== null;
  }

  totals(saleId: number) {
    return totals(this.database, saleId);
  }

  listTickets(item: ItemKey, afterId: number, limit: number) {
    return listTickets(this.database, item, afterId, limit);
  }
}
