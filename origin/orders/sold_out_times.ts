import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import type { Sql } from "../database/database.ts";
import type { SoldOutTime } from "./unpaid_book.ts";

/** Most items of one call, whatever the caller asks for. */
const MAX_ITEMS = 100;

/** `UnpaidBook.soldOutTimes`: two reads per item, each of one row at an end of an index. */
export async function soldOutTimes(sql: Sql, items: ItemKey[]): Promise<SoldOutTime[]> {
  const times: SoldOutTime[] = [];
  for (const item of items.slice(0, MAX_ITEMS)) {
    const { saleId, productId } = parseItemKey(item);
    const [last] = await sql.query<{ created_at: number }>(
      `SELECT created_at FROM orders WHERE sale_id = ? AND product_id = ? AND live = 1
        ORDER BY id DESC LIMIT 1`,
      [saleId, productId],
    );
    const [next] = await sql.query<{ pay_by: number }>(
      `SELECT pay_by FROM orders WHERE status = 'unpaid' AND sale_id = ? AND product_id = ?
        ORDER BY pay_by LIMIT 1`,
      [saleId, productId],
    );
    times.push({ soldOutAt: last?.created_at ?? null, mayReturnAt: next?.pay_by ?? null });
  }
  return times;
}
