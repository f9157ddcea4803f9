import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createHmac } from "node:crypto";
import { receiptKey, signReceipt, verifyReceipt } from "./receipt.ts";

const facts = {
  ticket: "1-2-ann-1000000001",
  saleId: 1,
  productId: 2,
  userId: "ann",
  quantity: 3,
  amount: 29_700,
  currency: "CNY",
  status: "unpaid",
} as const;
const clock = () => 1_790_000_000_999;
const secret = "a-receipt-key-of-the-shop";

Deno.test("signReceipt() makes what verifyReceipt() reads back", async () => {
  const key = receiptKey(secret);
  const receipt = await signReceipt(facts, key, clock);
  assertEquals(await verifyReceipt(receipt, key), { ...facts, signedAtS: 1_790_000_000 });
});

Deno.test("signReceipt() makes a compact JWS that anyone with the key can check", async () => {
  const receipt = await signReceipt(facts, receiptKey(secret), clock);
  assertMatch(receipt, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  const [header, payload, signature] = receipt.split(".") as [string, string, string];
  const expected = createHmac("sha256", secret).update(`${header}.${payload}`).digest("base64url");
  assertEquals(signature, expected);
  const text = (part: string) => JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
  assertEquals(text(header).alg, "HS256");
  const { userId, ...claims } = facts;
  assertEquals(text(payload), { ...claims, sub: userId, iat: 1_790_000_000 });
});

Deno.test("verifyReceipt() refuses other keys, changed claims and unsigned tokens", async () => {
  const key = receiptKey(secret);
  const receipt = await signReceipt(facts, key, clock);
  await assertRejects(() => verifyReceipt(receipt, receiptKey("another key")));
  const [header, , signature] = receipt.split(".");
  const forged = btoa(JSON.stringify({ ...facts, sub: "bob", iat: 1 })).replaceAll("=", "");
  await assertRejects(() => verifyReceipt(`${header}.${forged}.${signature}`, key));
  const none = btoa(JSON.stringify({ alg: "none", typ: "dropgate-receipt+jwt" }));
  await assertRejects(() => verifyReceipt(`${none.replaceAll("=", "")}.${forged}.`, key));
  await assertRejects(() => verifyReceipt("", key));
});
