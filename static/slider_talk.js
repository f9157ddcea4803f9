import { call } from "./api.js";
import { clamp } from "./slider_track.js";

/**
 * What the page and the edge say to each other about a captcha. Every answer is
 * `{kind, …}`; kinds besides the good ones: `failed`, `limited` and `busy` (both with `waitS`),
 * `signedOut`, `blocked`, `gone`, `away` (nothing or nobody answered; ask again later).
 */

/** A challenge lives 120 s at most; less than this is left only when this clock is wrong. */
const MIN_LIFE_MS = 15_000;
const MAX_LIFE_MS = 120_000;

/** Longest pause that is believed, s. */
const MAX_WAIT_S = 600;

const KINDS = {
  401: "signedOut",
  403: "blocked",
  404: "gone",
  410: "gone",
  422: "failed",
};

function refused({ status, body, retryAfterS }) {
  const waitS = clamp(retryAfterS, 1, MAX_WAIT_S);
  if (status === 429) return { kind: "limited", waitS };
  if (status === 503 && body.code === "busy") return { kind: "busy", waitS };
  return { kind: KINDS[status] ?? "away" };
}

/** How long a challenge still lives, ms, by a clock that may be wrong. */
export function lifeMs(expiresAt, nowMs) {
  return clamp(Date.parse(expiresAt) - nowMs, MIN_LIFE_MS, MAX_LIFE_MS);
}

/** Asks for a puzzle: `{kind: "puzzle", puzzle}`. */
export async function askPuzzle(saleId) {
  const answer = await call("/api/captcha", { method: "POST", body: { saleId } });
  return answer.ok ? { kind: "puzzle", puzzle: answer.body } : refused(answer);
}

/** Asks for the quiet way: `{kind: "wait", wait}`. */
export async function askToWait(saleId) {
  const body = { saleId, kind: "wait" };
  const answer = await call("/api/captcha", { method: "POST", body });
  return answer.ok ? { kind: "wait", wait: answer.body } : refused(answer);
}

/** Answers a challenge of either kind: `{kind: "passed", pass, expiresAt}`. */
export async function answerChallenge(challengeId, body) {
  const path = `/api/captcha/${encodeURIComponent(challengeId)}`;
  const answer = await call(path, { method: "POST", body });
  if (!answer.ok) return refused(answer);
  const { pass, expiresAt } = answer.body;
  return { kind: "passed", pass, expiresAt };
}
