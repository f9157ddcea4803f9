import { assertEquals } from "@std/assert";
import { OriginFixture } from "../testing/origin_fixture.ts";

async function readFeed(origin: OriginFixture, query = "") {
  const response = await origin.admin("GET", `/orders/feed${query}`);
  return { status: response.status, ...await response.json() };
}

/** A sale that these users bought from. */
async function sold(origin: OriginFixture, users: string[]) {
  const { saleId, productId } = await origin.openSale({ stock: 100 });
  const buys = users.map((user) => [saleId, productId, user, 1, `key-${user}`, 0] as const);
  const answers = await origin.buy(...buys.map((buy) => [...buy]) as Parameters<typeof origin.buy>);
  await origin.drain();
  return { saleId, tickets: answers.map(({ ticket }: { ticket: string }) => ticket) as string[] };
}

Deno.test("the feed tells what happened to orders, and goes on where it was", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, tickets } = await sold(origin, ["ann", "bob", "eve"]);
  const first = await readFeed(origin, "?limit=2");
  assertEquals(first.status, 200);
  assertEquals(
    first.events.map(({ type, order }: { type: string; order: { userId: string } }) => [
      type,
      order.userId,
    ]),
    [["order.created", "ann"], ["order.created", "bob"]],
  );
  assertEquals(first.events[0].order.saleId, saleId);
  assertEquals(first.next, first.events[1].eventId);
  await origin.unpaid.cancelOrders([tickets[0]!], "by_buyer");
  const second = await readFeed(origin, `?after=${first.next}`);
  assertEquals(
    second.events.map(({ type, order }: { type: string; order: Record<string, unknown> }) => [
      type,
      order.userId,
      order.status,
      order.reason ?? null,
    ]),
    [["order.created", "eve", "unpaid", null], ["order.cancelled", "ann", "cancelled", "by_buyer"]],
  );
  const end = await readFeed(origin, `?after=${second.next}`);
  assertEquals([end.events, end.next], [[], second.next]);
  // Everything again, with the same ids.
  const again = await readFeed(origin);
  assertEquals(again.events.length, 4);
  assertEquals(again.events[0].eventId, first.events[0].eventId);
});

Deno.test("the feed waits for a first event when it is asked to", async () => {
  await using origin = await OriginFixture.open();
  await sold(origin, ["ann"]);
  const { next } = await readFeed(origin);
  const { saleId, productId } = await origin.openSale();
  origin.waits.length = 0;
  origin.onDelay = async () => {
    if (origin.waits.length < 3) return;
    origin.onDelay = () => Promise.resolve();
    await origin.buy([saleId, productId, "bob", 1, "key", 0]);
    await origin.drain();
  };
  const { events } = await readFeed(origin, `?after=${next}&wait=20`);
  assertEquals([events.length, events[0].order.userId], [1, "bob"]);
  assertEquals(origin.waits, [500, 500, 500]);
  origin.waits.length = 0;
  const nothing = await readFeed(origin, `?after=${events[0].eventId}&wait=5`);
  assertEquals([nothing.events, origin.waits.length], [[], 10]);
});

Deno.test("the feed passes over what the shop does not hear of", async () => {
  await using origin = await OriginFixture.open();
  const { saleId } = await sold(origin, ["ann"]);
  const { next } = await readFeed(origin);
  const copy = await origin.openSale();
  await origin.db.execute("UPDATE sale SET rehearsal_of = ? WHERE id = ?", [saleId, copy.saleId]);
  await origin.buy([copy.saleId, copy.productId, "tester", 1, "key", 0]);
  await origin.drain();
  const after = await readFeed(origin, `?after=${next}`);
  assertEquals(after.events, []);
  assertEquals(after.next !== next, true, "it goes on behind it");
});

Deno.test("the feed refuses what is no place in it", async () => {
  await using origin = await OriginFixture.open();
  for (
    const query of [
      "?after=x",
      "?after=1",
      "?after=-1",
      "?after=1-x",
      "?after=01-1",
      "?after=1-99999",
      `?after=${"9".repeat(16)}-1`,
      "?limit=0",
      "?limit=1001",
      "?wait=21",
      "?wait=-1",
      "?limit=1.5",
    ]
  ) {
    assertEquals((await readFeed(origin, query)).code, "invalid", query);
  }
  assertEquals((await readFeed(origin, "?after=0&limit=1000&wait=0")).status, 200);
});
