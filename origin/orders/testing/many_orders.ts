import type { Database } from "../../database/database.ts";
import { SqlOrderTallies } from "../fold_tallies.ts";
import { STRETCH } from "../../feed/order_events.ts";
import type { OrderFilter } from "../order_book.ts";

/** The columns of an order that is written here, with the id that its number gives it. */
const COLUMNS =
  "id, ticket, sale_id, product_id, user_id, seq, quantity, request_id, message_id, " +
  "amount, currency, status, reason, live, pay_by, created_at, updated_at";

/** Stretches that are recounted at once. */
const AT_ONCE = 64;

/** The sale of order `n`: a big one, a middle one and a small one, mixed. */
const SALE = "CASE WHEN n % 20 < 14 THEN 1 WHEN n % 20 < 19 THEN 2 ELSE 3 END";

/** The status of order `n`: some are everywhere, one is rare. */
const STATUS = `CASE WHEN n % 2003 = 7 THEN 'refund_due' WHEN n % 7 < 4 THEN 'paid'
  WHEN n % 7 < 5 THEN 'cancelled' WHEN n % 7 < 6 THEN 'unpaid' ELSE 'refused' END`;

/** The numbers of the first `total` orders that fit, newest first; they are their ids. */
export function numbersOf(total: number, { saleId, status, userId }: OrderFilter): number[] {
  const numbers: number[] = [];
  for (let n = total; n > 0; n -= 1) {
    if (saleId !== undefined && saleId !== (n % 20 < 14 ? 1 : n % 20 < 19 ? 2 : 3)) continue;
    if (status !== undefined && status !== statusOf(n)) continue;
    if (userId === undefined || userId === `user${n}`) numbers.push(n);
  }
  return numbers;
}

function statusOf(n: number): OrderFilter["status"] {
  if (n % 2003 === 7) return "refund_due";
  const rest = n % 7;
  return rest < 4 ? "paid" : rest < 5 ? "cancelled" : rest < 6 ? "unpaid" : "refused";
}

/**
 * Fills an empty order book with so many orders in a few statements, each of which doubles what is
 * there, and sales 1 to 3. The numbers of orders are made by recounting.
 */
export async function fillOrders(
  database: Database & { command?(text: string, timeoutMs?: number): Promise<void> },
  total: number,
): Promise<void> {
  // Longer than other statements may take.
  const run = async (text: string) => {
    if (database.command) await database.command(text, 60_000);
    else await database.execute(text);
  };
  for (const id of [1, 2, 3]) {
    await run(
      `INSERT INTO sale (id, title, starts_at, ends_at, status, min_level, captcha,
         rate_per_second, burst, user_per_minute, ip_per_minute, payment_window_s, created_at,
         updated_at)
       VALUES (${id}, 'Sale ${id}', 1, 2, 'published', 0, 'off', 1, 1, 1, 1, 900, 1, 1)`,
    );
  }
  const insert = (numbers: string) =>
    run(
      `INSERT INTO orders (${COLUMNS})
       SELECT n, CONCAT(${SALE}, '-1-user', n, '-', 1000000000 + n), ${SALE}, 1,
              CONCAT('user', n), 1000000000 + n, 1, CONCAT('request-', n), CONCAT('1-1-', n), 9900,
              'EUR', ${STATUS}, NULL, NULL, 1800000000000 + n, 1800000000000, 1800000000000
         FROM (${numbers}) numbered`,
    );
  await insert("SELECT 1 AS n");
  for (let have = 1; have < total;) {
    const more = Math.min(have, total - have);
    await insert(`SELECT id + ${have} AS n FROM orders WHERE id <= ${more}`);
    have += more;
  }
  await recountAll(database);
}

/** Counts every order anew. Returns by how many the numbers were wrong. */
export async function recountAll(database: Database): Promise<number> {
  const [newest] = await database.query<{ id: number | null }>("SELECT MAX(id) AS id FROM orders");
  const tallies = new SqlOrderTallies(database, AT_ONCE);
  let wrong = 0;
  for (let id = 0; id <= (newest?.id ?? 0); id += AT_ONCE * STRETCH) {
    wrong += await tallies.recount();
  }
  return wrong;
}
