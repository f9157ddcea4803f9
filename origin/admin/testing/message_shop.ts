import { assertEquals } from "@std/assert";
import { itemKey } from "../../../shared/item.ts";
import { recordMessage } from "../../orders/record_message.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { restoreStock } from "../../worker/restore_stock.ts";

/** Lets the database refuse every order of users whose names begin with `poison`. */
export const POISON_RULE = `CREATE TRIGGER no_poison BEFORE INSERT ON orders
  WHEN NEW.user_id LIKE 'poison%' AND NEW.live = 1
  BEGIN SELECT RAISE(ABORT, 'no poison'); END`;

/** An origin with an open sale, and what a worker does when a test wants it. */
export async function openShop(stock = 10) {
  const origin = await OriginFixture.open();
  const sale = await origin.openSale({ stock });
  const { saleId, productId } = sale;
  const item = itemKey(saleId, productId);
  const buy = async (userId: string, quantity = 1) =>
    (await origin.buy([saleId, productId, userId, quantity, "k", 0]))[0];
  /** Writes what is queued as a worker would, poison and all. */
  const work = async () => {
    const rows = await origin.db.query<{ message_id: string; content: string }>(
      "SELECT message_id, content FROM queue_message ORDER BY id LIMIT 100",
    );
    for (const { message_id, content } of rows) {
      await recordMessage(origin.book, { messageId: message_id, content });
    }
    await origin.db.execute("DELETE FROM queue_message");
  };
  const giveBack = () => restoreStock({ ...origin, log: origin.deps.log });
  const json = async (method: string, path: string) => {
    const response = await origin.admin(method, path);
    return { status: response.status, body: await response.json() };
  };
  return { origin, item, ...sale, buy, work, giveBack, json };
}

/** The same with the ticket of `poison` parked, its piece back and the cause gone. */
export async function openShopWithPoison(stock = 10) {
  const shop = await openShop(stock);
  await shop.origin.db.execute(POISON_RULE);
  const { saleId, productId } = shop;
  const [ann, poison, bob] = await shop.origin.buy(
    ...["ann", "poison", "bob"].map((user) =>
      [saleId, productId, user, 1, "k", 0] as [number, number, string, number, string, 0]
    ),
  );
  await shop.work();
  await shop.giveBack();
  await shop.origin.db.execute("DROP TRIGGER no_poison");
  const { body } = await shop.json("GET", "/messages");
  assertEquals(body.total, 1);
  return { ...shop, ann, poison, bob, id: body.items[0].id as number };
}
