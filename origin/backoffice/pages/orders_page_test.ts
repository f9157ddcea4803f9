import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseError } from "../../database/database.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { addManyOrders, fillFollowUpShop } from "../testing/follow_up_shop.ts";

/** An office with an order of every kind, an operator signed in. */
async function openOffice(role: "viewer" | "operator" = "operator") {
  const origin = await OriginFixture.open();
  const shop = await fillFollowUpShop(origin);
  origin.signIn(role);
  const html = async (path: string) => await (await origin.page(path)).text();
  return { origin, ...shop, html };
}

/** How often a text stands in another. */
const countOf = (text: string, part: string) => text.split(part).length - 1;

Deno.test("the page of orders lists, filters and leads to each order", async () => {
  const { origin, saleId, tickets, html } = await openOffice();
  await using _ = origin;
  const all = await html("/orders");
  for (const ticket of Object.values(tickets)) {
    assertStringIncludes(all, `href="/admin/orders/${ticket}"`);
  }
  assertStringIncludes(all, 'href="/admin/orders.csv"');
  const paid = await html(`/orders?saleId=${saleId}&status=paid`);
  assertEquals(countOf(paid, 'href="/admin/orders/'), 1);
  assertStringIncludes(paid, `href="/admin/orders.csv?saleId=${saleId}&amp;status=paid"`);
  // A sale that there is makes this one of its pages.
  assertStringIncludes(paid, `href="/admin/sales/${saleId}/live"`);
  const ann = await html("/orders?userId=ann");
  assertEquals(countOf(ann, 'href="/admin/orders/'), 1);
  assertStringIncludes(await html("/orders?userId=eve"), "No order fits");
});

Deno.test("a ticket leads to its order, whatever else is filtered", async () => {
  const { origin, tickets, html } = await openOffice();
  await using _ = origin;
  const found = await origin.page(`/orders?ticket=%20${tickets.ann}%20&status=paid`);
  assertEquals([found.status, found.headers.get("location")], [
    303,
    `/admin/orders/${tickets.ann}`,
  ]);
  const none = await html(`/orders?ticket=${tickets.ann.replace("ann", "eve")}`);
  assertStringIncludes(none, "No order has this ticket.");
  assertStringIncludes(await html("/orders?ticket=ann"), "This is no ticket.");
});

Deno.test("filters that make no sense are told beside their fields", async () => {
  const { origin } = await openOffice();
  await using _ = origin;
  const response = await origin.page("/orders?saleId=abc&userId=a%20b");
  assertEquals(response.status, 422);
  const html = await response.text();
  assertMatch(html, /id="saleId"[^>]*value="abc"[^>]*aria-invalid="true"/);
  assertStringIncludes(html, "It must be a positive whole number.");
});

Deno.test("an empty office says what orders are, and a page behind the last leads back", async () => {
  await using empty = await OriginFixture.open();
  empty.signIn("viewer");
  assertStringIncludes(await (await empty.page("/orders")).text(), "No orders yet");
  const { origin } = await openOffice();
  await using _ = origin;
  const far = await origin.page("/orders?page=9&status=paid");
  assertEquals([far.status, far.headers.get("location")], [
    303,
    "/admin/orders?page=1&status=paid",
  ]);
});

Deno.test("ten thousand orders have pages", async () => {
  const { origin, saleId, productId, html } = await openOffice();
  await using _ = origin;
  await addManyOrders(origin, { saleId, productId }, 10_000);
  assertStringIncludes(await html("/orders"), "of 10,004 · page 1 of 201");
  const last = await html("/orders?page=201");
  assertEquals(countOf(last, 'href="/admin/orders/'), 4);
  const file = await (await origin.page("/orders.csv")).text();
  assertEquals(file.split("\r\n").length, 10_006);
});

Deno.test("the file is streamed to whoever is signed in, with a mark for spreadsheets", async () => {
  const { origin, saleId } = await openOffice("viewer");
  await using _ = origin;
  const response = await origin.page(`/orders.csv?saleId=${saleId}&status=paid`);
  assertEquals(response.status, 200);
  assertMatch(response.headers.get("content-disposition") ?? "", /^attachment; filename="orders-/);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assertEquals([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  assertEquals(new TextDecoder().decode(bytes).split("\r\n").length, 3);
  const refused = await origin.page("/orders.csv?saleId=abc");
  assertEquals(refused.status, 422);
  assertStringIncludes(await refused.text(), "The file could not be made.");
});

Deno.test("the page of an order tells all of it and lets operators cancel it", async () => {
  const { origin, tickets, messageId, html } = await openOffice();
  await using _ = origin;
  const ann = await html(`/orders/${tickets.ann}`);
  assertMatch(ann, /<a href="\/admin\/sales\/1">Spring<.*products\/1">Kettle</s);
  for (const part of ["key-of-ann", "CN¥198.00", "No payment was captured", "Cancel the order…"]) {
    assertStringIncludes(ann, part);
  }
  assertStringIncludes(await html(`/orders/${tickets.cy}`), "The provider said: card expired");
  assertStringIncludes(await html(`/orders/${tickets.poison}`), `/admin/messages/${messageId}`);
  const sent = await origin.page(`/orders/${tickets.ann}/cancel`, {});
  assertEquals([sent.status, sent.headers.get("location")], [303, `/admin/orders/${tickets.ann}`]);
  const after = await html(`/orders/${tickets.ann}`);
  assertStringIncludes(after, "An operator cancelled it");
  assert(!after.includes("Cancel the order…"));
  const again = await origin.page(`/orders/${tickets.ann}/cancel`, {});
  assertMatch(again.headers.get("set-cookie") ?? "", /The%20order%20is%20cancelled/);
});

Deno.test("viewers are shown no button, and what is missing or away has a page of its own", async () => {
  const { origin, tickets, html } = await openOffice("viewer");
  await using _ = origin;
  assert(!(await html(`/orders/${tickets.ann}`)).includes("Cancel the order"));
  const refused = await origin.page(`/orders/${tickets.ann}/cancel`, {});
  assertEquals(refused.status, 303);
  assertEquals((await origin.book.findOrders([tickets.ann]))[0]?.status, "unpaid");
  assertEquals((await origin.page("/orders/1-1-eve-1000000099")).status, 404);
  assertEquals((await origin.page("/orders/x")).status, 404);
  origin.faults.book.error = new DatabaseError("unavailable", "away");
  for (const path of ["/orders", "/orders.csv", `/orders/${tickets.ann}`]) {
    const away = await origin.page(path);
    assertEquals(away.status, 503, path);
    assertMatch(await away.text(), /^<!DOCTYPE html>/, path);
  }
});
