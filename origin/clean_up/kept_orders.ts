import { parseItemKey } from "../../shared/item.ts";
import type { Sql } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import type { KeptOrder, KeptUsers } from "./clean_up_book.ts";

interface KeptRow {
  user_id: string;
  request_id: string;
  ticket: string;
  quantity: number;
  live: number | null;
  pay_by: number;
}

/**
 * `CleanUpBook.keptOrders`, by the index that keeps live orders apart. Item by item: one query for
 * all would have another text for every mixture, and each is a prepared statement.
 */
export async function keptOrders(database: Sql, wanted: KeptUsers[]): Promise<KeptOrder[]> {
  const newest = new Map<string, KeptOrder>();
  for (const { item, userIds } of wanted) {
    const { saleId, productId } = parseItemKey(item);
    for (const { marks, values } of inLists(userIds)) {
      const rows = await database.query<KeptRow>(
        `SELECT user_id, request_id, ticket, quantity, live, pay_by FROM orders
          WHERE sale_id = ? AND product_id = ? AND user_id IN (${marks}) ORDER BY id`,
        [saleId, productId, ...values],
      );
      for (const row of rows) {
        newest.set(`${item} ${row.user_id} ${row.request_id}`, {
          item,
          userId: row.user_id,
          requestId: row.request_id,
          ticket: row.ticket,
          quantity: row.quantity,
          live: row.live === 1,
          payBy: row.pay_by,
        });
      }
    }
  }
  return [...newest.values()];
}
