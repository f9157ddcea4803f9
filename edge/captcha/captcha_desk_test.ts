import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { FakeTimers } from "../testing/fake_timers.ts";
import { Dice } from "./art/dice.ts";
import type { SentPuzzle, Verdict } from "./captcha_desk.ts";
import { CaptchaService } from "./captcha_service.ts";
import { humanTrack } from "./testing/human_tracks.ts";
import type { SliderAnswer } from "./track.ts";

const X = 160;
const HERE = { text: "203.0.113.7", key: "203.0.113.7" };

/** A service whose puzzles all have their gap at `X`. */
function makeService() {
  const timers = new FakeTimers(1_000_000_000_000);
  const facts = { width: 320, height: 160, pieceWidth: 50, pieceHeight: 50, pieceY: 9, x: X };
  const service = new CaptchaService({
    sessionKey: "session-key-of-the-tests",
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
