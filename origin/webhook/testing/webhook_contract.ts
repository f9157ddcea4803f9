import { assert, assertEquals, assertRejects } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { batchOf, TEST_NOW, ticketsIn, users } from "../../orders/testing/book_shop.ts";
import { SqlWebhookBook } from "../sql_webhook_book.ts";
import { MAX_DELIVERY_TRIES } from "../webhook_book.ts";
import { KEY, WebhookShop } from "./webhook_shop.ts";

/** How the shop hears of order events, whatever goes wrong. The tests share a database in turns. */
export function webhookContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: WebhookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => WebhookShop.with(open, work));

  test("events come in order, at most a hundred at a time, each delivery signed", async (shop) => {
    const { server } = shop;
    await shop.order(users(230));
    const item = await shop.shop.item(10);
    await shop.shop.write(batchOf(item, ["ann"]));
    await shop.shop.cancel(ticketsIn(batchOf(item, ["ann"]))[0]!);
    assertEquals(await shop.tell(), 3);
    assertEquals(server.received.map(({ body }) => body.events.length), [100, 100, 32]);
    assertEquals(server.users, [...users(230), "ann", "ann"]);
    assertEquals(server.types[2]!.slice(-2), ["order.created", "order.cancelled"]);
    for (const one of server.received) {
      assert(one.isSignedWith(KEY, TEST_NOW));
      assert(!one.isSignedWith(`${KEY}x`, TEST_NOW));
      assertEquals(one.deliveryId, one.body.deliveryId);
      const ids = one.body.events.map(({ eventId }) => eventId);
      assertEquals(one.deliveryId, `${ids[0]}_${ids.at(-1)}`);
    }
    assertEquals(await shop.tell(), 0);
    const { lag, deliveredAt, url } = await shop.status();
    assertEquals([lag.events, deliveredAt], [0, TEST_NOW]);
    assertEquals(url, server.url.replace("?shop=1", "?…"));
  });

  test("two keys both sign during a rotation", async (shop) => {
    await shop.order(["ann"]);
    const webhook = { url: shop.server.url, keys: [KEY, "the-key-before-0123456789"] };
    await shop.tell({ webhook });
    const [one] = shop.server.received;
    assert(webhook.keys.every((key) => one!.isSignedWith(key, TEST_NOW)), one!.signature);
  });

  test("a shop that fails is tried again later, with the same delivery", async (shop) => {
    const { server } = shop;
    await shop.order(["ann"]);
    server.answers.push(500, 302);
    assertEquals(await shop.tell(), 0);
    // More happens meanwhile; the delivery stays what it was.
    await shop.order(["bob"]);
    assertEquals(await shop.tell(), 0);
    assertEquals(server.received.length, 1, "its time has not come");
    let { nextTryAt, lastError, attempts } = await shop.status();
    assertEquals([nextTryAt, lastError, attempts], [TEST_NOW + 1_000, "The shop answered 500", 1]);
    shop.shop.now = nextTryAt;
    assertEquals(await shop.tell(), 0);
    ({ nextTryAt, lastError, attempts } = await shop.status());
    assertEquals([nextTryAt, lastError, attempts], [
      TEST_NOW + 3_000,
      "The shop answered 302",
      2,
    ]);
    shop.shop.now = nextTryAt;
    assertEquals(await shop.tell(), 2);
    assertEquals(server.users, ["ann", "ann", "ann", "bob"]);
    assertEquals(new Set(server.received.slice(0, 3).map(({ deliveryId }) => deliveryId)).size, 1);
    assertEquals((await shop.status()).lastError, null);
  });

  test("no answer in time and a refused connection are failed tries", async (shop) => {
    const { server } = shop;
    await shop.order(["ann"]);
    const late = Promise.withResolvers<number>();
    server.answers.push(late.promise);
    await shop.tell({ deadlineMs: 100 });
    late.resolve(200);
    assertEquals((await shop.status()).lastError, "The shop did not answer in 0.1 s");
    shop.shop.now += 1_000;
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${closed.addr.port}/`;
    closed.close();
    await shop.tell({ webhook: { url, keys: [KEY] } });
    const { lastError, attempts } = await shop.status();
    assert(/refused|connect/i.test(lastError ?? ""), lastError ?? "");
    assertEquals(attempts, 2);
    shop.shop.now += 2_000;
    assertEquals(await shop.tell(), 1);
  });

  test("a worker that dies between answer and note sends it again, as the same", async (shop) => {
    await shop.order(["ann"]);
    const dying = shop.parts().book;
    dying.delivered = () => Promise.reject(new Error("killed"));
    await assertRejects(() => shop.tell({ book: dying }), Error, "killed");
    assertEquals(await shop.tell(), 1);
    const [first, second] = shop.server.received;
    assertEquals(second?.deliveryId, first?.deliveryId);
    assertEquals(second?.body, first?.body);
    assertEquals(await shop.tell(), 0);
  });

  test("a delivery is given up after its last try, told of, and the next is sent", async (shop) => {
    const { server } = shop;
    await shop.order(["ann"]);
    await shop.order(["bob"]);
    server.answers.push(...Array.from({ length: MAX_DELIVERY_TRIES }, () => 503));
    for (let round = 0; round < MAX_DELIVERY_TRIES + 5; round += 1) {
      if (server.received.length === 1) await shop.order(["eve"]);
      await shop.tell();
      const { nextTryAt } = await shop.status();
      shop.shop.now = Math.max(shop.shop.now, nextTryAt);
    }
    // Half an hour, at most five minutes apart.
    assertEquals((shop.shop.now - TEST_NOW) / 60_000 > 25, true);
    assertEquals(server.received.length, MAX_DELIVERY_TRIES + 1);
    assertEquals(server.received.at(-1)?.body.events.map(({ order }) => order.userId), ["eve"]);
    const { items: [failure], total } = await shop.parts().book.listFailures(1, 20);
    assertEquals(total, 1);
    assertEquals([failure?.eventCount, failure?.attempts, failure?.error, failure?.state], [
      2,
      MAX_DELIVERY_TRIES,
      "The shop answered 503",
      "failed",
    ]);
    const alarms = shop.logged.filter(({ values }) => values.alarm === true);
    assertEquals(alarms.map(({ level, values }) => [level, values.deliveryId]), [
      ["error", failure!.deliveryId],
    ]);
    // Sent again once an operator says so, under its own name.
    const { book } = shop.parts();
    assertEquals(await book.resend(failure!.id), true);
    assertEquals(await book.resend(failure!.id), false, "it waits already");
    assertEquals(await shop.tell(), 1);
    assertEquals(server.received.at(-1)?.deliveryId, failure!.deliveryId);
    assertEquals((await book.getFailure(failure!.id))?.state, "sent");
    assertEquals([await book.resend(failure!.id), await book.resend(999_999_999)], [false, false]);
  });

  test("410 gives a delivery up at once, and what fails again waits for a hand", async (shop) => {
    await shop.order(["ann"]);
    shop.server.answers.push(410, 500);
    assertEquals(await shop.tell(), 0);
    const { book } = shop.parts();
    const { items: [failure] } = await book.listFailures(1, 20);
    assertEquals([failure?.attempts, failure?.error], [1, "The shop answered 410"]);
    await book.resend(failure!.id);
    assertEquals(await shop.tell(), 0);
    const again = await book.getFailure(failure!.id);
    assertEquals([again?.state, again?.attempts, again?.error], [
      "failed",
      2,
      "The shop answered 500",
    ]);
    await shop.order(["bob"]);
    await shop.shop.database.execute("DELETE FROM order_event WHERE position = ?", [
      Number(failure!.deliveryId.split("-")[0]),
    ]);
    await book.resend(failure!.id);
    await shop.tell();
    assertEquals((await book.getFailure(failure!.id))?.error, "Its events were cleaned up");
    assertEquals(shop.server.users, ["ann", "ann", "bob"]);
  });

  test("orders are written while a slow shop is being told", async (shop) => {
    const { server } = shop;
    await shop.order(["ann"]);
    const slow = Promise.withResolvers<number>();
    server.answers.push(slow.promise);
    const telling = shop.tell();
    await server.arrived(1);
    await shop.order(["bob", "eve"]);
    assertEquals((await shop.status()).lag.events, 3);
    slow.resolve(204);
    assertEquals(await telling, 2);
    assertEquals(server.users, ["ann", "bob", "eve"]);
  });

  test("a stop breaks off what is under way, and it is no failed try", async (shop) => {
    const { server } = shop;
    await shop.order(["ann"]);
    const never = Promise.withResolvers<number>();
    server.answers.push(never.promise);
    const telling = shop.tell();
    await server.arrived(1);
    shop.stopping.abort();
    assertEquals(await telling, 0);
    never.resolve(200);
    const { attempts, lastError } = await shop.status();
    assertEquals([attempts, lastError], [0, null]);
    assertEquals(await shop.tell({ signal: new AbortController().signal }), 1);
    assertEquals(server.received[1]?.deliveryId, server.received[0]?.deliveryId);
  });

  test("a worker without a webhook says so once, and nobody waits for it", async (shop) => {
    const { database } = shop.shop;
    const book = new SqlWebhookBook(database, () => TEST_NOW);
    await book.beat(null);
    assertEquals((await book.status()).url, null);
    assertEquals(await book.askTest("t1"), false);
    await database.execute("DELETE FROM webhook_cursor");
    await new SqlWebhookBook(database, () => TEST_NOW).beat(null);
    const { url, lag } = await book.status();
    assertEquals([url, lag.events], [null, 0]);
  });
}
