import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type { OutboxPart, OutboxSlice, Reservation } from "./stock_ledger.ts";
import { describeWaiting, reservedAtOf } from "./waiting_message.ts";

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

/** The row of a message that waits to be written. */
interface QueueRow {
  message_id: string;
  epoch: number;
  content: string;
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

  /** What the queue holds of an item, oldest first; null when that epoch is not open. */
  queued(slice: OutboxSlice): OutboxPart | null {
    if (!this.openItem(slice)) return null;
    // "." is the character behind "-", so this is every id that begins so, by the index of the ids.
    const span = [`${slice.item}-`, `${slice.item}.`] as const;
    const { total, first } = this.db.prepare(`SELECT count(*) AS total, min(id) AS first ${QUEUED}`)
      .get(...span) as { total: number; first: number | null };
    const oldest = first === null
      ? undefined
      : this.db.prepare("SELECT content FROM queue_message WHERE id = ?").get(first);
    const rows = this.db.prepare(
      `SELECT message_id, epoch, content ${QUEUED} ORDER BY id LIMIT ? OFFSET ?`,
    ).all(...span, slice.limit, slice.skip) as unknown as QueueRow[];
    return {
      total,
      oldestAt: oldest ? reservedAtOf(oldest.content as string) : null,
      messages: rows.map(({ message_id: messageId, epoch, content }) =>
        describeWaiting({ item: slice.item, epoch, messageId, content }, 0)
      ),
    };
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

/** The rows of the queue that are orders of an item: their ids begin with its key and a dash. */
const QUEUED = "FROM queue_message WHERE kind = 'orders' AND message_id > ? AND message_id < ?";

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
