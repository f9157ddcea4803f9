import { assert, assertEquals, assertFalse } from "@std/assert";
import type { ClientAddress } from "../gate/gate_parts.ts";
import { MemorySuspicion } from "./memory_suspicion.ts";
import { explainRisk, riskScore, SIGNALS, SUSPICIOUS_POINTS } from "./signals.ts";
import { UserSketch } from "./user_sketch.ts";

const HOME: ClientAddress = { text: "203.0.113.7", key: "203.0.113.7" };
const NOW = Date.UTC(2030, 0, 15, 12);

function suspicionWith(holds: Record<string, number> = {}, maxRemembered?: number) {
  return new MemorySuspicion({
    expiredHolds: (_saleId, userId) => holds[userId] ?? 0,
    ...(maxRemembered === undefined ? {} : { maxRemembered }),
  });
}

Deno.test("Nothing that is seen of an address alone makes a buyer suspicious", () => {
  const most = SIGNALS.filter(({ own }) => !own).reduce((sum, signal) => sum + signal.most, 0);
  assert(most < SUSPICIOUS_POINTS);

  const suspicion = suspicionWith();
  for (let user = 0; user < 2_000; user += 1) {
    suspicion.noteTry(1, `user-${user}`, HOME, NOW);
    suspicion.noteEarly(1, null, HOME, NOW);
  }
  assertFalse(suspicion.isSuspicious(1, "user-1", HOME, NOW));
  // Not even for somebody who was early once.
  suspicion.noteEarly(1, "early-once", HOME, NOW);
  assertFalse(suspicion.isSuspicious(1, "early-once", HOME, NOW));
});

Deno.test("Hammering before the start makes suspicious, waiting makes it good again", () => {
  const suspicion = suspicionWith();
  suspicion.notePage(HOME, NOW);
  for (let tries = 0; tries < 5; tries += 1) suspicion.noteEarly(1, "ann", HOME, NOW);
  assertFalse(suspicion.isSuspicious(1, "ann", HOME, NOW), "five tries are impatience");
  for (let tries = 0; tries < 10; tries += 1) suspicion.noteEarly(1, "ann", HOME, NOW);
  assert(suspicion.isSuspicious(1, "ann", HOME, NOW));
  assertFalse(suspicion.isSuspicious(1, "bob", HOME, NOW), "his neighbour did nothing");
  assertFalse(suspicion.isSuspicious(1, "ann", HOME, NOW + 5 * 60_000));
});

Deno.test("Failed sliders and expired holds make suspicious", () => {
  const suspicion = suspicionWith({ hoarder: 2, slow: 1 });
  suspicion.notePage(HOME, NOW);
  for (let tries = 0; tries < 4; tries += 1) suspicion.noteCaptchaFailed("ann", HOME, NOW);
  assert(suspicion.isSuspicious(1, "ann", HOME, NOW));
  assert(suspicion.isSuspicious(1, "hoarder", HOME, NOW));
  assertFalse(suspicion.isSuspicious(1, "slow", HOME, NOW));
});

Deno.test("A script's own marks weigh more where nobody looked at a page", () => {
  const suspicion = suspicionWith();
  const knock = (userId: string, address: ClientAddress) => {
    for (let tries = 0; tries < 12; tries += 1) suspicion.noteEarly(1, userId, address, NOW);
  };
  const farm = { text: "198.51.100.9", key: "198.51.100.9" };
  suspicion.notePage(HOME, NOW);
  knock("person", HOME);
  knock("script", farm);
  assertFalse(suspicion.isSuspicious(1, "person", HOME, NOW));
  assert(suspicion.isSuspicious(1, "script", farm, NOW));
  const facts = suspicion.factsOf(1, "script", farm, NOW);
  assertEquals(explainRisk(facts), [
    { name: "hammers before the start", points: 84 },
    { name: "buys without having looked", points: 20 },
  ]);
  assertEquals(riskScore(facts), 104);
});

Deno.test("Even the wildest hammering is forgiven in minutes", () => {
  const suspicion = suspicionWith();
  for (let tries = 0; tries < 3_000; tries += 1) suspicion.noteEarly(1, "stuck", HOME, NOW);
  assert(suspicion.isSuspicious(1, "stuck", HOME, NOW + 60_000));
  assertFalse(suspicion.isSuspicious(1, "stuck", HOME, NOW + 15 * 60_000));
});

Deno.test("MemorySuspicion stays bounded under a flood of users and addresses", () => {
  const suspicion = suspicionWith({}, 1_000);
  for (let at = 0; at < 10_000; at += 1) {
    const address = { text: `a${at}`, key: `a${at}` };
    suspicion.noteEarly(1, `user-${at}`, address, NOW);
    suspicion.noteTry(1, `user-${at}`, address, NOW);
    suspicion.notePage(address, NOW);
  }
  const { users, addresses } = suspicion.remembered;
  assert(users <= 1_000 && addresses <= 1_000, `${users} users, ${addresses} addresses`);
});

Deno.test("UserSketch counts users near enough and each once", () => {
  for (const users of [1, 10, 50, 200]) {
    const sketch = new UserSketch();
    for (let round = 0; round < 3; round += 1) {
      for (let user = 0; user < users; user += 1) sketch.note(`user-${user}`);
    }
    assert(Math.abs(sketch.count - users) <= 1 + users / 4, `${users}: ${sketch.count}`);
  }
});
