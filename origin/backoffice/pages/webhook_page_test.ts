import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { orderEventSchema } from "../../feed/event_view.ts";
import { signWebhook } from "../../payments/webhook_signature.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { FailingShop } from "../../webhook/testing/failing_shop.ts";
import { DELIVERY_EXAMPLE, VERIFY_EXAMPLE } from "../webhook_examples.ts";

const textOf = async (origin: OriginFixture, path = "/webhook") =>
  await (await origin.page(path)).text();

/** The sentence that the next page would say. */
function said(response: Response): string {
  return decodeURIComponent(response.headers.get("set-cookie") ?? "");
}

Deno.test("the page says how to tell the shop while nobody does", async () => {
  await using origin = await OriginFixture.open();
  origin.signIn("viewer");
  const text = await textOf(origin);
  for (const part of ["Off", "SHOP_WEBHOOK_URL=", "Tell the shop what is sold", "order.paid"]) {
    assertStringIncludes(text, part);
  }
  assert(!text.includes("Send a test"));
});

Deno.test("the page tells how far the shop was told and what was given up", async () => {
  await using shop = await FailingShop.open();
  const { origin } = shop;
  origin.signIn("operator");
  await shop.giveUp(["ann"]);
  await shop.sell(["bob", "eve"]);
  shop.answer = 500;
  await shop.tell();
  const text = await textOf(origin);
  for (
    const part of ["Trying again", "1 of 15", "The shop answered 500", "The shop answered 410"]
  ) assertStringIncludes(text, part);
  assert(!text.includes("key=hidden"), "the address is shown without its query");
  const sent = await origin.page("/webhook/failures/1/resend", {});
  assertEquals(sent.headers.get("location"), "/admin/webhook");
  assertStringIncludes(said(sent), "sent again within a second");
  assertStringIncludes(said(await origin.page("/webhook/failures/1/resend", {})), "waits already");
  shop.answer = 200;
  origin.now += 60_000;
  await shop.tell();
  assertStringIncludes(await textOf(origin), "Up to date");
  origin.signIn("viewer");
  assert(!(await textOf(origin)).includes("Send again"));
  assertEquals((await origin.page("/webhook/failures/1/resend", {})).status === 200, false);
});

Deno.test("the page sends a test and says what came of it", async () => {
  await using shop = await FailingShop.open();
  const { origin } = shop;
  origin.signIn("operator");
  await shop.tell();
  origin.onDelay = () => shop.answerTests();
  assertStringIncludes(said(await origin.page("/webhook/test", {})), "The test arrived.");
  shop.answer = 404;
  assertStringIncludes(said(await origin.page("/webhook/test", {})), "The shop answered 404.");
});

Deno.test("the examples on the page are true", async () => {
  const address = `data:text/javascript,${encodeURIComponent(VERIFY_EXAMPLE)}`;
  const { isFromDropgate } = await import(address);
  const body = new TextEncoder().encode('{"events":[]}');
  const now = Math.floor(Date.now() / 1_000);
  const [key, other] = ["the-key-of-the-shop", "another-key-of-it"];
  const header = signWebhook(key, body, now);
  assertEquals(isFromDropgate(body, header, key), true);
  assertEquals(isFromDropgate(body, header, other), false);
  assertEquals(isFromDropgate(new TextEncoder().encode("{}"), header, key), false);
  assertEquals(isFromDropgate(body, signWebhook(key, body, now - 400), key), false);
  const rotating = `${signWebhook(other, body, now)},${header.split(",")[1]}`;
  assertEquals(isFromDropgate(body, rotating, key), true);
  for (const broken of ["", "t=1", "v1=00", `t=${now},v1=zz`, `t=${now}`]) {
    assertEquals(isFromDropgate(body, broken, key), false, broken);
  }
  for (const event of DELIVERY_EXAMPLE.events) {
    assertEquals(orderEventSchema.strict().parse(event), event);
  }
});
