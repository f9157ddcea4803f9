import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { PASS_ID_PATTERN } from "../../shared/internal_api.ts";
import { findNumber } from "../../static/slider_sha256.js";
import { MAX_WAIT_MS, QuietWay, WAIT_MS, type WaitChallenge } from "./quiet_way.ts";
import type { Work } from "./quiet_work.ts";

const START_MS = Date.UTC(2030, 0, 15, 12);

function makeWay() {
  const time = { nowMs: START_MS };
  const make = () => new QuietWay({ key: "key-of-the-tests", clock: () => time.nowMs });
  return { time, way: make(), make };
}

function begun(answer: WaitChallenge | number): WaitChallenge {
  assert(typeof answer !== "number", `told to come back in ${answer} ms`);
  return answer;
}

/** What a browser does, with the browser's own code. */
function solve({ salt, count, bits }: Work): number[] {
  return Array.from({ length: count }, (_, part) => findNumber(salt, part, bits));
}

Deno.test("QuietWay gives a pass for work and 20 s of waiting", () => {
  const { time, way } = makeWay();
  const { challengeId, waitMs, work } = begun(way.begin(7, "ann@shop.example", "a1"));
  assertEquals(waitMs, WAIT_MS);
  const solutions = solve(work);
  time.nowMs += WAIT_MS - 1;
  assertEquals(way.judge(challengeId, "ann@shop.example", solutions), {
    kind: "early",
    waitMs: 1,
  });
  time.nowMs += 1;
  const verdict = way.judge(challengeId, "ann@shop.example", solutions);
  assert(verdict.kind === "passed");
  assertMatch(verdict.passId, PASS_ID_PATTERN);
  assertEquals(verdict.saleId, 7);
  assertEquals(verdict.expiresAt, time.nowMs + 120_000);
});

Deno.test("QuietWay gives one pass a challenge, whoever is asked and however late", () => {
  const { time, way, make } = makeWay();
  const { challengeId, work } = begun(way.begin(7, "ann", "a1"));
  const solutions = solve(work);
  time.nowMs += WAIT_MS;
  const first = way.judge(challengeId, "ann", solutions);
  time.nowMs += 60_000;
  assertEquals(way.judge(challengeId, "ann", solutions), first);
  assertEquals(make().judge(challengeId, "ann", solutions), first);
  const next = begun(way.begin(7, "ann", "a1"));
  assertNotEquals(next.challengeId, challengeId);
  assertEquals(next.waitMs, WAIT_MS);
});

Deno.test("QuietWay fails wrong work, other people, other keys, and what is too late", () => {
  const { time, way } = makeWay();
  const { challengeId, work, expiresAt } = begun(way.begin(7, "ann", "a1"));
  const solutions = solve(work);
  time.nowMs += WAIT_MS;
  const failed = { kind: "failed" } as const;
  assertEquals(way.judge(challengeId, "bob", solutions), failed);
  assertEquals(way.judge(challengeId, "ann", solutions.slice(1)), failed);
  assertEquals(way.judge(challengeId, "ann", solutions.map((n) => n + 1)), failed);
  assertEquals(way.judge(challengeId, "ann", []), failed);
  const other = new QuietWay({ key: "another-key", clock: () => time.nowMs });
  assertEquals(other.judge(challengeId, "ann", solutions), failed);
  for (const text of ["", "w.", "w.a.b", `${challengeId}x`, `w.${"a".repeat(5_000)}`, "w.~~~.x"]) {
    assertEquals(way.judge(text, "ann", solutions), failed, text);
  }
  time.nowMs = expiresAt - 1;
  assertEquals(way.judge(challengeId, "ann", solutions).kind, "passed");
  time.nowMs = expiresAt;
  assertEquals(way.judge(challengeId, "ann", solutions), failed);
  assertEquals(expiresAt, START_MS + 120_000);
});

Deno.test("QuietWay gives the same challenge again while a user waits for it", () => {
  const { time, way } = makeWay();
  const first = begun(way.begin(7, "ann", "a1"));
  time.nowMs += 5_000;
  const again = begun(way.begin(7, "ann", "a1"));
  assertEquals(again, { ...first, waitMs: WAIT_MS - 5_000 });
  const elsewhere = begun(way.begin(8, "ann", "a2"));
  assertEquals(elsewhere.waitMs, 2 * WAIT_MS - 5_000);
});

Deno.test("QuietWay lets one address earn one pass in 20 s", () => {
  const { time, way } = makeWay();
  const waits = ["a", "b", "c"].map((user) => begun(way.begin(7, user, "a1")).waitMs);
  assertEquals(waits, [WAIT_MS, 2 * WAIT_MS, 3 * WAIT_MS]);
  assertEquals(way.begin(7, "d", "a1"), WAIT_MS);
  assertEquals(begun(way.begin(7, "e", "a2")).waitMs, WAIT_MS);
  time.nowMs += WAIT_MS;
  assertEquals(begun(way.begin(7, "d", "a1")).waitMs, MAX_WAIT_MS);
  let passes = 0;
  for (let second = 0; second < 600; second += 1) {
    time.nowMs += 1_000;
    if (typeof way.begin(7, `user-${second}`, "a3") !== "number") passes += 1;
  }
  assertEquals(passes, 600 / 20 + 2, "two more stand in the queue");
});
