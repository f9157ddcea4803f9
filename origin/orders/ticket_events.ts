import type { Sql } from "../database/database.ts";
import type { LockedItem } from "./lock_item.ts";

const COLUMNS = [
  "id",
  "sale_id",
  "product_id",
  "kind",
  "ticket",
  "delta",
  "ledger_epoch",
  "state",
  "created_at",
];

/** A ticket whose reservation is over. */
type EndedTicket = { ticket: string; quantity: number };

/**
 * Tells the ledger that reservations are over: `restock` gives their stock back, `drop` does not.
 * The id is made of the ticket, so a second event of one ticket is a unique clash. It carries the
 * epoch of the last snapshot: that ledger has counted the reservation, every later one has not.
 */
export async function insertTicketEvents(
  tx: Sql,
  item: LockedItem,
  kind: "restock" | "drop",
  tickets: EndedTicket[],
  nowMs: number,
): Promise<void> {
  const rows = tickets.map(({ ticket, quantity }) => [
    `${kind}:${ticket}`,
    item.saleId,
    item.productId,
    kind,
    ticket,
    kind === "restock" ? quantity : 0,
    item.ledgerEpoch,
    "pending",
    nowMs,
  ]);
  await tx.insertMany("stock_event", COLUMNS, rows);
}

/** The same for one ticket. */
export function insertTicketEvent(
  tx: Sql,
  item: LockedItem,
  kind: "restock" | "drop",
  ticket: EndedTicket,
  nowMs: number,
): Promise<void> {
  return insertTicketEvents(tx, item, kind, [ticket], nowMs);
}
