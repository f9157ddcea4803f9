import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import { formatTicket } from "../../shared/ticket.ts";
import { openShop, openShopWithPoison, POISON_RULE } from "./testing/message_shop.ts";

Deno.test("a poison ticket is listed as parked while its neighbours became orders", async () => {
  const { origin, json, poison, id, saleId, item } = await openShopWithPoison();
  await using _ = origin;
  const { body } = await json("GET", "/messages");
  const { messageId, createdAt, reason, ...rest } = body.items[0];
  assertEquals(rest, {
    id,
    ticket: poison.ticket,
    state: "parked",
    attempts: 0,
    replaying: false,
  });
  assertMatch(messageId, new RegExp(`^${item}-1000000001$`));
  assertMatch(createdAt, /^2026-06-01T10:/);
  assertMatch(reason, /^unwritable: /);
  const read = await json("GET", `/messages/${id}`);
  assertMatch(read.body.content, /"o":\[\["poison",1,"k"\]\]/);
  const { body: orders } = await json("GET", `/orders?saleId=${saleId}&status=unpaid`);
  assertEquals(orders.items.map((order: { userId: string }) => order.userId), ["bob", "ann"]);
  for (const path of ["999", "0", "x", "1.5"]) {
    assertEquals((await json("GET", `/messages/${path}`)).body.code, "not_found", path);
    assertEquals((await json("POST", `/messages/${path}/replay`)).body.code, "not_found", path);
    assertEquals((await json("POST", `/messages/${path}/refuse`)).body.code, "not_found", path);
  }
  assertEquals((await json("GET", "/messages?state=lost")).body.code, "invalid");
});

Deno.test("a replayed ticket is a new purchase, once", async () => {
  const { origin, json, work, poison, id, saleId } = await openShopWithPoison();
  await using _ = origin;
  const first = await json("POST", `/messages/${id}/replay`);
  assertEquals([first.status, first.body.outcome, first.body.state], [200, "reserved", "replayed"]);
  assert(first.body.replayedTicket !== poison.ticket);
  assertEquals([first.body.attempts, first.body.replaying], [1, false]);
  const again = await json("POST", `/messages/${id}/replay`);
  assertEquals(again, first);
  assertEquals((await json("POST", `/messages/${id}/refuse`)).body.reason, "replayed");
  await work();
  const [order] = await origin.book.findOrders([first.body.replayedTicket]);
  assertEquals([order?.status, order?.userId, order?.requestId], [
    "unpaid",
    "poison",
    `replay-${poison.ticket}`,
  ]);
  const { body: proof } = await json("GET", `/sales/${saleId}/proof`);
  assertEquals([proof.ok, proof.unpaid, proof.refused], [true, 3, 1]);
  assertEquals((await json("GET", "/messages?state=replayed")).body.total, 1);
  assertEquals((await json("GET", "/messages")).body.total, 0);
});

Deno.test("a ticket of the longest buyer id can be replayed and written", async () => {
  const { origin, json, buy, work, giveBack } = await openShop();
  await using _ = origin;
  await origin.db.execute(POISON_RULE);
  await buy("poison".padEnd(64, "x"));
  await work();
  await giveBack();
  await origin.db.execute("DROP TRIGGER no_poison");
  const { body: { items: [{ id }] } } = await json("GET", "/messages");
  const { body } = await json("POST", `/messages/${id}/replay`);
  assertEquals(body.outcome, "reserved");
  await work();
  assertEquals((await origin.book.findOrders([body.replayedTicket]))[0]?.status, "unpaid");
});

Deno.test("operators who replay and refuse at once decide once", async () => {
  const { origin, json, work, id, saleId } = await openShopWithPoison();
  await using _ = origin;
  const answers = await Promise.all(
    ["replay", "refuse", "replay", "refuse", "replay"].map((verb) =>
      json("POST", `/messages/${id}/${verb}`)
    ),
  );
  const { body: kept } = await json("GET", `/messages/${id}`);
  await work();
  const { body: orders } = await json(
    "GET",
    `/orders?saleId=${saleId}&userId=poison&status=unpaid`,
  );
  assertEquals(orders.total, kept.state === "replayed" ? 1 : 0, JSON.stringify(answers));
  assert(kept.state !== "parked");
  for (const { status, body } of answers) {
    assert(status === 409 || body.state === kept.state, JSON.stringify(body));
  }
});

Deno.test("a replay that cannot be met changes nothing but the number of tries", async () => {
  const { origin, json, buy, id, saleId } = await openShopWithPoison(3);
  await using _ = origin;
  assertEquals((await buy("eve")).outcome, "reserved");
  const replay = async () => {
    const { status, body } = await json("POST", `/messages/${id}/replay`);
    return [status, body.code, body.reason];
  };
  assertEquals(await replay(), [409, "conflict", "sold_out"]);
  await origin.admin("POST", `/sales/${saleId}/close`);
  assertEquals(await replay(), [409, "conflict", "ended"]);
  const { body } = await json("GET", `/messages/${id}`);
  assertEquals([body.state, body.attempts, body.replaying], ["parked", 2, false]);
  const refused = await json("POST", `/messages/${id}/refuse`);
  assertEquals([refused.status, refused.body.state, refused.body.outcome], [
    200,
    "refused",
    "refused",
  ]);
  assertMatch(refused.body.decidedAt, /^2026-06-01T10:/);
  assertEquals((await json("POST", `/messages/${id}/refuse`)).status, 409);
  assertEquals(await replay(), [409, "conflict", "refused"]);
});

Deno.test("a replay waits for the piece of its ticket and for buyers who bought anew", async () => {
  const { origin, json, buy, work, giveBack, saleId, productId } = await openShop();
  await using _ = origin;
  await origin.db.execute(POISON_RULE);
  await buy("poison");
  await work();
  const { body: { items: [{ id }] } } = await json("GET", "/messages");
  const reason = async () => (await json("POST", `/messages/${id}/replay`)).body.reason;
  assertEquals(await reason(), "not_back_yet");
  await giveBack();
  await origin.buy([saleId, productId, "poison", 1, "another", 0]);
  assertEquals(await reason(), "already_bought");
});

Deno.test("a replay without a clear end is neither refused nor done twice", async () => {
  const { origin, json, id } = await openShopWithPoison();
  await using _ = origin;
  origin.faults.ledger.error = new Error("ECONNRESET");
  const broken = await json("POST", `/messages/${id}/replay`);
  assertEquals([broken.status, broken.body.code], [503, "unavailable"]);
  assertEquals((await json("GET", `/messages/${id}`)).body.replaying, true);
  assertEquals((await json("POST", `/messages/${id}/refuse`)).body.reason, "unsure");
  origin.faults.ledger.error = null;
  const { status, body } = await json("POST", `/messages/${id}/replay`);
  assertEquals([status, body.outcome, body.attempts], [200, "reserved", 2]);
});

Deno.test("a whole message is recorded again once its cause is gone", async () => {
  const { origin, json, item, saleId } = await openShop();
  await using _ = origin;
  const message = {
    v: 1 as const,
    item,
    epoch: 1,
    firstSeq: 1_000_000_001,
    reservedAt: origin.now,
    payBy: origin.now + 1_000,
    orders: [{ userId: "ann", quantity: 1, requestId: "k" }],
  };
  await origin.book.parkMessage("m1", "??", "unreadable: it must be JSON");
  await origin.book.parkMessage("m2", encodeOrderMessage(message), "unwritable: once");
  const { body: { items: [readable, unreadable] } } = await json("GET", "/messages");
  const failed = await json("POST", `/messages/${unreadable.id}/replay`);
  assertEquals([failed.status, failed.body.reason], [409, "unrecordable"]);
  assertMatch(failed.body.detail, /must be JSON/);
  const { status, body } = await json("POST", `/messages/${readable.id}/replay`);
  assertEquals([status, body.outcome, body.state, body.replayedTicket], [
    200,
    "recorded",
    "replayed",
    undefined,
  ]);
  const ticket = formatTicket(item, "ann", 1_000_000_001);
  assertEquals((await origin.book.findOrders([ticket]))[0]?.status, "unpaid");
  // Another text under an id that was recorded stays a matter for people.
  const other = { ...message, orders: [{ userId: "bob", quantity: 1, requestId: "k" }] };
  await origin.book.parkMessage("m3", encodeOrderMessage(other), "content_clash");
  const { body: { items: [clash] } } = await json("GET", "/messages?per=1");
  const answer = await json("POST", `/messages/${clash.id}/replay`);
  assertEquals([answer.status, answer.body.detail], [409, "content_clash"]);
  assertEquals((await json("GET", `/orders?saleId=${saleId}`)).body.total, 1);
});
