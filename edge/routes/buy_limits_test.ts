import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseCidr } from "../../shared/ip.ts";
import { type CaptchaPolicy, DEFAULT_LIMITS, type SaleLimits } from "../../shared/sale.ts";
import type { GateParts, PassReader } from "../gate/gate_parts.ts";
import { type EdgeKit, gist, startEdge } from "../testing/edge_kit.ts";
import { NO_LIMITS, sampleItem, sampleSale } from "../testing/sample_sale.ts";

const PROXY = "10.0.0.1";

/** Takes `pass-USER` for a usable pass of that user. */
const passes: PassReader = {
  read: (text, userId, _saleId, nowMs) =>
    text === `pass-${userId}` ? { passId: "p".repeat(22), expiresAt: nowMs + 60_000 } : null,
};

/** Sale 2 with plenty of stock under the limits given, on an edge behind a trusted proxy. */
async function limitedSale(
  limits: Partial<SaleLimits>,
  captcha: CaptchaPolicy = "off",
  gate: Partial<GateParts> = {},
): Promise<EdgeKit> {
  const kit = await startEdge({
    config: { trustedProxies: [parseCidr(PROXY)!] },
    gate: { passes, ...gate },
  });
  kit.origin.publish(sampleSale(2, {
    minLevel: gate.profiles === undefined ? 0 : 1,
    limits: { ...NO_LIMITS, ...limits },
    captcha,
    items: [sampleItem(1, { stock: 100_000 })],
  }));
  await kit.refresh();
  return kit;
}

/** A try of a user from an address, through the proxy. */
async function tryOf(
  kit: EdgeKit,
  userId: string,
  options: { from?: string; key?: string; pass?: boolean } = {},
): Promise<Response> {
  const { from = "203.0.113.7", key, pass } = options;
  return await kit.buy({
    token: await kit.signIn(userId),
    saleId: 2,
    peer: PROXY,
    headers: {
      "x-forwarded-for": from,
      ...(pass ? { "x-captcha-pass": `pass-${userId}` } : {}),
    },
    ...(key === undefined ? {} : { key }),
  });
}

Deno.test("A user over his limit is 429, and after Retry-After his next try passes", async () => {
  await using kit = await limitedSale({ userPerMinute: 2 });
  assertEquals(await gist(tryOf(kit, "ann")), "201 reserved");
  assertEquals(await gist(tryOf(kit, "ann")), "409 already_bought");
  const refused = await tryOf(kit, "ann");
  const body = await refused.json();
  assertEquals([refused.status, body.code, body.retryAfterMs], [429, "rate_limited", 30_000]);
  assertEquals(refused.headers.get("retry-after"), "30");
  assertEquals(await gist(tryOf(kit, "bob")), "201 reserved");
  kit.timers.nowMs += 29_999;
  assertEquals(await gist(tryOf(kit, "ann")), "429 rate_limited");
  kit.timers.nowMs += 1;
  assertEquals(await gist(tryOf(kit, "ann")), "409 already_bought");
});

Deno.test("Tries of an address are limited whoever makes them, those without a session apart", async () => {
  await using kit = await limitedSale({ ipPerMinute: 4 });
  const from = { "x-forwarded-for": "203.0.113.7" };
  const stranger = () => gist(kit.buy({ saleId: 2, peer: PROXY, headers: from }));
  for (let i = 0; i < 4; i += 1) assertEquals(await stranger(), "401 unauthenticated");
  assertEquals(await stranger(), "429 rate_limited");
  for (let i = 0; i < 4; i += 1) assertEquals(await gist(tryOf(kit, `u${i}`)), "201 reserved");
  const refused = await tryOf(kit, "bob");
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "15"]);
  await refused.body?.cancel();
  assertEquals(await gist(tryOf(kit, "bob", { from: "203.0.113.8" })), "201 reserved");
  // Whatever he writes himself stands left of what the proxy adds.
  const forged = "198.51.100.9, 203.0.113.7";
  assertEquals(await gist(tryOf(kit, "cleo", { from: forged })), "429 rate_limited");
});

Deno.test("IPv6 addresses of one /64 share their limit", async () => {
  await using kit = await limitedSale({ ipPerMinute: 2 });
  assertEquals(await gist(tryOf(kit, "ann", { from: "2001:db8::1" })), "201 reserved");
  assertEquals(await gist(tryOf(kit, "bob", { from: "2001:db8::ffff:2" })), "201 reserved");
  assertEquals(await gist(tryOf(kit, "cleo", { from: "2001:db8::3" })), "429 rate_limited");
  assertEquals(await gist(tryOf(kit, "cleo", { from: "2001:db8:0:1::3" })), "201 reserved");
});

Deno.test("A sale lets its burst through at once and then its rate", async () => {
  await using kit = await limitedSale({ ratePerSecond: 10, burst: 3 });
  const outcomes = [];
  for (let i = 0; i < 5; i += 1) outcomes.push(await gist(tryOf(kit, `u${i}`)));
  assertEquals(outcomes, [
    ...new Array(3).fill("201 reserved"),
    ...new Array(2).fill("429 rate_limited"),
  ]);
  kit.timers.nowMs += 200;
  const more = [];
  for (let i = 5; i < 8; i += 1) more.push(await gist(tryOf(kit, `u${i}`)));
  assertEquals(more, ["201 reserved", "201 reserved", "429 rate_limited"]);
});

Deno.test("A limit that an operator changes holds with the next snapshot", async () => {
  await using kit = await limitedSale({ userPerMinute: 1 });
  assertEquals(await gist(tryOf(kit, "ann")), "201 reserved");
  assertEquals(await gist(tryOf(kit, "ann")), "429 rate_limited");
  kit.origin.change(2, { limits: { ...NO_LIMITS, userPerMinute: 600 } });
  await kit.refresh();
  assertEquals(await gist(tryOf(kit, "ann")), "409 already_bought");
  kit.origin.change(2, { limits: { ...NO_LIMITS, ratePerSecond: 1, burst: 1 } });
  await kit.refresh();
  assertEquals(await gist(tryOf(kit, "bob")), "201 reserved");
  assertEquals(await gist(tryOf(kit, "cleo")), "429 rate_limited");
});

Deno.test("Over half of a limit a sale that asks the suspicious asks for the slider", async () => {
  await using kit = await limitedSale({ ipPerMinute: 4 }, "suspicious");
  assertEquals(await gist(tryOf(kit, "u1")), "201 reserved");
  assertEquals(await gist(tryOf(kit, "u2")), "201 reserved");
  assertEquals(await gist(tryOf(kit, "u3")), "428 captcha_required");
  assertEquals(await gist(tryOf(kit, "u3", { pass: true })), "201 reserved");
  assertEquals(await gist(tryOf(kit, "u4")), "428 captcha_required");
  assertEquals(await gist(tryOf(kit, "u5")), "429 rate_limited");
  // Whoever brings a pass neither waits for his neighbours nor takes from them.
  for (let i = 6; i < 20; i += 1) {
    assertEquals(await gist(tryOf(kit, `u${i}`, { pass: true })), "201 reserved");
  }
  kit.timers.nowMs += 15_000;
  assertEquals(await gist(tryOf(kit, "u20")), "428 captcha_required");
});

Deno.test("Without the slider half of a limit means nothing, and a pass does not lift a user's", async () => {
  await using off = await limitedSale({ ipPerMinute: 4, userPerMinute: 4 });
  for (let i = 0; i < 4; i += 1) assertEquals(await gist(tryOf(off, `u${i}`)), "201 reserved");
  assertEquals(await gist(tryOf(off, "u5")), "429 rate_limited");
  await using kit = await limitedSale({ userPerMinute: 2 }, "suspicious");
  assertEquals(await gist(tryOf(kit, "ann", { pass: true })), "201 reserved");
  assertEquals(await gist(tryOf(kit, "ann", { pass: true })), "409 already_bought");
  assertEquals(await gist(tryOf(kit, "ann", { pass: true })), "429 rate_limited");
});

Deno.test("One user who hammers does not use up the limit of his neighbours", async () => {
  await using kit = await limitedSale({ ipPerMinute: 20, userPerMinute: 5 });
  for (let i = 0; i < 200; i += 1) await (await tryOf(kit, "script")).body?.cancel();
  for (let i = 0; i < 15; i += 1) assertEquals(await gist(tryOf(kit, `u${i}`)), "201 reserved");
  assertEquals(await gist(tryOf(kit, "u15")), "429 rate_limited");
});

Deno.test("What the address refuses does not count for the user", async () => {
  await using kit = await limitedSale({ ipPerMinute: 2, userPerMinute: 3 });
  for (const user of ["u1", "u2"]) assertEquals(await gist(tryOf(kit, user)), "201 reserved");
  for (let i = 0; i < 10; i += 1) {
    const refused = await tryOf(kit, "ann");
    assertEquals([refused.status, refused.headers.get("retry-after")], [429, "30"], "the address");
    await refused.body?.cancel();
  }
  const elsewhere = { from: "203.0.113.8" };
  assertEquals(await gist(tryOf(kit, "ann", elsewhere)), "201 reserved");
  assertEquals(await gist(tryOf(kit, "ann", elsewhere)), "409 already_bought");
});

Deno.test("A winner whose answer was lost hears it though he is limited by now", async () => {
  await using kit = await limitedSale({ userPerMinute: 1 });
  assertEquals(await gist(tryOf(kit, "ann", { key: "k" })), "201 reserved");
  assertEquals(await gist(tryOf(kit, "ann", { key: "k" })), "200 reserved");
  assertEquals(await gist(tryOf(kit, "ann", { key: "other" })), "429 rate_limited");
});

Deno.test("Refusals by limits are counted by limit", async () => {
  await using kit = await limitedSale({ userPerMinute: 1 });
  for (let i = 0; i < 4; i += 1) await (await tryOf(kit, "ann")).body?.cancel();
  const metrics = await (await kit.edge.app.request("/metrics")).text();
  assertMatch(metrics, /^dropgate_edge_buys_total\{outcome="rate_limited"\} 3$/m);
  assertMatch(metrics, /^dropgate_edge_limited_total\{limit="user"\} 3$/m);
  assertEquals(metrics.includes("shared_limit"), false);
});

/** Lets 500 honest buyers of one address buy, with the slider where it is asked for. */
async function honestCrowd(kit: EdgeKit): Promise<{ served: number; asked: number }> {
  let asked = 0;
  const answers = await Promise.all(Array.from({ length: 500 }, async (_, at) => {
    const first = await gist(tryOf(kit, `honest-${at}`, { key: "k" }));
    if (first !== "428 captcha_required") return first;
    asked += 1;
    return await gist(tryOf(kit, `honest-${at}`, { key: "k", pass: true }));
  }));
  return { served: answers.filter((answer) => answer === "201 reserved").length, asked };
}

/** How often each answer came. */
async function answersTo(count: number, send: () => Promise<Response>) {
  const counts: Record<string, number> = {};
  for (let i = 0; i < count; i += 1) {
    const answer = await gist(send());
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

const FROM = { "x-forwarded-for": "203.0.113.7" };

/** Neighbours who get nowhere, and what 700 tries of theirs are answered at the default limits. */
const NEIGHBOURS: Record<string, {
  send?: (kit: EdgeKit, token: string) => Promise<Response>;
  answers: Record<string, number>;
}> = {
  "nobody else": { answers: {} },
  "a neighbour without a session": {
    send: (kit) => kit.buy({ saleId: 2, peer: PROXY, headers: FROM }),
    answers: { "401 unauthenticated": 600, "429 rate_limited": 100 },
  },
  "a neighbour with a forged session": {
    send: (kit, token) =>
      kit.buy({ saleId: 2, peer: PROXY, headers: FROM, token: `${token.slice(0, -4)}AAAA` }),
    answers: { "401 unauthenticated": 600, "429 rate_limited": 100 },
  },
  "an account that is not eligible": {
    send: (kit, token) => kit.buy({ saleId: 2, peer: PROXY, headers: FROM, token }),
    answers: { "403 not_eligible": 5, "429 rate_limited": 695 },
  },
  "a blocked user": {
    send: async (kit) =>
      kit.buy({ saleId: 2, peer: PROXY, headers: FROM, token: await kit.signIn("blocked") }),
    answers: { "403 blocked": 5, "429 rate_limited": 695 },
  },
};

for (const [name, { send, answers }] of Object.entries(NEIGHBOURS)) {
  Deno.test(`500 honest buyers behind one address with ${name}: 99 of 100 are answered`, async () => {
    await using kit = await limitedSale(DEFAULT_LIMITS, "suspicious", {
      blocklist: { blocksAddress: () => false, blocksUser: (userId) => userId === "blocked" },
      profiles: { profileOf: ({ userId }) => ({ level: userId === "low" ? 0 : 3, claims: {} }) },
    });
    const low = await kit.signIn("low");
    if (send !== undefined) assertEquals(await answersTo(700, () => send(kit, low)), answers);
    const { served, asked } = await honestCrowd(kit);
    console.log(
      `500 honest buyers behind one address with ${name}: ${served} got their answer, ${asked} ` +
        "of them after the slider",
    );
    assert(served >= 495, `${served} of 500`);
  });
}
