import { assert, assertEquals } from "@std/assert";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { FailingShop } from "../webhook/testing/failing_shop.ts";

Deno.test("without a webhook the admin API says that it is off", async () => {
  await using origin = await OriginFixture.open();
  const webhook = await (await origin.admin("GET", "/webhook")).json();
  assertEquals(webhook, {
    state: "off",
    lag: { events: 0, more: false, seconds: 0 },
    attempts: 0,
    failed: 0,
    failures: { items: [], page: 1, per: 20, total: 0 },
  });
  const test = await origin.admin("POST", "/webhook/test");
  assertEquals([test.status, (await test.json()).code], [409, "conflict"]);
});

Deno.test("the admin API tells how telling the shop goes", async () => {
  await using shop = await FailingShop.open();
  const { origin } = shop;
  const state = async () => (await (await origin.admin("GET", "/webhook")).json());
  await shop.tell();
  assertEquals((await state()).state, "up_to_date");
  await shop.sell(["ann", "bob"]);
  origin.now += 3_000;
  const sending = await state();
  assertEquals([sending.state, sending.lag], ["sending", { events: 2, more: false, seconds: 3 }]);
  assertEquals(sending.url, "http://127.0.0.1/hooks?…");
  shop.answer = 500;
  await shop.tell();
  const retrying = await state();
  assertEquals([retrying.state, retrying.attempts, retrying.lastError], [
    "retrying",
    1,
    "The shop answered 500",
  ]);
  assertEquals(Date.parse(retrying.nextTryAt) - origin.now, 1_000);
  origin.now += 60_000;
  assertEquals((await state()).state, "stopped");
  shop.answer = 200;
  await shop.tell();
  const done = await state();
  assertEquals([done.state, done.lag.events, done.attempts], ["up_to_date", 0, 0]);
  assertEquals(Date.parse(done.deliveredAt), origin.now);
});

Deno.test("operators have deliveries that were given up sent again, once", async () => {
  await using shop = await FailingShop.open();
  const { origin } = shop;
  await shop.giveUp(["ann"]);
  const { failures, failed } = await (await origin.admin("GET", "/webhook")).json();
  assertEquals([failures.total, failed], [1, 1]);
  const [failure] = failures.items;
  assertEquals([failure.events, failure.error, failure.state], [
    1,
    "The shop answered 410",
    "failed",
  ]);
  const resend = () => origin.admin("POST", `/webhook/failures/${failure.id}/resend`);
  const answer = await resend();
  assertEquals([answer.status, (await answer.json()).state], [200, "waiting"]);
  assertEquals((await resend()).status, 409);
  shop.answer = 200;
  await shop.tell();
  const read = await origin.admin("GET", `/webhook/failures/${failure.id}`);
  assertEquals((await read.json()).state, "sent");
  assertEquals((await (await resend()).json()).detail, "It was sent");
  assertEquals((await origin.admin("POST", "/webhook/failures/99/resend")).status, 404);
  assertEquals((await origin.admin("GET", "/webhook/failures/99")).status, 404);
});

Deno.test("a test goes the way of events and tells the shop's answer", async () => {
  await using shop = await FailingShop.open();
  const { origin } = shop;
  await shop.tell();
  origin.onDelay = () => shop.answerTests();
  const ask = async () => {
    const response = await origin.admin("POST", "/webhook/test");
    return { status: response.status, ...await response.json() };
  };
  const good = await ask();
  assertEquals([good.status, good.delivered, good.detail], [200, true, "The shop answered 200"]);
  const { body, signature } = shop.requests.at(-1)!;
  assertEquals([body.events[0].type, body.deliveryId.startsWith("ping-")], ["ping", true]);
  assert(/^t=\d+,v1=[0-9a-f]{64}$/.test(signature), signature);
  shop.answer = 503;
  const bad = await ask();
  assertEquals([bad.delivered, bad.detail], [false, "The shop answered 503"]);
  origin.onDelay = () => Promise.resolve();
  const alone = await ask();
  assertEquals([alone.status, alone.detail], [503, "No worker sent the test in time"]);
});
