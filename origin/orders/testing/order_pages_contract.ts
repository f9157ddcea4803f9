import { assertEquals } from "@std/assert";
import type { Database, SqlValue } from "../../database/database.ts";
import { writeOrderEvents } from "../../feed/order_events.ts";
import { SqlOrderTallies } from "../fold_tallies.ts";
import type { OrderFilter, OrderRecord } from "../order_book.ts";
import { SqlOrderBook } from "../sql_order_book.ts";
import { fillOrders, recountAll } from "./many_orders.ts";

const ORDERS = 20_000;
const CHANGES = 400;
const STATUSES = ["unpaid", "paid", "cancelled", "refused", "refund_due", "refunded"] as const;

/** Pages and totals are what a walk through all orders finds, while orders change. */
export function orderPagesContract(
  name: string,
  open: () => Promise<Database>,
  random: () => number,
): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

  Deno.test(`${name}: lists are right whatever changed, added up or not`, async () => {
    const database = await open();
    try {
      await fillOrders(database, ORDERS);
      // Sale 3 is a rehearsal: counted for itself and nowhere else.
      await database.execute("UPDATE sale SET rehearsal_of = 1 WHERE id = 3");
      await database.execute(
        `INSERT INTO rehearsal (sale_id, copy_sale_id, state, started_by, created_at, alive_at)
         VALUES (1, 3, 'running', 'test', 1, 1)`,
      );
      const book = new SqlOrderBook(database, () => 1);
      const tallies = new SqlOrderTallies(database);
      for (let round = 0; round < 8; round += 1) {
        for (let at = 0; at < CHANGES / 8; at += 1) {
          await changeOne(database, 1 + Math.floor(random() * ORDERS), pick(STATUSES));
        }
        if (round % 3 === 2) await tallies.fold();
        for (let look = 0; look < 12; look += 1) {
          const filter: OrderFilter = {
            ...(random() < 0.6 ? { saleId: 1 + Math.floor(random() * 4) } : {}),
            ...(random() < 0.6 ? { status: pick(STATUSES) } : {}),
          };
          const per = pick([1, 20, 200]);
          const page = 1 + Math.floor(random() ** 3 * ORDERS / per);
          await compare(book, database, filter, page, per);
        }
      }
      assertEquals(await recountAll(database), 0);
    } finally {
      await database.close();
    }
  });

  Deno.test(`${name}: a recount finds orders that nobody counted or took out`, async () => {
    const database = await open();
    try {
      await fillOrders(database, 5_000);
      const book = new SqlOrderBook(database, () => 1);
      await database.execute("UPDATE orders SET status = 'refunded' WHERE id IN (1, 4097, 5000)");
      await database.execute("DELETE FROM orders WHERE id IN (2, 4098)");
      assertEquals(await recountAll(database), 8);
      assertEquals(await recountAll(database), 0);
      assertEquals((await book.listOrders({ status: "refunded" }, 1, 20)).total, 3);
      assertEquals((await book.listOrders({}, 1, 20)).total, 4_998);
    } finally {
      await database.close();
    }
  });
}

async function changeOne(
  database: Database,
  id: number,
  becomes: OrderRecord["status"],
): Promise<void> {
  await database.transaction(async (tx) => {
    const [row] = await tx.query<
      { ticket: string; status: OrderRecord["status"]; sale_id: number }
    >(`SELECT ticket, status, sale_id FROM orders WHERE id = ?${tx.forUpdate}`, [id]);
    await tx.execute("UPDATE orders SET status = ? WHERE id = ?", [becomes, id]);
    const item = { saleId: row!.sale_id, productId: 1, isCopy: false };
    await writeOrderEvents(tx, { item, was: row!.status, becomes }, [{ id, ...row! }], 1);
  });
}

async function compare(
  book: SqlOrderBook,
  database: Database,
  { saleId, status }: OrderFilter,
  page: number,
  per: number,
): Promise<void> {
  const where: string[] = saleId === undefined ? ["sale_id <> 3"] : ["sale_id = ?"];
  const params: SqlValue[] = saleId === undefined ? [] : [saleId];
  if (status !== undefined) {
    where.push("status = ?");
    params.push(status);
  }
  const all = await database.query<{ ticket: string }>(
    `SELECT ticket FROM orders WHERE ${where.join(" AND ")} ORDER BY id DESC`,
    params,
  );
  const filter = {
    ...(saleId === undefined ? {} : { saleId }),
    ...(status === undefined ? {} : { status }),
  };
  const found = await book.listOrders(filter, page, per);
  assertEquals(found.total, all.length);
  assertEquals(
    found.items.map(({ ticket }) => ticket),
    all.slice((page - 1) * per, page * per).map(({ ticket }) => ticket),
    `${JSON.stringify(filter)} page ${page} of ${per}`,
  );
}
