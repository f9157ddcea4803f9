import { assertEquals } from "@std/assert";
import type { BuyAnswer, InternalBuy } from "../../shared/internal_api.ts";
import { LostAnswers } from "./lost_answers.ts";
import { LIMITED } from "./refusal.ts";

const TICKET: BuyAnswer = { outcome: "reserved", ticket: "t", payBy: 5, repeat: true };
const UNKNOWN: BuyAnswer = { outcome: "unknown_buyer" };

/** Questions about limited buyers; they are answered when `reply` is called, with what it gives. */
function makeLimited() {
  const asked: { buy: InternalBuy; sink: (answer: BuyAnswer) => void }[] = [];
  const now = { ms: 100_000 };
  const lost = new LostAnswers({
    batcher: { submit: (buy, sink) => void asked.push({ buy, sink }) },
    clock: () => now.ms,
  });
  const find = (userId: string, requestId: string) =>
    lost.find(1, 2, userId, 1, requestId, LIMITED);
  const reply = (answer: BuyAnswer) => {
    for (const { sink } of asked.splice(0)) sink(answer);
  };
  /** Asks, and has the question answered if there is one; how many there were, and what was found. */
  const ask = async (userId: string, requestId: string, answer: BuyAnswer) => {
    const found = find(userId, requestId);
    const questions = asked.length;
    reply(answer);
    return [questions, (await found)?.outcome ?? null];
  };
  return { asked, now, lost, find, reply, ask };
}

Deno.test("LimitedQuestions finds what a limited buyer was given, by a look-up", async () => {
  const { asked, find, reply } = makeLimited();
  const found = [find("ann", "k"), find("ann", "k")];
  assertEquals(asked.map(({ buy }) => buy), [[1, 2, "ann", 1, "k", 1]]);
  reply(TICKET);
  assertEquals(await Promise.all(found), [TICKET, TICKET]);
});

Deno.test("LimitedQuestions asks once a second for one key, known or not", async () => {
  const { now, ask } = makeLimited();
  for (const [userId, answer, outcome] of [["ann", TICKET, "reserved"], ["bob", UNKNOWN, null]]) {
    const tries = async () => await ask(userId as string, "k", answer as BuyAnswer);
    assertEquals(await tries(), [1, outcome]);
    now.ms += 999;
    assertEquals(await tries(), [0, outcome]);
    now.ms += 1;
    assertEquals(await tries(), [1, outcome]);
  }
});

Deno.test("LimitedQuestions lets a refusal stand for every answer that is not this ticket", async () => {
  const { ask } = makeLimited();
  const others: BuyAnswer[] = [
    UNKNOWN,
    { outcome: "already_bought", ticket: "t" },
    { outcome: "sold_out" },
    { outcome: "ended" },
    { outcome: "paused" },
    { outcome: "busy" },
    { outcome: "unavailable" },
  ];
  for (const [at, answer] of others.entries()) {
    assertEquals(await ask("ann", `k${at}`, answer), [1, null], answer.outcome);
  }
  for (const outcome of ["order_ended", "idempotency_mismatch", "processing"] as const) {
    assertEquals(await ask("ann", outcome, { outcome, ticket: "t" }), [1, outcome]);
  }
});

Deno.test("LimitedQuestions bounds what one buyer asks with ever new keys", async () => {
  const { now, ask } = makeLimited();
  let questions = 0;
  const hammer = async (tries: number, msApart: number) => {
    questions = 0;
    for (let at = 0; at < tries; at += 1) {
      questions += (await ask("ann", `key-${now.ms}-${at}`, UNKNOWN))[0] as number;
      now.ms += msApart;
    }
    return questions;
  };
  assertEquals(await hammer(1_000, 0), 30);
  assertEquals(await ask("bob", "k", TICKET), [1, "reserved"]);
  // Ten seconds of a hundred tries each, and the end of the last.
  assertEquals(await hammer(1_001, 10), 10);
  now.ms += 60_000;
  assertEquals(await hammer(1_000, 0), 30);
});

Deno.test("LimitedQuestions never asks more than a batch at the same time", async () => {
  const { asked, find, reply, lost } = makeLimited();
  const found = Array.from({ length: 2_000 }, (_, at) => find(`user${at}`, "k"));
  assertEquals(asked.length, 512);
  reply(TICKET);
  const answers = await Promise.all(found);
  assertEquals(answers.filter((answer) => answer !== null).length, 512);
  assertEquals(lost.rememberedCount, 512);
  const [again, other] = [find("user0", "k"), find("user1999", "k")];
  assertEquals([asked.length, await again], [1, TICKET]);
  reply(UNKNOWN);
  assertEquals(await other, null);
});
