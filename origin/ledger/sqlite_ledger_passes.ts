import type { SqliteDatabase } from "../database/sqlite_database.ts";
import { parseItemKey } from "../../shared/item.ts";
import { isPassInTime, PASS_MEMORY_MS } from "./pass_times.ts";
import type { ReserveBatch, ReserveRequest } from "./stock_ledger.ts";

interface PassRow {
  sale_id: number;
  product_id: number;
  user_id: string;
  request_id: string;
  epoch: number;
}

/** Rows that are over and go for each pass that comes: more than can be added, so they get fewer. */
const PRUNED_PER_PASS = 2;

/**
 * The captcha passes that were spent, for use inside `SqliteDatabase.exclusive`. One table for all
 * items, so a pass counts for its whole sale by itself.
 */
export class SqlitePasses {
  constructor(readonly db: SqliteDatabase) {}

  /**
   * True when the pass of a wish makes no reservation any more. It made its one in this epoch; what
   * it made in an earlier one may be lost, and then the same wish may come again.
   */
  isUsedUp({ item, epoch }: ReserveBatch, { pass, ...wish }: ReserveRequest, now: number): boolean {
    if (pass === null) return false;
    if (!isPassInTime(pass.expiresAt, now)) return true;
    const row = this.db.prepare(
      `SELECT sale_id, product_id, user_id, request_id, epoch FROM ledger_pass WHERE pass_id = ?`,
    ).get(pass.passId) as PassRow | undefined;
    if (!row) return false;
    const { saleId, productId } = parseItemKey(item);
    const isSameWish = row.sale_id === saleId && row.product_id === productId &&
      row.user_id === wish.userId && row.request_id === wish.requestId;
    return row.epoch === epoch || !isSameWish;
  }

  /** Notes that the pass of a wish made a reservation. */
  spend({ item, epoch }: ReserveBatch, { pass, userId, requestId }: ReserveRequest): void {
    if (pass === null) return;
    const { saleId, productId } = parseItemKey(item);
    this.db.prepare(
      `INSERT OR REPLACE INTO ledger_pass
         (pass_id, sale_id, product_id, user_id, request_id, epoch, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(pass.passId, saleId, productId, userId, requestId, epoch, Math.floor(pass.expiresAt));
  }

  /** Removes some of what need not be remembered, when some passes have come. */
  prune(requests: ReserveRequest[], now: number): void {
    const came = requests.reduce((sum, { pass }) => pass === null ? sum : sum + 1, 0);
    if (came === 0) return;
    this.db.prepare(
      `DELETE FROM ledger_pass WHERE pass_id IN (
         SELECT pass_id FROM ledger_pass WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    ).run(now - PASS_MEMORY_MS, PRUNED_PER_PASS * came);
  }
}
