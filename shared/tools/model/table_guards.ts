import { DatabaseError, type Sql, type SqlValue } from "../../../origin/database/database.ts";
import { ORDER_COLUMNS } from "../../../origin/orders/order_rows.ts";
import type { OrderModel } from "./book_model.ts";
import { promise } from "./broken_promise.ts";
import type { World } from "./world.ts";

/** Undoes what a table should not have taken. */
class TakenBack extends Error {}

/**
 * The last guards, asked directly, because those above them keep everybody from getting here: the
 * tables take no second row of a ticket, no second live order of a buyer and no more sold than is
 * on sale, whoever wants to write that.
 */
export async function checkTables({ model, profile }: World): Promise<void> {
  const refuses = async (invariant: string, what: string, write: (tx: Sql) => Promise<unknown>) => {
    const work = profile.database.transaction(async (tx) => {
      await write(tx);
      throw new TakenBack();
    });
    const refusal = await work.then(() => null, (error: unknown) => error);
    if (!(refusal instanceof DatabaseError) && !(refusal instanceof TakenBack)) throw refusal;
    const isRefused = refusal instanceof DatabaseError &&
      (refusal.fault === "duplicate" || refusal.fault === "invalid");
    promise(invariant, isRefused, () => `the tables take ${what}`);
  };
  if (model.book.stock >= 0) {
    await refuses(
      "I2",
      "more sold than is on sale",
      (tx) => tx.execute("UPDATE sale_item SET sold = stock + 1"),
    );
  }
  const order = [...model.book.orders.values()].find(({ live }) => live);
  if (!order) return;
  await refuses("I3", "a second row of a ticket", (tx) => copyRow(tx, order, { live: null }));
  const ticket = `${order.ticket.slice(0, order.ticket.lastIndexOf("-") + 1)}999000999`;
  await refuses("I5", "a second live order of a buyer", (tx) => copyRow(tx, order, { ticket }));
}

async function copyRow(
  tx: Sql,
  { ticket }: OrderModel,
  changes: Record<string, SqlValue>,
): Promise<void> {
  const [row] = await tx.query(
    `SELECT ${ORDER_COLUMNS.join(", ")} FROM orders WHERE ticket = ?`,
    [ticket],
  );
  const changed: Record<string, SqlValue> = { ...row as Record<string, SqlValue>, ...changes };
  await tx.insertMany("orders", ORDER_COLUMNS, [
    ORDER_COLUMNS.map((name) => changed[name] ?? null),
  ]);
}
