import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import type { LedgerRows } from "./sqlite_ledger_rows.ts";
import type { Opening, OpenOutcome, Reservation } from "./stock_ledger.ts";

/** Rows per transaction, so that buys of other items get their turn between two. */
const ROWS_PER_TURN = 2000;

/** Turns that no sale can need: 10⁹ reservations. */
const MAX_TURNS = 500_000;

/**
 * Stages the reservations under their epoch, page by page, then makes that epoch the item's: rows
 * of other epochs are out of everybody's sight, and are removed afterwards.
 */
export async function openSqliteItem(
  db: SqliteDatabase,
  rows: LedgerRows,
  opening: Opening,
  reservations: AsyncIterable<Reservation[]>,
): Promise<OpenOutcome> {
  const isSuperseded = () => (rows.item(opening.item)?.epoch ?? 0) >= opening.epoch;
  const stage = (some: Reservation[]) =>
    db.exclusive(() => {
      if (isSuperseded()) return false;
      for (const one of some) rows.putHolder(opening, one);
      return true;
    });

  await removeHolders(db, opening, "=");
  const staged = new Set<string>();
  for await (const page of reservations) {
    for (let at = 0; at < page.length; at += ROWS_PER_TURN) {
      const some = page.slice(at, at + ROWS_PER_TURN);
      if (!await stage(some)) return "superseded";
      for (const one of some) staged.add(one.userId);
    }
  }
  const outcome = await db.exclusive((): OpenOutcome => {
    if (isSuperseded()) return "superseded";
    if (countHolders(db, opening) !== staged.size) return "replaced";
    swapIn(db, opening);
    return "opened";
  });
  await removeHolders(db, opening, outcome === "opened" ? "<" : "=");
  return outcome;
}

function countHolders(db: SqliteDatabase, { item, epoch }: ItemEpoch): number {
  const row = db.prepare(
    "SELECT count(*) AS holders FROM ledger_holder WHERE item = ? AND epoch = ?",
  ).get(item, epoch) as { holders: number };
  return row.holders;
}

/** Remembered stock changes go: a change of an older epoch never reaches this ledger. */
function swapIn(db: SqliteDatabase, { item, epoch, remaining, terms }: Opening): void {
  db.prepare(
    `INSERT OR REPLACE INTO ledger_item (item, epoch, is_open, stock, n, terms_version, starts_at,
       ends_at, paused, per_user_limit, payment_window_ms)
     VALUES (?, ?, 1, ?, 0, ?, ?, ?, ?, ?, ?)`,
  ).run(
    item,
    epoch,
    remaining,
    terms.version,
    Math.floor(terms.startsAt),
    Math.floor(terms.endsAt),
    terms.paused ? 1 : 0,
    terms.perUserLimit,
    Math.floor(terms.paymentWindowMs),
  );
  db.prepare("DELETE FROM ledger_change WHERE item = ?").run(item);
}

/** Removes the rows of this epoch, or of all before it, unless the item lives in that epoch. */
async function removeHolders(
  db: SqliteDatabase,
  { item, epoch }: ItemEpoch,
  which: "=" | "<",
): Promise<void> {
  const text = `DELETE FROM ledger_holder WHERE (item, epoch, user_id) IN (
      SELECT item, epoch, user_id FROM ledger_holder
      WHERE item = ? AND epoch ${which} ?
        AND epoch <> coalesce((SELECT epoch FROM ledger_item WHERE item = ?), 0)
      LIMIT ${ROWS_PER_TURN})`;
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const removed = await db.exclusive(() => db.prepare(text).run(item, epoch, item));
    if (Number(removed.changes) < ROWS_PER_TURN) return;
  }
}
