import { type ItemEpoch, parseItemKey } from "../../shared/item.ts";
import { termsOf } from "../catalog/item_terms.ts";
import type { SaleStatus } from "../catalog/catalog.ts";
import type { Database, SqlRow } from "../database/database.ts";
import type { Reservation } from "../ledger/stock_ledger.ts";
import { isCleaned } from "./cleaned_sales.ts";
import { lockItem } from "./lock_item.ts";
import type { LedgerSnapshot } from "./order_book.ts";

/** Most reservations in one page. */
const MAX_PAGE = 10_000;

interface TermsRow {
  starts_at: number;
  ends_at: number;
  status: SaleStatus;
  paused: number;
  payment_window_s: number;
  per_user_limit: number;
  version: number;
}

/**
 * `OrderBook.snapshotLedger`. From this commit on, messages of older epochs are late and stock
 * events of older epochs are counted; both look at `ledger_epoch` under the same row lock.
 */
export function snapshotLedger(
  database: Database,
  { item, epoch }: ItemEpoch,
): Promise<LedgerSnapshot | null> {
  return database.transaction(async (tx) => {
    const locked = await lockItem(tx, item);
    if (locked?.epoch !== epoch) return null;
    if (await isCleaned(tx, locked.saleId)) return null;
    await tx.execute(
      "UPDATE sale_item SET ledger_epoch = ? WHERE sale_id = ? AND product_id = ? AND epoch = ?",
      [epoch, locked.saleId, locked.productId, epoch],
    );
    // One statement, so that the version is never newer than the terms that it stands for.
    const [row] = await tx.query<TermsRow>(
      `SELECT s.starts_at, s.ends_at, s.status, s.paused, s.payment_window_s, i.per_user_limit,
              v.version
         FROM sale_item i JOIN sale s ON s.id = i.sale_id JOIN catalog_version v ON v.id = 1
        WHERE i.sale_id = ? AND i.product_id = ?`,
      [locked.saleId, locked.productId],
    );
    if (!row) return null;
    const sale = {
      startsAt: row.starts_at,
      endsAt: row.ends_at,
      status: row.status,
      paused: row.paused !== 0,
      paymentWindowS: row.payment_window_s,
    };
    return {
      remaining: locked.stock < 0 ? -1 : locked.stock - locked.sold,
      terms: termsOf(sale, { perUserLimit: row.per_user_limit }, row.version),
    };
  });
}

/**
 * `OrderBook.listReservations`. `afterUserId` is "" for the first page. The snapshot still counted
 * what was cancelled after it, and the event of that cancel will ask this ledger for the piece: so
 * it is handed out as live.
 */
export async function listReservations(
  database: Database,
  { item, epoch }: ItemEpoch,
  afterUserId: string,
  limit: number,
): Promise<Reservation[]> {
  const { saleId, productId } = parseItemKey(item);
  const most = Math.min(Math.max(1, Math.trunc(limit)), MAX_PAGE);
  // By the reason, not the status: an order that was paid too late is `refund_due`, and so may a
  // refused one be, whose piece the snapshot never counted.
  const toRelease = "o.reason IN ('expired', 'by_buyer', 'by_operator') AND e.ticket = o.ticket " +
    "AND e.kind = 'restock' " +
    "AND e.state = 'pending' AND e.ledger_epoch = ?";
  const rows = await database.query(
    `SELECT o.user_id, o.seq, o.quantity, o.request_id, o.message_id, o.pay_by,
            CASE WHEN o.live = 1 OR EXISTS (SELECT 1 FROM stock_event e WHERE ${toRelease})
                 THEN 1 ELSE 0 END AS held
       FROM (SELECT o.user_id,
                    COALESCE(MAX(CASE WHEN o.live = 1 THEN o.seq END),
                             MAX(CASE WHEN e.ticket IS NOT NULL THEN o.seq END),
                             MAX(o.seq)) AS seq
               FROM orders o LEFT JOIN stock_event e ON o.live IS NULL AND ${toRelease}
              WHERE o.sale_id = ? AND o.product_id = ? AND o.user_id > ?
              GROUP BY o.user_id ORDER BY o.user_id LIMIT ${most}) picked
       JOIN orders o ON o.sale_id = ? AND o.product_id = ?
                    AND o.user_id = picked.user_id AND o.seq = picked.seq
      ORDER BY o.user_id`,
    [epoch, epoch, saleId, productId, afterUserId, saleId, productId],
  );
  return rows.map(reservationOf);
}

function reservationOf(row: SqlRow): Reservation {
  return {
    userId: row.user_id as string,
    seq: row.seq as number,
    quantity: row.quantity as number,
    requestId: row.request_id as string,
    messageId: row.message_id as string,
    live: row.held === 1,
    payBy: row.pay_by as number,
  };
}
