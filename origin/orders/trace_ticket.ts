import type { Database } from "../database/database.ts";
import { exportedOf } from "./export_orders.ts";
import type { TicketEvent, TicketTrace } from "./order_reader.ts";
import { ORDER_FIELDS } from "./order_rows.ts";

/** Tickets are stored as ASCII; other text matches none. */
const ASCII = /^[\x20-\x7e]+$/;

interface EventRow {
  id: string;
  kind: TicketEvent["kind"];
  delta: number;
  ledger_epoch: number;
  state: TicketEvent["state"];
  created_at: number;
  applied_at: number | null;
}

/** `OrderReader.traceTicket`. A ticket has one row and one event at most, both by unique keys. */
export async function traceTicket(database: Database, ticket: string): Promise<TicketTrace> {
  if (!ASCII.test(ticket)) return { order: null, events: [] };
  const [row] = await database.query(
    `SELECT ${ORDER_FIELDS} FROM orders WHERE ticket = ?`,
    [ticket],
  );
  const events = await database.query<EventRow>(
    `SELECT id, kind, delta, ledger_epoch, state, created_at, applied_at FROM stock_event
      WHERE ticket = ? ORDER BY position`,
    [ticket],
  );
  return {
    order: row ? exportedOf(row) : null,
    events: events.map((event) => ({
      id: event.id,
      kind: event.kind,
      delta: event.delta,
      ledgerEpoch: event.ledger_epoch,
      state: event.state,
      createdAt: event.created_at,
      appliedAt: event.applied_at,
    })),
  };
}
