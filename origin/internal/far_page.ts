import type { Page } from "../orders/order_book.ts";

/** Highest page that the database is asked for: beyond it, skipping rows would only burn it. */
const LAST_PAGE = 1_000_000;

/** A page of a list; one that lies beyond everything is empty, and still tells the total. */
export async function listPage<T>(
  page: number,
  per: number,
  list: (page: number, per: number) => Promise<Page<T>>,
): Promise<Page<T>> {
  if (page <= LAST_PAGE) return await list(page, per);
  const { total } = await list(1, 1);
  return { items: [], page, per, total };
}
