import { assert, assertEquals } from "@std/assert";
import type { Database } from "../../database/database.ts";
import { SqlOrderTallies } from "../fold_tallies.ts";
import type { OrderFilter } from "../order_book.ts";
import { SqlOrderBook } from "../sql_order_book.ts";
import { fillOrders, numbersOf } from "./many_orders.ts";

const ORDERS = 1_000_000;

/** First, 10,000th and, with long pages, the last of a million; and the one farthest from both ends. */
const PAGES: [page: number, per: number][] = [
  [1, 20],
  [10_000, 20],
  [1, 200],
  [2_500, 200],
  [5_000, 200],
];

const FILTERS: OrderFilter[] = [
  {},
  { saleId: 1 },
  { saleId: 3 },
  { status: "paid" },
  { status: "refund_due" },
  { saleId: 1, status: "paid" },
  { saleId: 3, status: "refund_due" },
  { userId: "user777777" },
];

/** How often each page is asked for; the middle of the times is told. */
const TIMES = 3;

/** Most rows that the database may look at for one page: a list of a million is not walked through. */
const MOST_ROWS = 30_000;

/**
 * Lists of a million orders: totals and pages are what a walk through all of them finds, and no page
 * walks through more than a few thousand rows, by `rowsRead`: the database's own count of rows that
 * it has read so far. The times are told, not judged.
 */
export async function listMillion(
  name: string,
  database: Database,
  rowsRead: () => Promise<number>,
): Promise<void> {
  const began = performance.now();
  await fillOrders(database, ORDERS);
  const lines = [`${name}: ${ORDERS} orders written in ${seconds(began)}`];
  const book = new SqlOrderBook(database, () => 1_800_000_000_000);
  let slowest = 0;
  for (const filter of FILTERS) {
    const ids = numbersOf(ORDERS, filter);
    for (const [page, per] of PAGES) {
      const times: number[] = [];
      for (let time = 0; time < TIMES; time += 1) {
        const before = await rowsRead();
        const start = performance.now();
        const found = await book.listOrders(filter, page, per);
        times.push(performance.now() - start);
        const read = await rowsRead() - before;
        assert(read <= MOST_ROWS, `${JSON.stringify(filter)} page ${page} read ${read} rows`);
        assertEquals(found.total, ids.length);
        assertEquals(
          found.items.map(({ seq }) => seq - 1_000_000_000),
          ids.slice((page - 1) * per, page * per),
        );
      }
      const middle = times.toSorted((a, b) => a - b)[TIMES >> 1]!;
      slowest = Math.max(slowest, middle);
      lines.push(
        `${JSON.stringify(filter).padEnd(34)} page ${String(page).padStart(6)} of ${per}: ` +
          `${middle.toFixed(1)} ms`,
      );
    }
  }
  assertEquals(await new SqlOrderTallies(database).fold(), 0);
  console.log([...lines, `slowest ${slowest.toFixed(1)} ms`].join("\n"));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
