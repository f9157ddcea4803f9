import type { OrderFilter, OrderRecord } from "./order_book.ts";

/** A row of the order book with everything that it says. Times in ms. */
export interface ExportedOrder extends OrderRecord {
  /** The message that carried it. */
  messageId: string;
  updatedAt: number;
}

/** Where an export goes on: with the rows whose ids are below `before` and at least `lowest`. */
export interface ExportCursor {
  before: number;
  lowest: number;
}

/** One step of an export, newest first. `next` is null when nothing is left. */
export interface ExportStep {
  /** May be empty while there is more: a step is bounded by the rows that it looks at. */
  orders: ExportedOrder[];
  next: ExportCursor | null;
}

/** What the ledger was, or is to be, told about one ticket. Times in ms. */
export interface TicketEvent {
  id: string;
  /** `restock` gives the piece back, `drop` does not. */
  kind: "restock" | "drop";
  delta: number;
  ledgerEpoch: number;
  state: "pending" | "done" | "void";
  createdAt: number;
  appliedAt: number | null;
}

/** What is kept of one ticket beside what buyers see. */
export interface TicketTrace {
  /** The row; null while there is none. */
  order: ExportedOrder | null;
  events: TicketEvent[];
}

/** How operators read orders, one by one and all of them. */
export interface OrderReader {
  /**
   * A step through all orders that fit, newest first. Without a cursor it begins with the newest
   * order of this moment; what is written later is not part of it. Each step looks at a bounded
   * number of rows, however many there are, and none is looked at twice.
   */
  exportOrders(filter: OrderFilter, cursor: ExportCursor | null): Promise<ExportStep>;

  /** Everything that the record holds of a ticket. */
  traceTicket(ticket: string): Promise<TicketTrace>;
}
