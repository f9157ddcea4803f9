import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import type { LedgerRows } from "./sqlite_ledger_rows.ts";
import type {
  ItemTerms,
  Release,
  ReleaseOutcome,
  StockChange,
  StockChangeOutcome,
} from "./stock_ledger.ts";

/** What changes a ledger beside buyers, inside `SqliteDatabase.exclusive`. */
export class SqliteChanges {
  constructor(readonly db: SqliteDatabase, readonly rows: LedgerRows) {}

  /** Gives one reservation back; it stays as a tombstone, so that its request id stays used. */
  release(release: Release): ReleaseOutcome {
    const item = this.rows.openItem(release);
    if (!item) return "closed";
    const held = this.rows.holder(release, release.userId);
    if (!held || held.live !== 1 || held.seq !== release.seq) return "not_held";
    this.db.prepare(
      "UPDATE ledger_holder SET live = 0 WHERE item = ? AND epoch = ? AND user_id = ?",
    ).run(release.item, release.epoch, release.userId);
    if (release.restock && item.stock !== -1) {
      this.rows.setCounters(release.item, item.stock + held.quantity, item.n);
    }
    return "released";
  }

  /** Applies one change of stock and remembers the answer under its id. */
  adjust(change: StockChange): StockChangeOutcome {
    const item = this.rows.openItem(change);
    if (!item) return "closed";
    const known = this.db.prepare(
      "SELECT answer FROM ledger_change WHERE item = ? AND change_id = ?",
    ).get(change.item, change.changeId) as { answer: StockChangeOutcome } | undefined;
    if (known) return known.answer;
    const stock = item.stock + change.delta;
    const answer = item.stock === -1 || stock < 0 ? "refused" : "applied";
    if (answer === "applied") this.rows.setCounters(change.item, stock, item.n);
    this.db.prepare("INSERT INTO ledger_change (item, change_id, answer) VALUES (?, ?, ?)")
      .run(change.item, change.changeId, answer);
    return answer;
  }

  /** Puts terms in force unless newer ones are; false when that epoch is not open. */
  setTerms({ item, epoch, terms }: ItemEpoch & { terms: ItemTerms }): boolean {
    const row = this.rows.openItem({ item, epoch });
    if (!row) return false;
    if (row.terms_version > terms.version) return true;
    this.db.prepare(
      `UPDATE ledger_item SET terms_version = ?, starts_at = ?, ends_at = ?, paused = ?,
         per_user_limit = ?, payment_window_ms = ? WHERE item = ?`,
    ).run(
      terms.version,
      Math.floor(terms.startsAt),
      Math.floor(terms.endsAt),
      terms.paused ? 1 : 0,
      terms.perUserLimit,
      Math.floor(terms.paymentWindowMs),
      item,
    );
    return true;
  }

  /** Closes a ledger that is older than the epoch. */
  close({ item, epoch }: ItemEpoch): void {
    this.db.prepare("UPDATE ledger_item SET is_open = 0 WHERE item = ? AND epoch < ?")
      .run(item, epoch);
  }
}
