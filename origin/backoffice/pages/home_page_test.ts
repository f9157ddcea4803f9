import { assertEquals, assertMatch } from "@std/assert";
import { fillFollowUpShop } from "../testing/follow_up_shop.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";

const home = async (fixture: OriginFixture) => await (await fixture.page("")).text();

/** The step that is to be done now. */
const step = (html: string) => /<li class="now"><h3>([^<]+)/.exec(html)?.[1];

Deno.test("an empty installation says what to do first, one step after the other", async () => {
  await using fixture = await OriginFixture.open();
  fixture.signIn("operator");
  assertEquals(step(await home(fixture)), "Make a product");
  await fixture.admin("POST", "/products", { name: "Kettle", price: 1, currency: "EUR" });
  assertEquals(step(await home(fixture)), "Plan a sale");
  await fixture.admin("POST", "/sales", {
    title: "First",
    startsAt: new Date(fixture.now - 1_000).toISOString(),
    endsAt: new Date(fixture.now + 3_600_000).toISOString(),
    items: [{ productId: 1, stock: 1 }],
  });
  assertEquals(step(await home(fixture)), "Publish it");
  await fixture.admin("POST", "/sales/1/publish");
  const html = await home(fixture);
  assertEquals(step(html), undefined);
  assertMatch(html, /Watch live/);
});

Deno.test("a sale that is over stays on the home page, to be followed up", async () => {
  await using fixture = await OriginFixture.open();
  fixture.signIn("viewer");
  const { saleId } = await fixture.openSale();
  assertEquals((await home(fixture)).includes("Lately over"), false);
  await fixture.admin("POST", `/sales/${saleId}/close`);
  const html = await home(fixture);
  assertMatch(html, /No sale is running right now/);
  assertMatch(html, new RegExp(`Lately over.*?href="/admin/sales/${saleId}"`, "s"));
});

Deno.test("an address with a slash at its end leads to the page without it", async () => {
  await using fixture = await OriginFixture.open();
  fixture.signIn("viewer");
  for (const path of ["", "/sales"]) {
    const answer = await fixture.page(`${path}/`);
    assertEquals([answer.status, answer.headers.get("location")], [303, `/admin${path}`]);
  }
});

Deno.test("a page of a list behind the last leads to the last", async () => {
  await using fixture = await OriginFixture.open();
  await fixture.openSale();
  await fixture.session("admin");
  fixture.signIn("admin");
  for (const list of ["/products", "/sales", "/audit", "/operators"]) {
    const answer = await fixture.page(`${list}?page=999`);
    const place = answer.headers.get("location");
    assertEquals([answer.status, place], [303, `/admin${list}?page=1`]);
  }
});

Deno.test("the home page names what needs somebody", async () => {
  await using fixture = await OriginFixture.open();
  fixture.signIn("viewer");
  await fillFollowUpShop(fixture);
  const html = await home(fixture);
  assertMatch(html, /href="\/admin\/messages">1 parked message</);
  assertMatch(html, /href="\/admin\/refunds">1 refund due</);
});

Deno.test("a part that is away is told, and hides nothing else", async () => {
  await using fixture = await OriginFixture.open();
  fixture.signIn("viewer");
  await fixture.openSale();
  fixture.faults.queue.down = true;
  fixture.faults.ledger.down = true;
  const html = await home(fixture);
  assertMatch(html, /2 not well/);
  assertMatch(html, /Watch live/);
});

Deno.test("with the database away pages say so instead of breaking", async () => {
  await using fixture = await OriginFixture.open();
  fixture.signIn("viewer");
  fixture.faults.catalog.error = new Error("as the test wants it");
  const answer = await fixture.page("/sales");
  assertEquals(answer.status >= 500, true);
  assertMatch(answer.headers.get("content-type")!, /html/);
  const unknown = await fixture.page("/nothing-here");
  assertEquals(unknown.status, 404);
  assertMatch(await unknown.text(), /There is nothing here/);
});
