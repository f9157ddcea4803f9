import { assertEquals } from "@std/assert";
import { FIXTURE_PAYMENT, OriginFixture } from "../testing/origin_fixture.ts";
import { readSandboxLink, signSandboxLink } from "./sandbox_link.ts";

const KEY = FIXTURE_PAYMENT.webhookKeys[0]!;

/** An origin with one unpaid order, and its sandbox link. */
async function openSandbox(changes: Parameters<typeof OriginFixture.open>[0] = {}) {
  const origin = await OriginFixture.open(changes);
  const { saleId, productId } = await origin.openSale({ stock: 5 });
  const [{ ticket }] = await origin.buy([saleId, productId, "ann", 1, "k", 0]);
  await origin.drain();
  const ask = async (path: string, body?: unknown) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await origin.internal(path, init);
    return { status: response.status, body: await response.json() };
  };
  const { body } = await ask(`/orders/${ticket}/payment`, {
    userId: "ann",
    returnUrl: "https://shop.test/sales/1",
  });
  const link = body.redirectUrl?.split("/").at(-1) as string;
  const press = async (action: string) => {
    const answer = await ask(`/sandbox/${link}`, { action });
    return answer.body.notices?.map((one: { outcome: string }) => one.outcome);
  };
  return { origin, saleId, ticket, ask, link, press };
}

Deno.test("readSandboxLink() reads what was signed with a key, and nothing else", () => {
  const payment = { ticket: "1-2-ann@x.y_z-1000000001", amount: 5, currency: "EUR" };
  const link = signSandboxLink(payment, "key-1");
  assertEquals(readSandboxLink(link, ["other", "key-1"]), payment);
  assertEquals(readSandboxLink(link, ["other"]), null);
  assertEquals(readSandboxLink(link, []), null);
  const dearer = signSandboxLink({ ...payment, amount: 1 }, "key-2").split(".")[0];
  for (const bad of ["", "x", "x.y", `${dearer}.${link.split(".")[1]}`, link.slice(0, -1)]) {
    assertEquals(readSandboxLink(bad, ["key-1"]), null, bad);
  }
});

Deno.test("the sandbox shows what a link is about and where its order stands", async () => {
  const { origin, saleId, ticket, ask, link } = await openSandbox();
  await using _ = origin;
  const { body } = await ask(`/sandbox/${link}`);
  const { payBy, serverNow, ...rest } = body;
  assertEquals(rest, {
    ticket,
    saleId,
    paymentId: `sandbox-${ticket}`,
    amount: 9_900,
    currency: "CNY",
    status: "unpaid",
  });
  assertEquals(Date.parse(payBy) > Date.parse(serverNow), true);
  const forged = signSandboxLink({ ticket, amount: 1, currency: "CNY" }, "a-guessed-key");
  assertEquals((await ask(`/sandbox/${forged}`)).status, 404);
  assertEquals((await ask(`/sandbox/${forged}`, { action: "pay" })).status, 404);
  assertEquals((await ask(`/sandbox/${link}`, { action: "steal" })).status, 400);
});

Deno.test("the sandbox pays with notifications that are told like any other", async () => {
  const { origin, ticket, press } = await openSandbox();
  await using _ = origin;
  assertEquals(await press("wrong_amount"), ["wrong_amount"]);
  assertEquals(await press("pay"), ["applied"]);
  assertEquals(await press("pay"), ["known"]);
  assertEquals(await press("pay_twice"), ["known", "refund_due"]);
  assertEquals(await press("pay_twice"), ["known", "known"]);
  const states = (await origin.payments.paymentsOf([ticket])).map(({ state }) => state);
  assertEquals(states, ["applied", "refund_due"]);
});

Deno.test("the sandbox can come late", async () => {
  const { origin, ticket, press } = await openSandbox();
  await using _ = origin;
  await origin.unpaid.cancelOrders([ticket], "by_buyer");
  assertEquals(await press("pay"), ["refund_due"]);
});

Deno.test("without the sandbox there is none of its routes", async () => {
  const payment = { ...FIXTURE_PAYMENT, gateway: "none" };
  const { origin, ask, ticket } = await openSandbox({ payment });
  await using _ = origin;
  const link = signSandboxLink({ ticket, amount: 9_900, currency: "CNY" }, KEY);
  assertEquals((await ask(`/sandbox/${link}`)).status, 404);
});
