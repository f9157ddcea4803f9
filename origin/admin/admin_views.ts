import type { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { type ItemKey, itemKey, parseItemKey } from "../../shared/item.ts";
import { saleState } from "../../shared/sale.ts";
import type { Sale } from "../catalog/catalog.ts";
import type { ItemState, OrderRecord } from "../orders/order_book.ts";
import type { AdminParts } from "./admin_parts.ts";
import type { orderSchema } from "./order_schemas.ts";
import type { saleSchema } from "./sale_schemas.ts";

/** A sale as operators see it. */
export type SaleView = z.infer<typeof saleSchema>;

/** Items whose counters are read in one query. */
const ITEMS_PER_QUERY = 500;

/** Sales with what the order book counts for their items. */
export async function viewSales(
  sales: Sale[],
  { book, clock }: Pick<AdminParts, "book" | "clock">,
): Promise<SaleView[]> {
  const keys = sales.flatMap((sale) =>
    sale.items.map((item) => itemKey(sale.saleId, item.productId))
  );
  const states = new Map<ItemKey, ItemState>();
  for (let at = 0; at < keys.length; at += ITEMS_PER_QUERY) {
    for (const state of await book.readItems(keys.slice(at, at + ITEMS_PER_QUERY))) {
      if (state) states.set(state.item, state);
    }
  }
  const now = clock();
  return sales.map((sale) => viewSale(sale, states, now));
}

function viewSale(sale: Sale, states: Map<ItemKey, ItemState>, nowMs: number): SaleView {
  const items = sale.items.map(({ productId, stock, price, currency, perUserLimit }) => {
    const sold = states.get(itemKey(sale.saleId, productId))?.sold ?? 0;
    return { productId, stock, sold, price, currency, perUserLimit };
  });
  const { saleId, title, startsAt, endsAt, status, paused, minLevel, claims, captcha } = sale;
  const soldOut = items.every(({ stock, sold }) => stock >= 0 && sold >= stock);
  const course = { startsAt, endsAt, closed: status === "closed", paused, soldOut };
  return {
    saleId,
    title,
    startsAt: isoTime(startsAt),
    endsAt: isoTime(endsAt),
    status,
    state: status === "draft" ? "draft" : saleState(course, nowMs),
    paused,
    minLevel,
    claims,
    captcha,
    limits: { ...sale.limits },
    paymentWindowS: sale.paymentWindowS,
    maxExpiredHolds: sale.maxExpiredHolds,
    items,
  };
}

/** An order as operators see it. */
export function viewOrder(record: OrderRecord): z.infer<typeof orderSchema> {
  const { ticket, userId, quantity, amount, currency, status, reason, payBy, createdAt } = record;
  return {
    ticket,
    ...parseItemKey(record.item),
    userId,
    quantity,
    amount,
    currency,
    status,
    ...(reason === null ? {} : { reason }),
    payBy: isoTime(payBy),
    createdAt: isoTime(createdAt),
  };
}
