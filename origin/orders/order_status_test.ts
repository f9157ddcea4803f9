import { assertEquals } from "@std/assert";
import { isoTime } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import { formatTicket, parseTicket, SEQ_PER_EPOCH } from "../../shared/ticket.ts";
import { DatabaseError } from "../database/database.ts";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";
import { BookOrderStatus } from "./order_status.ts";
import { receiptKey, verifyReceipt } from "./receipt.ts";

const AWAY = new DatabaseError("unavailable", "away");

/** An origin with one open sale, and the desk under test. */
async function openDesk() {
  const origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock: 10, perUserLimit: 3 });
  const key = receiptKey(FIXTURE_SECRETS.receiptKey);
  const desk = new BookOrderStatus({ ...origin.deps, receiptKey: key });
  const item = itemKey(saleId, productId);
  const buy = async (userId: string, quantity = 1, requestId = "k") =>
    (await origin.buy([saleId, productId, userId, quantity, requestId, 0]))[0].ticket as string;
  const find = async (ticket: string, userId: string) => {
    const answer = await desk.find(ticket, userId);
    return answer.kind === "found" ? answer.order : answer.kind;
  };
  return { origin, desk, key, item, saleId, productId, buy, find };
}

Deno.test("find() tells a ticket on its way from its reservation", async () => {
  const { origin, item, saleId, productId, buy, find } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann", 3);
  const order = await find(ticket, "ann");
  if (typeof order === "string") throw new Error(order);
  const { receipt: _receipt, payBy, ...rest } = order;
  assertEquals(rest, {
    ticket,
    saleId,
    productId,
    quantity: 3,
    amount: 29_700,
    currency: "CNY",
    status: "processing",
  });
  const found = await origin.ledger.findReservations({ item, epoch: 1 }, ["ann"]);
  assertEquals(payBy, found !== "closed" && isoTime(found[0]!.payBy));
});

Deno.test("find() tells an order from its row, with a receipt that can be verified", async () => {
  const { origin, key, buy, find, saleId, productId } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann", 2);
  await origin.drain();
  const order = await find(ticket, "ann");
  if (typeof order === "string") throw new Error(order);
  assertEquals([order.status, order.amount, order.reason], ["unpaid", 19_800, undefined]);
  assertEquals(order.payBy, isoTime((await origin.book.findOrders([ticket]))[0]!.payBy));
  assertEquals(await verifyReceipt(order.receipt, key), {
    ticket,
    saleId,
    productId,
    userId: "ann",
    quantity: 2,
    amount: 19_800,
    currency: "CNY",
    status: "unpaid",
    signedAtS: Math.floor(origin.now / 1000),
  });
});

Deno.test("find() tells why an order is none", async () => {
  const { origin, buy, find } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann");
  await origin.drain();
  await origin.db.execute(
    "UPDATE orders SET status = 'cancelled', reason = 'expired', live = NULL WHERE ticket = ?",
    [ticket],
  );
  const order = await find(ticket, "ann");
  if (typeof order === "string") throw new Error(order);
  assertEquals([order.status, order.reason, order.payBy], ["cancelled", "expired", undefined]);
});

Deno.test("find() finds nothing for others, unknown items, later epochs and invented tickets", async () => {
  const { origin, item, saleId, buy, find } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann");
  const seq = parseTicket(ticket)!.seq;
  assertEquals(await find(ticket, "bob"), "not_found");
  assertEquals(await find("no ticket", "ann"), "not_found");
  assertEquals(await find(formatTicket(itemKey(saleId, 999), "ann", seq), "ann"), "not_found");
  assertEquals(await find(formatTicket(item, "ann", seq + SEQ_PER_EPOCH), "ann"), "not_found");
  assertEquals(await find(formatTicket(item, "ann", seq + 1), "ann"), "not_found");
  assertEquals(await find(formatTicket(item, "eve", seq), "eve"), "not_found");
});

Deno.test("find() says that a ticket was lost once a later ledger is in force", async () => {
  const { origin, item, buy, find } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann", 2);
  await origin.db.execute("DELETE FROM queue_message");
  const epoch = await origin.book.raiseEpoch(item);
  const raised = await find(ticket, "ann");
  assertEquals(typeof raised === "object" && raised.status, "processing");
  await origin.book.snapshotLedger({ item, epoch });
  const order = await find(ticket, "ann");
  assertEquals(typeof order === "object" && [order.status, order.reason], [
    "refused",
    "lost_in_recovery",
  ]);
});

Deno.test("find() sees a row that was written while it asked the ledger", async () => {
  const { origin, item, buy, find } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann");
  // Between the first look and the ledger's answer the order is written, ends and is released.
  const { findReservations } = origin.ledger;
  origin.ledger.findReservations = async (asked, userIds) => {
    await origin.drain();
    await origin.db.execute("UPDATE orders SET status = 'cancelled', live = NULL");
    const { seq } = parseTicket(ticket)!;
    await origin.ledger.release([{ item, epoch: 1, userId: "ann", seq, restock: true }]);
    return await findReservations.call(origin.ledger, asked, userIds);
  };
  const order = await find(ticket, "ann");
  assertEquals(typeof order === "object" && order.status, "cancelled");
});

Deno.test("find() answers processing while the ledger cannot be read", async () => {
  const { origin, buy, find } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann", 3);
  for (const fault of [{ down: true }, { down: false, error: new Error("ECONNRESET") }]) {
    Object.assign(origin.faults.ledger, fault);
    const order = await find(ticket, "ann");
    assertEquals(typeof order === "object" && [order.status, order.quantity, order.amount], [
      "processing",
      1,
      9_900,
    ]);
  }
});

Deno.test("find() vouches for what the ledger holds while the database is away", async () => {
  const { origin, item, buy, find } = await openDesk();
  await using _ = origin;
  const ticket = await buy("ann", 3);
  origin.faults.book.error = AWAY;
  const order = await find(ticket, "ann");
  assertEquals(typeof order === "object" && [order.status, order.amount], ["processing", 29_700]);
  const invented = formatTicket(item, "eve", parseTicket(ticket)!.seq);
  assertEquals(await find(invented, "eve"), "unavailable");
  origin.faults.ledger.down = true;
  assertEquals(await find(ticket, "ann"), "unavailable");
  const response = await origin.internal(`/orders/${ticket}?userId=ann`);
  assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
  await response.body?.cancel();
});
