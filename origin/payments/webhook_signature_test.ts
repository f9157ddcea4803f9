import { assertEquals, assertMatch } from "@std/assert";
import { isSignedWebhook, signWebhook } from "./webhook_signature.ts";

const KEY = "webhook-key-0123456789";
const NOW_MS = 1_800_000_000_000;
const NOW_S = NOW_MS / 1_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const BODY = bytes('{"eventId":"e1"}');

function check(header: string | null, changes: { body?: Uint8Array; keys?: string[] } = {}) {
  return isSignedWebhook(header, changes.body ?? BODY, changes.keys ?? [KEY], NOW_MS);
}

Deno.test("signWebhook() signs the time and the body with HMAC-SHA256", () => {
  assertEquals(
    signWebhook("key", '{"a":1}', 1_700_000_000),
    "t=1700000000,v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03",
  );
});

Deno.test("isSignedWebhook() takes a header that was made for this body", () => {
  const header = signWebhook(KEY, BODY, NOW_S);
  assertMatch(header, /^t=1800000000,v1=[0-9a-f]{64}$/);
  assertEquals(check(header), true);
  assertEquals(check(header, { body: bytes('{"eventId":"e2"}') }), false);
  assertEquals(check(header, { keys: ["another-key-0123456789"] }), false);
  assertEquals(check(header, { keys: [] }), false);
  assertEquals(check(header.replace(/v1=.*/, (v1) => "v1=" + v1.slice(3).toUpperCase())), true);
});

Deno.test("isSignedWebhook() takes either key, and one good signature of several", () => {
  const old = signWebhook("old-key-0123456789ab", BODY, NOW_S);
  assertEquals(check(old, { keys: [KEY, "old-key-0123456789ab"] }), true);
  const [, v1] = signWebhook(KEY, BODY, NOW_S).split(",");
  assertEquals(check(`${old},${v1}`), true);
  assertEquals(check(`${old}, ${v1},v0=abc,v2=what`), true);
  assertEquals(check(`t=${NOW_S},v1=zz,v1=${"0".repeat(64)}`), false);
});

Deno.test("isSignedWebhook() takes times up to 300 s away, in either direction", () => {
  for (const [awayS, good] of [[300, true], [301, false], [-300, true], [-301, false]] as const) {
    assertEquals(check(signWebhook(KEY, BODY, NOW_S + awayS)), good, String(awayS));
  }
});

Deno.test("isSignedWebhook() refuses headers of any other form", () => {
  const good = signWebhook(KEY, BODY, NOW_S);
  const v1 = good.split(",")[1]!;
  const bad = [
    null,
    "",
    "x",
    v1,
    `t=${NOW_S}`,
    `t=,${v1}`,
    `t=abc,${v1}`,
    `t=1e9,${v1}`,
    `t=-1,${v1}`,
    `t=${NOW_S}.0,${v1}`,
    `t=${NOW_S},t=${NOW_S},${v1}`,
    `${good}${",v1=0".repeat(20)}`,
    `${good},${"x".repeat(3_000)}`,
    `t=99999999999999,${v1}`,
  ];
  for (const header of bad) assertEquals(check(header), false, String(header).slice(0, 80));
});
