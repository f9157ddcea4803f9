import type { Sale } from "../catalog/catalog.ts";
import type { CopyFields } from "./rehearsal_book.ts";
import type { RehearsedItem } from "./rehearsal_report.ts";

/** Pieces of one item that a copy has at most. */
export const MAX_COPY_STOCK = 5_000;

/** Buyers of one rehearsal. */
export const MAX_REHEARSAL_BUYERS = 20_000;

/** Wishes for each piece, unless an operator says how many buyers come. */
const WISHES_PER_PIECE = 1.2;

/** Buyers who come for an item whose stock is unlimited. */
const UNLIMITED_WISHES = 1_000;

/**
 * Longer than any reminder is delayed, and than any rehearsal lasts: no hold of a copy ever expires,
 * so nobody is barred by one.
 */
const COPY_PAYMENT_WINDOW_S = 2 * 24 * 60 * 60;

/** A copy's window around the moment at which it is made: the ledger's clock may differ from ours. */
const OPEN_SINCE_MS = 60 * 60_000;
const OPEN_FOR_MS = 24 * 60 * 60_000;

/**
 * The items as they are rehearsed. Without `buyers` every item is to sell out, so the stock of a sale
 * with many items is cut until the crowd reaches for all of it; with `buyers` these come, spread over
 * the items as their stock is.
 */
export function planItems(sale: Pick<Sale, "items">, buyers?: number): RehearsedItem[] {
  const most = stockPerItem(sale.items.length);
  const items = sale.items.map(({ productId, stock }) => {
    const copied = stock < 0 ? -1 : Math.min(stock, most);
    return { productId, stock: copied, realStock: stock, wishes: wishesFor(copied, most) };
  });
  if (buyers === undefined) return items;
  return shareOut(items, Math.min(buyers, MAX_REHEARSAL_BUYERS));
}

function stockPerItem(items: number): number {
  const room = Math.floor((MAX_REHEARSAL_BUYERS - items) / WISHES_PER_PIECE / items);
  return Math.min(MAX_COPY_STOCK, room);
}

function wishesFor(stock: number, most: number): number {
  if (stock < 0) return Math.min(UNLIMITED_WISHES, most);
  // One more than there is at least, so that somebody hears that it is sold out.
  return Math.max(stock + 1, Math.ceil(stock * WISHES_PER_PIECE));
}

/** Spreads buyers in proportion to what the items would have had; rounding goes to the last ones. */
function shareOut(items: RehearsedItem[], buyers: number): RehearsedItem[] {
  const total = items.reduce((sum, item) => sum + item.wishes, 0);
  let before = 0;
  let given = 0;
  return items.map((item) => {
    before += item.wishes;
    const upTo = Math.round((buyers * before) / total);
    const wishes = upTo - given;
    given = upTo;
    return { ...item, wishes };
  });
}

/** The copy of a sale: its items, prices, limits, with the stock of the plan, open from now on. */
export function copyFields(sale: Sale, plan: RehearsedItem[], nowMs: number): CopyFields {
  const stock = new Map(plan.map((item) => [item.productId, item.stock]));
  return {
    title: sale.title,
    startsAt: nowMs - OPEN_SINCE_MS,
    endsAt: nowMs + OPEN_FOR_MS,
    minLevel: sale.minLevel,
    claims: sale.claims,
    captcha: sale.captcha,
    limits: sale.limits,
    paymentWindowS: COPY_PAYMENT_WINDOW_S,
    maxExpiredHolds: sale.maxExpiredHolds,
    items: sale.items.map((item) => ({ ...item, stock: stock.get(item.productId) ?? 0 })),
  };
}
