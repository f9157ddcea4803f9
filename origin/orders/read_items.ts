import { type ItemKey, itemKey, parseItemKey } from "../../shared/item.ts";
import type { Database, SqlValue } from "../database/database.ts";
import type { ItemState } from "./order_book.ts";

/** Items asked for in one statement. */
const ITEMS_PER_QUERY = 64;

/** The fields of an item's state; the item is `i`, its sale `s`. */
export const ITEM_STATE =
  "SELECT i.sale_id, i.product_id, i.stock, i.sold, i.epoch, i.ledger_epoch, i.open_epoch, " +
  "i.drained_epoch, i.price, i.currency, s.paused " +
  "FROM sale_item i JOIN sale s ON s.id = i.sale_id";

/** What `ITEM_STATE` selects. */
export interface ItemStateRow {
  sale_id: number;
  product_id: number;
  stock: number;
  sold: number;
  epoch: number;
  ledger_epoch: number;
  open_epoch: number;
  drained_epoch: number;
  price: number;
  currency: string;
  paused: number;
}

/** An item's state from its row. */
export function itemStateOf(row: ItemStateRow): ItemState {
  return {
    item: itemKey(row.sale_id, row.product_id),
    stock: row.stock,
    sold: row.sold,
    epoch: row.epoch,
    ledgerEpoch: row.ledger_epoch,
    openEpoch: row.open_epoch,
    drainedEpoch: row.drained_epoch,
    paused: row.paused !== 0,
    price: row.price,
    currency: row.currency,
  };
}

/** `OrderBook.readItems`. */
export async function readItems(
  database: Database,
  items: ItemKey[],
): Promise<(ItemState | null)[]> {
  const found = new Map<ItemKey, ItemState>();
  for (let at = 0; at < items.length; at += ITEMS_PER_QUERY) {
    const chunk = items.slice(at, at + ITEMS_PER_QUERY);
    const params: SqlValue[] = [];
    for (const item of chunk) {
      const { saleId, productId } = parseItemKey(item);
      params.push(saleId, productId);
    }
    const anyOf = chunk.map(() => "(i.sale_id = ? AND i.product_id = ?)").join(" OR ");
    const rows = await database.query<ItemStateRow>(`${ITEM_STATE} WHERE ${anyOf}`, params);
    for (const state of rows.map(itemStateOf)) found.set(state.item, state);
  }
  return items.map((item) => found.get(item) ?? null);
}
