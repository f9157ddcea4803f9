import { isoTime } from "../shared/clock.ts";
import type { BuyAnswer } from "../shared/internal_api.ts";
import {
  problem,
  problemBody,
  type ProblemCode,
  PROBLEMS,
  RETRY_AFTER_S,
} from "../shared/problem.ts";

const JSON_HEADERS: [string, string][] = [
  ["content-type", "application/json"],
  ["cache-control", "no-store"],
  ["x-content-type-options", "nosniff"],
];

/** A JSON answer from its text. */
export function jsonText(text: string, status = 200): Response {
  return new Response(text, { status, headers: JSON_HEADERS });
}

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const all = Object.entries(headers).concat(JSON_HEADERS);
  return new Response(JSON.stringify(body), { status, headers: all });
}

/** 401 with the header that the status asks for. */
export function unauthenticated(detail?: string): Response {
  return problem("unauthenticated", detail, undefined, { "www-authenticate": "Bearer" });
}

/** A problem whose text is always the same, made once: most answers of a rush are these. */
interface PlainProblem {
  text: string;
  init: { status: number; headers: [string, string][] };
}

const plainProblems = new Map<ProblemCode, PlainProblem>();

/** A problem without details. */
export function plainProblem(code: ProblemCode): Response {
  let plain = plainProblems.get(code);
  if (!plain) {
    const headers: [string, string][] = [
      ["content-type", "application/problem+json"],
      ["cache-control", "no-store"],
      ["x-content-type-options", "nosniff"],
    ];
    const retryAfterS = RETRY_AFTER_S[code];
    if (retryAfterS !== undefined) headers.push(["retry-after", String(retryAfterS)]);
    if (code === "unauthenticated") headers.push(["www-authenticate", "Bearer"]);
    plain = {
      text: JSON.stringify(problemBody(code)),
      init: { status: PROBLEMS[code].status, headers },
    };
    plainProblems.set(code, plain);
  }
  return new Response(plain.text, plain.init);
}

let lastPayByMs = NaN;
let lastPayBy = "";

/** Everybody of a batch has the same deadline, so the text of the last one is mostly right. */
function payByText(ms: number): string {
  if (ms !== lastPayByMs) {
    lastPayBy = isoTime(ms);
    lastPayByMs = ms;
  }
  return lastPayBy;
}

/** What the start of a sale has to do with an answer. Times in ms. */
export interface StartFacts {
  startsAt: number;
  nowMs: number;
  /** Chance, 0 ≤ x < 1: where in the spread this caller is to come back. */
  fraction: number;
}

/** Over how long those who came too early are spread when they come back, ms. */
const EARLY_SPREAD_MAX_MS = 2_000;

/**
 * The part of the time until the start over which they are spread at most. Who asks a second before
 * it should not lose a piece to politeness; those who ask in the same moment are few by then.
 */
const EARLY_SPREAD_PART = 0.1;

/**
 * What stands beside `not_started`: the times that a buyer needs to come back in the right moment,
 * never before the start. What the page counts down to is exact; what programs wait is spread.
 */
export function notStartedParts(
  { startsAt, nowMs, fraction }: StartFacts,
): { extra: Record<string, unknown>; headers: Record<string, string> } {
  const restMs = Math.max(0, startsAt - nowMs);
  const spreadMs = Math.min(EARLY_SPREAD_MAX_MS, restMs * EARLY_SPREAD_PART);
  const retryAfterMs = Math.max(1, Math.ceil(restMs + fraction * spreadMs));
  return {
    extra: { startsAt: isoTime(startsAt), serverNow: isoTime(nowMs), retryAfterMs },
    headers: { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) },
  };
}

function notStarted(facts: StartFacts): Response {
  const { extra, headers } = notStartedParts(facts);
  return problem("not_started", undefined, extra, headers);
}

/** The answer of the public API to what became of a buy. `start` is called for a 425 only. */
export function buyResponse(answer: BuyAnswer, start: () => StartFacts): Response {
  switch (answer.outcome) {
    // Tickets and times hold no character that JSON would escape.
    case "reserved":
      return jsonText(
        `{"outcome":"reserved","ticket":"${answer.ticket}","payBy":"${payByText(answer.payBy)}"}`,
        answer.repeat ? 200 : 201,
      );
    case "processing":
      return jsonText(`{"outcome":"processing","ticket":"${answer.ticket}"}`, 202);
    case "already_bought":
    case "order_ended":
    case "idempotency_mismatch":
      return problem(answer.outcome, undefined, { ticket: answer.ticket });
    case "not_started":
      return notStarted(start());
    // Only a look-up hears this, and it is answered before it comes here.
    case "unknown_buyer":
      return plainProblem("unavailable");
    case "blocked":
      return problem("blocked", "Holds of this account expired too often in this sale");
    // A newer origin may know outcomes that this edge does not.
    default:
      return plainProblem(Object.hasOwn(PROBLEMS, answer.outcome) ? answer.outcome : "unavailable");
  }
}
