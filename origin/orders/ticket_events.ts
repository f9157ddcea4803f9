import type { Sql } from "../database/database.ts";
import type { LockedItem } from "./lock_item.ts";

/**
 * Tells the ledger that a ticket's reservation is over: `restock` gives its stock back, `drop` does
 * not. The id is made of the ticket, so a second event of one ticket is a unique clash. It carries
 * the epoch of the last snapshot: that ledger has counted the reservation, every later one has not.
 */
export async function insertTicketEvent(
  tx: Sql,
  item: LockedItem,
  kind: "restock" | "drop",
  ticket: { ticket: string; quantity: number },
  nowMs: number,
): Promise<void> {
  const delta = kind === "restock" ? ticket.quantity : 0;
  await tx.execute(
    `INSERT INTO stock_event
       (id, sale_id, product_id, kind, ticket, delta, ledger_epoch, state, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?)`,
    [
      `${kind}:${ticket.ticket}`,
      item.saleId,
      item.productId,
      kind,
      ticket.ticket,
      delta,
      item.ledgerEpoch,
      nowMs,
    ],
  );
}
