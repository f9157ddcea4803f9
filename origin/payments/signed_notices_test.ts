import { assertEquals, assertThrows } from "@std/assert";
import { GatewayUnavailable, type Verification } from "./payment_gateway.ts";
import { verifySignedNotice } from "./signed_notices.ts";
import { signWebhook } from "./webhook_signature.ts";

const KEY = "webhook-key-0123456789";
const NOW_MS = 1_800_000_000_000;

const NOTICE = {
  eventId: "e-1",
  ticket: "1-2-ann-1000000001",
  paymentId: "p-1",
  amount: 1_999,
  currency: "EUR",
};
const EVENT = { ...NOTICE, type: "payment.succeeded" };

function verify(body: string | Uint8Array, keys = [KEY]): Verification {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const headers = new Headers({ "dropgate-signature": signWebhook(KEY, bytes, NOW_MS / 1_000) });
  return verifySignedNotice({ body: bytes, headers }, keys, NOW_MS);
}

const kindOf = (event: unknown) => verify(JSON.stringify(event)).kind;

Deno.test("verifySignedNotice() reads a notice and leaves out what it does not know", () => {
  const event = { ...EVENT, more: { of: "it" }, __proto__: { polluted: true } };
  assertEquals(verify(JSON.stringify(event)), { kind: "verified", notice: NOTICE });
});

Deno.test("verifySignedNotice() looks at the signature before the body", () => {
  const body = new TextEncoder().encode("{");
  for (const header of [null, "t=1,v1=00", signWebhook("other-key-0123456789", body, 1)]) {
    const headers = new Headers(header === null ? {} : { "dropgate-signature": header });
    assertEquals(verifySignedNotice({ body, headers }, [KEY], NOW_MS), { kind: "bad_signature" });
  }
});

Deno.test("verifySignedNotice() ignores other types whatever else they carry", () => {
  assertEquals(verify('{"type":"payment.failed"}'), { kind: "ignored", type: "payment.failed" });
  assertEquals(kindOf({ ...EVENT, type: "refund.succeeded", amount: "x" }), "ignored");
});

Deno.test("verifySignedNotice() tells what is malformed behind a good signature", () => {
  const bodies = ["", "{", "null", "[]", "1", '"x"', "{}", new Uint8Array([0xff, 0xfe, 0x7b])];
  for (const body of bodies) assertEquals(verify(body).kind, "malformed", String(body));
  const bad: Record<string, unknown[]> = {
    type: [1, null, "x".repeat(201)],
    eventId: [undefined, "", "a b", "ü", 7, "x".repeat(129)],
    paymentId: [undefined, "", "a\n", null, "x".repeat(129)],
    ticket: [undefined, 5, null, {}],
    amount: [undefined, "1999", -1, 1.5, 2 ** 53, null, true],
    currency: [undefined, "EURO", "E1R", "", null, 978],
  };
  for (const [field, values] of Object.entries(bad)) {
    for (const value of values) {
      assertEquals(kindOf({ ...EVENT, [field]: value }), "malformed", `${field} ${value}`);
    }
  }
  assertEquals(verify(JSON.stringify(EVENT).replace("1999", "1e999")).kind, "malformed");
  assertEquals(verify("[".repeat(60_000)).kind, "malformed");
});

Deno.test("verifySignedNotice() leaves odd tickets and currencies to the order book", () => {
  for (const changes of [{ ticket: "nonsense" }, { ticket: "" }, { currency: "xxx" }]) {
    assertEquals(kindOf({ ...EVENT, ...changes }), "verified");
  }
});

Deno.test("verifySignedNotice() is unavailable without a key", () => {
  assertThrows(() => verify("{}", []), GatewayUnavailable, "PAYMENT_WEBHOOK_KEY");
});
