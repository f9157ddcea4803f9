import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type { Reservation } from "./stock_ledger.ts";

/** The row of an item's ledger. Times in ms; `stock` −1 is unlimited. */
export interface ItemRow {
  epoch: number;
  is_open: number;
  stock: number;
  n: number;
  terms_version: number;
  starts_at: number;
  ends_at: number;
  paused: number;
  per_user_limit: number;
  payment_window_ms: number;
}

/** The row of a holder. */
export interface HolderRow {
  user_id: string;
  seq: number;
  quantity: number;
  live: number;
  message_id: string;
  pay_by: number;
  request_id: string;
}

const HOLDER_COLUMNS = "user_id, seq, quantity, live, message_id, pay_by, request_id";

/** What the statements of the ledger do, for use inside `SqliteDatabase.exclusive`. */
export class LedgerRows {
  constructor(readonly db: SqliteDatabase) {}

  /** The item's row, whatever its epoch. */
  item(item: ItemKey): ItemRow | undefined {
    return this.db.prepare("SELECT * FROM ledger_item WHERE item = ?").get(item) as
      | ItemRow
      | undefined;
  }

  /** The fence: the item's row if that very epoch is open. */
  openItem({ item, epoch }: ItemEpoch): ItemRow | undefined {
    const row = this.item(item);
    return row?.epoch === epoch && row.is_open === 1 ? row : undefined;
  }

  /** Sets what is left and how many seqs were given out. */
  setCounters(item: ItemKey, stock: number, n: number): void {
    this.db.prepare("UPDATE ledger_item SET stock = ?, n = ? WHERE item = ?").run(stock, n, item);
  }

  /** A user's reservation, live or not. */
  holder({ item, epoch }: ItemEpoch, userId: string): HolderRow | undefined {
    return this.db.prepare(
      `SELECT ${HOLDER_COLUMNS} FROM ledger_holder WHERE item = ? AND epoch = ? AND user_id = ?`,
    ).get(item, epoch, userId) as HolderRow | undefined;
  }

  /** A page of reservations behind a user id, in its order. */
  holdersAfter({ item, epoch }: ItemEpoch, userId: string, limit: number): HolderRow[] {
    return this.db.prepare(
      `SELECT ${HOLDER_COLUMNS} FROM ledger_holder
       WHERE item = ? AND epoch = ? AND user_id > ? ORDER BY user_id LIMIT ?`,
    ).all(item, epoch, userId, limit) as unknown as HolderRow[];
  }

  /** Writes a reservation over what the user had. */
  putHolder({ item, epoch }: ItemEpoch, one: Reservation): void {
    this.db.prepare(
      `INSERT OR REPLACE INTO ledger_holder (item, epoch, ${HOLDER_COLUMNS})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      item,
      epoch,
      one.userId,
      one.seq,
      one.quantity,
      one.live ? 1 : 0,
      one.messageId,
      Math.floor(one.payBy),
      one.requestId,
    );
  }
}

/** A reservation as the port shows it. */
export function toReservation(row: HolderRow): Reservation {
  return {
    userId: row.user_id,
    seq: row.seq,
    quantity: row.quantity,
    requestId: row.request_id,
    messageId: row.message_id,
    live: row.live === 1,
    payBy: row.pay_by,
  };
}
