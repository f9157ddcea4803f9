import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { FakeTimers } from "../testing/fake_timers.ts";
import { Dice } from "./art/dice.ts";
import type { SentPuzzle, Verdict } from "./captcha_desk.ts";
import { CaptchaService } from "./captcha_service.ts";
import { type Challenge, type ChallengeStore, randomId } from "./challenge.ts";
import { MemorySeenTracks, type SeenTracks } from "./seen_tracks.ts";
import { humanTrack } from "./testing/human_tracks.ts";
import { keyTrack } from "./testing/key_tracks.ts";
import type { SliderAnswer } from "./track.ts";

const X = 160;
const HERE = { text: "203.0.113.7", key: "203.0.113.7" };

/** Challenges as edges share them: any number of a user. */
function sharedChallenges(): ChallengeStore {
  const open = new Map<string, Challenge>();
  return {
    put(challenge) {
      const id = `r${randomId()}`;
      open.set(id, challenge);
      return Promise.resolve(id);
    },
    look: (id) => Promise.resolve(open.get(id) ?? null),
    take(id) {
      const challenge = open.get(id) ?? null;
      open.delete(id);
      return Promise.resolve(challenge);
    },
  };
}

/** A service whose puzzles all have their gap at `X`. */
function makeService({ isShared = false, seen = new MemorySeenTracks() as SeenTracks } = {}) {
  const timers = new FakeTimers(1_000_000_000_000);
  const facts = { width: 320, height: 160, pieceWidth: 50, pieceHeight: 50, pieceY: 9, x: X };
  const service = new CaptchaService({
    sessionKey: "session-key-of-the-tests",
    ...(isShared ? { sharing: { challenges: sharedChallenges(), seen } } : {}),
    clock: timers.clock,
    timers,
    log: logOf("test"),
    startDrawer: ({ onPuzzle }) => ({
      draw: (count) => {
        for (let at = 0; at < count; at += 1) {
          queueMicrotask(() => onPuzzle({ ...facts, background: "b", piece: "p" }));
        }
      },
      close: () => {},
    }),
  });
  const ask = async (userId: string, saleId = 1): Promise<SentPuzzle> => {
    const asked = await service.desk.askSlider({ userId, address: HERE }, saleId);
    assert(asked?.kind === "asked");
    return asked.puzzle;
  };
  const judge = (userId: string, challengeId: string, answer: SliderAnswer): Promise<Verdict> =>
    service.desk.judgeSlider({ userId, address: HERE }, challengeId, answer);
  return { service, timers, ask, judge };
}

/** What a person sends; the clock goes on with it. */
function drag(timers: FakeTimers, seed: number): SliderAnswer {
  const track = humanTrack(new Dice([seed, 17, 1, 1]), X, "mouse");
  timers.nowMs += Math.ceil(track.at(-1)![0]) + 500;
  return { x: track.at(-1)![1], track, input: "pointer" };
}

Deno.test("CaptchaDesk gives one pass for 1,000 answers at once", async () => {
  const { service, timers, ask, judge } = makeService();
  const { challengeId } = await ask("ann");
  const answer = drag(timers, 1);
  const verdicts = await Promise.all(
    Array.from({ length: 1_000 }, () => judge("ann", challengeId, answer)),
  );
  const passed = verdicts.filter(({ kind }) => kind === "passed").length;
  console.log(`1,000 answers at once to one challenge: ${passed} passes`);
  assertEquals(passed, 1);
  service.stop();
});

Deno.test("CaptchaDesk gives no pass for challenges of other users", async () => {
  const { service, timers, ask, judge } = makeService();
  let accepted = 0;
  for (let count = 0; count < 1_000; count += 1) {
    // Ten a second at one address; each user asks once.
    timers.nowMs += 100;
    const { challengeId } = await ask(`user-${count}`);
    const verdict = await judge(`user-${count + 1}`, challengeId, drag(timers, count));
    if (verdict.kind === "passed") accepted += 1;
  }
  console.log(`Challenges answered by another user: ${accepted} of 1,000 accepted`);
  assertEquals(accepted, 0);
  service.stop();
});

Deno.test("CaptchaDesk refuses a drag that was used before, on any challenge", async () => {
  const { service, timers, ask, judge } = makeService();
  const first = (await ask("ann")).challengeId;
  const answer = drag(timers, 1);
  assertEquals((await judge("ann", first, answer)).kind, "passed");
  for (const user of ["ann", "bob"]) {
    const { challengeId } = await ask(user);
    timers.nowMs += 10_000;
    assertEquals((await judge(user, challengeId, answer)).kind, "failed");
  }
  service.stop();
});

Deno.test("CaptchaDesk gives passes that differ, each for the sale that was asked for", async () => {
  const { service, timers, ask, judge } = makeService();
  const passes: string[] = [];
  for (const saleId of [1, 1, 2]) {
    const { challengeId } = await ask("ann", saleId);
    const verdict = await judge("ann", challengeId, drag(timers, 10 + passes.length));
    assert(verdict.kind === "passed");
    const read = (sale: number) => service.passes.read(verdict.pass, "ann", sale, timers.nowMs);
    assertEquals(read(saleId)?.expiresAt, verdict.expiresAt);
    assertEquals(read(3 - saleId), null);
    assertEquals(verdict.expiresAt - timers.nowMs, 120_000);
    passes.push(read(saleId)!.passId);
  }
  assertNotEquals(passes[0], passes[1]);
  service.stop();
});

Deno.test("CaptchaDesk bounds what an address asks for", async () => {
  const { service } = makeService();
  const { desk } = service;
  let limited = 0;
  for (let count = 0; count < 700; count += 1) {
    const asked = await desk.askSlider({ userId: `user-${count}`, address: HERE }, 1);
    if (asked?.kind === "limited") limited += 1;
  }
  assertEquals(limited, 100);
  const elsewhere = { userId: "user-0", address: { text: "198.51.100.1", key: "198.51.100.1" } };
  assertEquals((await desk.askSlider(elsewhere, 1))?.kind, "asked");
  service.stop();
});

Deno.test("CaptchaDesk judges at most five answers of one who collected puzzles", async () => {
  const { service, timers, ask, judge } = makeService({ isShared: true });
  const ids: string[] = [];
  for (let count = 0; count < 12; count += 1) ids.push((await ask("bot")).challengeId);
  timers.nowMs += 3_000;
  const wrong = (at: number): SliderAnswer => ({ x: 10 + at, track: [], input: "pointer" });
  const verdicts = await Promise.all(ids.map((id, at) => judge("bot", id, wrong(at))));
  const judged = verdicts.filter(({ kind }) => kind === "failed").length;
  console.log(`12 puzzles collected, answered at once: ${judged} judged`);
  assertEquals(judged, 5);
  assertEquals(verdicts.filter(({ kind }) => kind === "limited").length, 7);
  assertEquals((await judge("bot", ids.at(-1)!, drag(timers, 1))).kind, "failed", "it is over");
  service.stop();
});

Deno.test("CaptchaDesk bounds what the easy ways together yield in a sale", async () => {
  const { service, timers } = makeService();
  const startMs = timers.nowMs;
  let passes = 0, turn = 0;
  const limited: number[] = [];
  const tell = (result: { kind: string; waitMs?: number } | null) => {
    if (result?.kind === "limited") limited.push(result.waitMs!);
    else passes += 1;
  };
  // Every account once, each at an address of its own, by both ways in turn; 2,000 in two minutes.
  for (let account = 0; account < 2_000; account += 1) {
    timers.nowMs = startMs + 60 * account;
    const at = { text: `a${account}`, key: `a${account}` };
    const caller = { userId: `bot-${account}`, address: at };
    if ((turn += 1) % 2 === 0) {
      tell(service.desk.askToWait(caller, 1));
      continue;
    }
    const asked = await service.desk.askSlider(caller, 1);
    assert(asked?.kind === "asked");
    const answer: SliderAnswer = { x: X, track: [], input: "keyboard" };
    tell(await service.desk.judgeSlider(caller, asked.puzzle.challengeId, answer));
  }
  console.log(`2,000 accounts by the easy ways in two minutes: ${passes} let through`);
  assertEquals(passes, 60 + Math.floor(60 * 1_999 / 2_000));
  // The wait is exact, per sale, and a waiting that was begun is not charged again.
  const next = { userId: "next", address: HERE };
  const refused = service.desk.askToWait(next, 1);
  assert(refused.kind === "limited");
  timers.nowMs += refused.waitMs - 1;
  assertEquals(service.desk.askToWait(next, 1), { kind: "limited", waitMs: 1 });
  assertEquals(service.desk.askToWait({ ...next, userId: "other" }, 2).kind, "asked");
  timers.nowMs += 1;
  assertEquals(service.desk.askToWait(next, 1).kind, "asked");
  assertEquals(service.desk.askToWait(next, 1).kind, "asked");
  service.stop();
});

Deno.test("CaptchaDesk keeps a keyboard user's puzzle and tokens while the sale's are used up", async () => {
  const { service, timers, ask, judge } = makeService();
  for (let count = 0; count < 60; count += 1) {
    const at = { text: `a${count}`, key: `a${count}` };
    service.desk.askToWait({ userId: `bot-${count}`, address: at }, 1);
  }
  const { challengeId } = await ask("ann");
  const track = keyTrack(new Dice([4, 4, 4, 4]), X);
  const keys: SliderAnswer = { x: track.at(-1)![1], track, input: "keyboard" };
  // More often than her own limit allows: what the sale refuses is not taken from her.
  for (let count = 0; count < 20; count += 1) {
    assertEquals(await judge("ann", challengeId, keys), { kind: "limited", waitMs: 2_000 });
  }
  // Somebody else's challenge takes nothing from the sale.
  timers.nowMs += Math.ceil(track.at(-1)![0]) + 3_000;
  assertEquals((await judge("bob", "mAAAAAAAAAAAAAAAAAAAAAA", keys)).kind, "failed");
  assertEquals((await judge("ann", challengeId, keys)).kind, "passed");
  service.stop();
});

Deno.test("CaptchaDesk notes every drag of some points, so that its time tells nothing", async () => {
  let noted = 0;
  const seen = {
    note: () => {
      noted += 1;
      return Promise.resolve(false);
    },
  };
  const { service, timers, ask, judge } = makeService({ isShared: true, seen });
  const flat = Array.from({ length: 8 }, (_, at): [number, number, number] => [at, 0, 0]);
  const back = flat.map(([t], at): [number, number, number] => [90 - t, 90 - 9 * at, at]);
  const right = drag(timers, 1).track;
  for (const [at, track] of [flat, back, right, right.slice(0, 8), right.slice(0, 7)].entries()) {
    const { challengeId } = await ask(`user-${at}`);
    assertEquals(
      (await judge(`user-${at}`, challengeId, { x: 1, track, input: "pointer" })).kind,
      "failed",
    );
  }
  assertEquals(noted, 4);
  service.stop();
});

Deno.test("CaptchaService draws ahead for sales that may ask for the slider, and only then", async () => {
  const { service, timers } = makeService();
  const sale = { captcha: "off", closed: false, endsAt: timers.nowMs + 60_000 } as const;
  const prepare = (changes: object) => service.prepareFor([{ ...sale, ...changes } as never]);
  prepare({});
  prepare({ captcha: "always", closed: true });
  prepare({ captcha: "always", endsAt: timers.nowMs });
  await timers.advance(1_000);
  assertEquals(service.pool.readyCount, 0);
  prepare({ captcha: "suspicious" });
  await timers.advance(1_000);
  assert(service.pool.readyCount > 0);
  service.stop();
});
