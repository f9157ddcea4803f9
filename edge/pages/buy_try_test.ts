import { assertEquals } from "@std/assert";
import { isFinal, runTry } from "../../static/buy_try.js";

interface Answer {
  ok: boolean;
  status: number;
  body: Record<string, unknown>;
  retryAfterS: number;
}

function refused(status: number, code: string, retryAfterS = 0, more = {}): Answer {
  return { ok: false, status, body: { code, ...more }, retryAfterS };
}

const RESERVED: Answer = { ok: true, status: 201, body: { outcome: "reserved" }, retryAfterS: 0 };
const LOST: Answer = { ok: false, status: 0, body: {}, retryAfterS: 0 };
const SLIDER = refused(428, "captcha_required");

interface Course {
  answers: Answer[];
  /** What the slider brings, one after the other: a pass, null when closed, "broken". */
  passes?: (string | null)[];
  /** A pass that was solved before. */
  kept?: string;
  online?: boolean;
  solvesFirst?: boolean;
  /** The person stops waiting at this wait. */
  stopsAt?: number;
  /** Somebody else signs in while this answer is waited for, counted from one. */
  signedOutAt?: number;
}

/** Runs a try; tells what was sent with which pass, what was waited for, and how it ended. */
async function run(plan: Course) {
  const { answers, passes = [], kept, online = true, solvesFirst, stopsAt, signedOutAt } = plan;
  const course: string[] = [];
  let pass: string | null = kept ?? null;
  let waits = 0;
  let sent = 0;
  const end = await runTry({
    send: (used: string | null) => {
      course.push(used === null ? "ask" : `ask with ${used}`);
      sent += 1;
      return Promise.resolve(answers.shift() ?? refused(409, "sold_out"));
    },
    keptPass: () => pass,
    dropPass: () => pass = null,
    solve: () => {
      const solved = passes.shift() ?? null;
      course.push(`slider ${solved}`);
      if (solved === "broken") return Promise.reject(new Error("not loaded"));
      pass = solved;
      return Promise.resolve(solved);
    },
    wait: (kind: string, ms: number) => {
      course.push(`${kind} ${Math.round(ms)}`);
      waits += 1;
      return Promise.resolve(waits !== stopsAt);
    },
    isOurs: () => signedOutAt === undefined || sent < signedOutAt,
    isOnline: () => online,
    random: () => 0.5,
    solvesFirst,
  });
  return { course, end: end.stopped ?? end.answer.body.code ?? end.answer.body.outcome, pass };
}

Deno.test("runTry() ends with an answer that settles it", async () => {
  assertEquals(await run({ answers: [RESERVED] }), {
    course: ["ask"],
    end: "reserved",
    pass: null,
  });
  for (const code of ["sold_out", "ended", "blocked", "not_eligible", "already_bought"]) {
    assertEquals((await run({ answers: [refused(409, code)] })).course, ["ask"], code);
  }
});

Deno.test("runTry() asks for the slider and sends the same wish with the pass", async () => {
  const { course, end, pass } = await run({ answers: [SLIDER, RESERVED], passes: ["p1"] });
  assertEquals(course, ["ask", "slider p1", "ask with p1"]);
  assertEquals([end, pass], ["reserved", null]);
});

Deno.test("runTry() asks for the slider first where the sale always does", async () => {
  const first = await run({ answers: [RESERVED], passes: ["p1"], solvesFirst: true });
  assertEquals(first.course, ["slider p1", "ask with p1"]);
  const ready = await run({ answers: [RESERVED], kept: "p0", solvesFirst: true });
  assertEquals(ready.course, ["ask with p0"]);
});

Deno.test("runTry() drops a pass that is refused, and asks four times at most", async () => {
  const answers = Array.from({ length: 9 }, () => SLIDER);
  const { course, end } = await run({
    answers,
    kept: "p0",
    passes: ["p1", "p2", "p3", "p4", "p5"],
  });
  assertEquals(course.filter((step) => step.startsWith("slider")).length, 4);
  assertEquals([course[0], course[2]], ["ask with p0", "ask with p1"]);
  assertEquals(end, "captcha_required");
});

Deno.test("runTry() stops when the slider is closed or cannot be shown", async () => {
  assertEquals((await run({ answers: [SLIDER], passes: [null] })).end, "slider");
  assertEquals((await run({ answers: [SLIDER], passes: ["broken"] })).end, "broken");
  const refusedPass = await run({ answers: [SLIDER, SLIDER], passes: ["p1", null] });
  assertEquals(refusedPass.end, "slider");
});

Deno.test("runTry() waits as long as a limit says, with jitter, and asks again", async () => {
  const answers = [refused(429, "rate_limited", 12), RESERVED];
  assertEquals((await run({ answers })).course, ["ask", "limited 12500", "ask"]);
  const often = Array.from({ length: 20 }, () => refused(429, "rate_limited", 3));
  const given = await run({ answers: often });
  assertEquals([given.course.length, given.end], [11, "rate_limited"]);
  const long = await run({ answers: [refused(429, "rate_limited", 3_600)] });
  assertEquals([long.course, long.end], [["ask"], "rate_limited"]);
  const stopped = await run({ answers: [refused(429, "rate_limited", 12)], stopsAt: 1 });
  assertEquals(stopped.end, "waiting");
});

Deno.test("runTry() comes back at the start when it was a blink too early", async () => {
  const times = (startsAt: string) => ({ startsAt, serverNow: "2030-01-15T11:59:58.500Z" });
  const soon = refused(425, "not_started", 2, times("2030-01-15T12:00:00.000Z"));
  assertEquals((await run({ answers: [soon, RESERVED] })).course, ["ask", "early 1650", "ask"]);
  const late = refused(425, "not_started", 999, times("2030-01-15T13:00:00.000Z"));
  assertEquals((await run({ answers: [late] })).end, "not_started");
  assertEquals((await run({ answers: [refused(425, "not_started", 2)] })).end, "not_started");
});

Deno.test("runTry() repeats what may pass three times, and waits for a connection", async () => {
  for (const answer of [refused(503, "busy", 1), refused(503, "unavailable", 2), LOST]) {
    const answers = Array.from({ length: 9 }, () => answer);
    const { course } = await run({ answers });
    assertEquals(course.filter((step) => step === "ask").length, 4);
  }
  const away = await run({ answers: [LOST, RESERVED], online: false });
  assertEquals(away.course, ["ask", "offline 30000", "ask"]);
  const own = await run({ answers: [refused(500, "internal"), RESERVED] });
  assertEquals(own.end, "reserved");
});

Deno.test("runTry() sends nothing more once somebody else is signed in", async () => {
  for (const answer of [LOST, refused(429, "rate_limited", 12), refused(503, "busy", 1)]) {
    const { course, end } = await run({ answers: [answer, RESERVED], signedOutAt: 1 });
    assertEquals([course, end], [["ask"], "signedOut"]);
  }
  const slid = await run({
    answers: [RESERVED],
    passes: ["p1"],
    solvesFirst: true,
    signedOutAt: 0,
  });
  assertEquals([slid.course, slid.end], [["slider p1"], "signedOut"]);
  assertEquals((await run({ answers: [RESERVED], signedOutAt: 1 })).end, "reserved");
});

Deno.test("isFinal() keeps the key of a try that may still be answered", () => {
  for (const code of ["busy", "unavailable", "rate_limited", "captcha_required", "not_started"]) {
    assertEquals(isFinal(refused(503, code)), false, code);
  }
  for (const code of ["sold_out", "already_bought", "not_eligible", "invalid"]) {
    assertEquals(isFinal(refused(409, code)), true, code);
  }
  assertEquals(isFinal(LOST), false);
});
