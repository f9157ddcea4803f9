import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeOrderMessage } from "../../../shared/order_message.ts";
import { formatMessageId } from "../../../shared/ticket.ts";
import { contentHash } from "../content_hash.ts";
import { REPLAY_LEASE_MS, SqlMessageBook } from "../sql_message_book.ts";
import { batchOf, BookShop, type OpenDatabase, TEST_NOW, ticketsIn, users } from "./book_shop.ts";

/** What every message book keeps to. The tests may share a database with others. */
export function messageBookContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop, messages: SqlMessageBook) => Promise<void>) =>
    Deno.test(
      `${name}: ${what}`,
      () =>
        BookShop.with(
          open,
          (shop) => work(shop, new SqlMessageBook(shop.database, () => shop.now)),
        ),
    );

  /** Parks a text that no other test has and returns its id. */
  const park = async (shop: BookShop, messages: SqlMessageBook): Promise<number> => {
    const content = `? ${crypto.randomUUID()}`;
    await shop.book.parkMessage("m", content, "unreadable");
    const { items: [newest] } = await messages.listParked("parked", 1, 1);
    assert(newest);
    assertEquals((await messages.getParked(newest.id))?.content, content);
    return newest.id;
  };

  test(
    "getParked() tells all of a parked message, and listParked() leaves out its text",
    async (shop, messages) => {
      const content = `票 ${crypto.randomUUID()}`;
      await shop.book.parkMessage("1-2-3", content, "unreadable: it must be JSON");
      const { items } = await messages.listParked("parked", 1, 1);
      const { id, ...rest } = items[0]!;
      assertEquals(rest, {
        messageId: "1-2-3",
        ticket: null,
        reason: "unreadable: it must be JSON",
        attempts: 0,
        state: "parked",
        replayingSince: null,
        replayedTicket: null,
        createdAt: TEST_NOW,
        decidedAt: null,
      });
      assertEquals(await messages.getParked(id), { id, content, ...rest });
      assertEquals(await messages.getParked(999_999_999), null);
    },
  );

  test("parkedOf() finds what was parked of a ticket, and nothing else", async (shop, messages) => {
    const item = await shop.item(-1);
    const message = batchOf(item, ["ann", "bob"]);
    message.orders[1]!.quantity = 2_000_000_000;
    await shop.book.writeOrdersSingly(message, encodeOrderMessage(message));
    const [ann, bob] = ticketsIn(message);
    assertEquals(await messages.parkedOf(ann!), []);
    const [parked, ...more] = await messages.parkedOf(bob!);
    assertEquals([parked?.ticket, parked?.state, more.length], [bob!, "parked", 0]);
    assertEquals((await messages.getParked(parked!.id))?.ticket, bob!);
    for (const other of ["", "票", bob!.toUpperCase()]) {
      assertEquals(await messages.parkedOf(other), []);
    }
  });

  test("listParked() keeps states apart, newest first", async (shop, messages) => {
    const total = async (state: Parameters<typeof messages.listParked>[0]) =>
      (await messages.listParked(state, 1, 1)).total;
    const before = await Promise.all([total("parked"), total("refused"), total(null)]);
    const ids = [await park(shop, messages), await park(shop, messages)];
    assert(await messages.refuseParked(ids[0]!));
    const after = await Promise.all([total("parked"), total("refused"), total(null)]);
    assertEquals(after.map((count, at) => count - before[at]!), [1, 1, 2]);
    const { items } = await messages.listParked(null, 1, 2);
    assertEquals(items.map(({ id, state }) => [id, state]), [
      [ids[1], "parked"],
      [ids[0], "refused"],
    ]);
    const second = await messages.listParked(null, 2, 1);
    assertEquals([second.page, second.per, second.items[0]?.id], [2, 1, ids[0]]);
    await assertRejects(() => messages.listParked(null, 0, 1), RangeError);
    await assertRejects(() => messages.listParked(null, 1, 201), RangeError);
  });

  test("a replay is counted, and ends once", async (shop, messages) => {
    const id = await park(shop, messages);
    assertEquals(await messages.beginReplay(id), 1);
    assert(await messages.endReplay(id, 1, "failed", null));
    assertEquals(await messages.endReplay(id, 1, "failed", null), false);
    assertEquals(await messages.beginReplay(id), 2);
    shop.now += 5;
    assert(await messages.endReplay(id, 2, "replayed", "1-2-ann-1000000002"));
    const { state, attempts, replayedTicket, replayingSince, decidedAt } =
      (await messages.getParked(id))!;
    assertEquals([state, attempts, replayedTicket, replayingSince, decidedAt], [
      "replayed",
      2,
      "1-2-ann-1000000002",
      null,
      TEST_NOW + 5,
    ]);
    assertEquals(await messages.beginReplay(id), null);
    assertEquals(await messages.endReplay(id, 2, "replayed", null), false);
    assertEquals(await messages.refuseParked(id), false);
    assertEquals(await messages.beginReplay(999_999_999), null);
    assertEquals(await messages.refuseParked(999_999_999), false);
  });

  test("nobody decides while a replay is under way or had no clear end", async (shop, messages) => {
    const id = await park(shop, messages);
    assertEquals(await messages.beginReplay(id), 1);
    assertEquals(await messages.beginReplay(id), null);
    assertEquals(await messages.refuseParked(id), false);
    assert(await messages.endReplay(id, 1, "unsure", null));
    assertEquals(await messages.refuseParked(id), false);
    assertEquals(await messages.endReplay(id, 1, "replayed", null), false);
    assertEquals(await messages.beginReplay(id), 2);
    assert(await messages.endReplay(id, 2, "failed", null));
    assert(await messages.refuseParked(id));
    assertEquals(await messages.refuseParked(id), false);
    assertEquals(await messages.beginReplay(id), null);
  });

  test(
    "a replay that died is taken over after its lease, and cannot end any more",
    async (shop, messages) => {
      const id = await park(shop, messages);
      assertEquals(await messages.beginReplay(id), 1);
      shop.now += REPLAY_LEASE_MS - 1;
      assertEquals(await messages.beginReplay(id), null);
      shop.now += 1;
      assertEquals(await messages.refuseParked(id), false);
      assertEquals(await messages.beginReplay(id), 2);
      assertEquals(await messages.endReplay(id, 1, "failed", null), false);
      assert(await messages.endReplay(id, 2, "replayed", null));
    },
  );

  test("of many who replay and refuse at once one begins", async (shop, messages) => {
    const id = await park(shop, messages);
    const tries = await Promise.all(Array.from({ length: 8 }, () => messages.beginReplay(id)));
    assertEquals(tries.filter((attempt) => attempt !== null), [1]);
    assert(await messages.endReplay(id, 1, "failed", null));
    const refused = await Promise.all(Array.from({ length: 8 }, () => messages.refuseParked(id)));
    assertEquals(refused.filter((done) => done).length, 1);
  });

  test("listInbox() shows what was recorded, newest first", async (shop, messages) => {
    const item = await shop.item(100);
    const before = (await messages.listInbox(1, 1)).total;
    const batches = [0, 1, 2].map((at) => batchOf(item, users(2, `i${at}`), { n: 1 + at * 2 }));
    // Later than whatever other tests recorded.
    shop.now += 3_600_000 + Math.floor(Math.random() * 1e9);
    for (const batch of batches) {
      shop.now += 1;
      await shop.write(batch);
    }
    const { items, total } = await messages.listInbox(1, 3);
    assertEquals(total - before, 3);
    assertEquals(
      items,
      [2, 1, 0].map((at) => ({
        messageId: formatMessageId(item, batches[at]!.firstSeq),
        contentHash: contentHash(encodeOrderMessage(batches[at]!)),
        createdAt: shop.now - 2 + at,
      })),
    );
    assertEquals((await messages.listInbox(3, 1)).items, [items[2]!]);
    await assertRejects(() => messages.listInbox(1, 0), RangeError);
  });
}
