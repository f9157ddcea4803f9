import { type ItemEpoch, parseItemKey } from "../../shared/item.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";

/** Rows per transaction, so that buys of other items get their turn between two. */
const ROWS_PER_TURN = 2_000;

/** Turns that no item can need: 10⁹ rows. */
const MAX_TURNS = 500_000;

/** Removes every row of the items: first what makes them open, all at once, then the rest. */
export async function removeSqliteItems(db: SqliteDatabase, items: ItemEpoch[]): Promise<void> {
  for (const { item } of items) {
    const { saleId, productId } = parseItemKey(item);
    await db.exclusive(() => {
      db.prepare("DELETE FROM ledger_item WHERE item = ?").run(item);
      db.prepare("DELETE FROM ledger_change WHERE item = ?").run(item);
    });
    await removeInTurns(
      db,
      `DELETE FROM ledger_holder WHERE (item, epoch, user_id) IN (
         SELECT item, epoch, user_id FROM ledger_holder WHERE item = ? LIMIT ${ROWS_PER_TURN})`,
      [item],
    );
    await removeInTurns(
      db,
      `DELETE FROM ledger_pass WHERE pass_id IN (
         SELECT pass_id FROM ledger_pass WHERE sale_id = ? AND product_id = ?
          LIMIT ${ROWS_PER_TURN})`,
      [saleId, productId],
    );
  }
}

async function removeInTurns(
  db: SqliteDatabase,
  text: string,
  values: (string | number)[],
): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const removed = await db.exclusive(() => db.prepare(text).run(...values));
    if (Number(removed.changes) < ROWS_PER_TURN) return;
  }
}
