import type { Context } from "hono";
import type { Clock } from "../../shared/clock.ts";
import type { BuyAnswer, InternalBuy } from "../../shared/internal_api.ts";
import { givenRequestId, REQUEST_ID_HEADER, type RequestIds } from "../../shared/request_id.ts";
import { buyResponse, plainProblem } from "../answers.ts";
import type { BuyBatcher } from "../buy_batcher.ts";
import { sessionOf } from "../gate/checks.ts";
import { clientAddress } from "../gate/client_address.ts";
import { type BuyAttempt, gateChecks, judge } from "../gate/gate.ts";
import type { GateParts } from "../gate/gate_parts.ts";
import type { LostAnswers } from "../gate/lost_answers.ts";
import { afterSharing, isAskedOverHalf } from "../gate/limit_checks.ts";
import { type Refusal, refusalResponse, UNPROVEN } from "../gate/refusal.ts";
import type { SharedLimits } from "../limits/shared_limits.ts";
import { parsePathId } from "../path_id.ts";
import { cameByHttps } from "../public_origin.ts";
import type { Randomness } from "../randomness.ts";
import { readBody } from "../read_body.ts";
import type { SaleCounts } from "../reports/sale_counts.ts";
import type { SaleIndex } from "../sale_index.ts";
import type { SaleSnapshot } from "../sale_snapshot.ts";

/** What a buy needs. */
export interface BuyRouteParts extends GateParts {
  index: SaleIndex;
  snapshot: SaleSnapshot;
  batcher: BuyBatcher;
  lostAnswers: LostAnswers;
  counts: Pick<SaleCounts, "refused" | "answered" | "captcha">;
  /** Null when this edge counts for itself. */
  sharedLimits: Pick<SharedLimits, "take"> | null;
  /** Makes the ids that answers have when their callers gave none. */
  ids: RequestIds;
  clock: Clock;
  randomness: Randomness;
}

/**
 * `POST /api/sales/{saleId}/buy`: the gate, then the batcher. The hot path: one promise for the
 * body and one for the answer of the origin, nothing else that waits.
 */
export function buyRoute(parts: BuyRouteParts): (c: Context) => Promise<Response> {
  const { index, snapshot, sharedLimits, ids, clock } = parts;
  const checks = gateChecks(parts);

  return async function buy(c) {
    const request = c.req.raw;
    const givenId = givenRequestId(request.headers);
    if (!snapshot.loaded) return named(plainProblem("unavailable"), givenId ?? ids.next());
    let bodyText: string | null;
    try {
      bodyText = await readBody(request);
    } catch {
      return named(plainProblem("invalid"), givenId ?? ids.next());
    }
    const saleId = parsePathId(c.req.param("saleId"));
    const attempt: BuyAttempt = {
      headers: request.headers,
      secure: cameByHttps(c),
      address: clientAddress(c),
      bodyText,
      sale: saleId === null ? undefined : index.sales.get(saleId),
      nowMs: clock(),
      givenId,
      requestId: request.headers.get("idempotency-key"),
      body: null,
      item: null,
      session: undefined,
      pass: undefined,
      overHalf: false,
      needsPass: false,
    };
    const refused = judge(checks, attempt);
    if (refused !== null) return refuse(parts, attempt, refused);
    return sharedLimits === null ? forward(parts, attempt) : forwardShared(parts, attempt);
  };
}

/** The way of a buy when edges share their limits: one question about all three, asked last. */
async function forwardShared(parts: BuyRouteParts, attempt: BuyAttempt): Promise<Response> {
  // Like the limits of this edge: whoever brought a pass is free of his address.
  const place = attempt.pass ? null : attempt.address.key;
  const verdict = await parts.sharedLimits!.take(
    attempt.sale!.facts,
    place,
    attempt.session!.userId,
    isAskedOverHalf(attempt),
  );
  const refused = afterSharing(parts, attempt, verdict);
  return refused === null ? forward(parts, attempt) : refuse(parts, attempt, refused);
}

/** The refusal, or what the origin knows of the buyer after all. */
function refuse(
  parts: BuyRouteParts,
  attempt: BuyAttempt,
  refused: Refusal,
): Response | Promise<Response> {
  const finding = findLost(parts, attempt, refused);
  if (finding === null) return refuseNow(parts, attempt, refused);
  return finding.then((found) =>
    found === null ? refuseNow(parts, attempt, refused) : answered(parts, attempt, found)
  );
}

function refuseNow(
  parts: BuyRouteParts,
  { sale, nowMs, givenId }: BuyAttempt,
  refused: Refusal,
): Response {
  parts.counts.refused(sale?.facts.saleId ?? 0, refused.code, refused.limit, nowMs);
  return named(refusalResponse(refused), givenId ?? parts.ids.next());
}

/** Put behind the answer's other headers, which costs less than to make it with one more. */
function named(response: Response, requestId: string): Response {
  response.headers.append(REQUEST_ID_HEADER, requestId);
  return response;
}

/** What the origin knows of a buyer who is about to be refused; null when the refusal stands. */
function findLost(
  parts: BuyRouteParts,
  attempt: BuyAttempt,
  { recoverable }: Refusal,
): Promise<BuyAnswer | null> | null {
  if (recoverable === null) return null;
  // Whether somebody has bought can be asked without his key.
  const requestId = attempt.requestId ??
    (recoverable === UNPROVEN ? parts.randomness.requestId() : null);
  if (requestId === null) return null;
  const session = sessionOf(attempt, parts);
  if (session === null) return null;
  const { productId, quantity } = attempt.body!;
  const { saleId } = attempt.sale!.facts;
  return parts.lostAnswers.find(
    saleId,
    productId,
    session.userId,
    quantity,
    requestId,
    recoverable,
  );
}

function forward(parts: BuyRouteParts, attempt: BuyAttempt): Promise<Response> {
  const { productId, quantity } = attempt.body!;
  const { saleId } = attempt.sale!.facts;
  const requestId = attempt.requestId ?? parts.randomness.requestId();
  return new Promise((resolve) => {
    const { userId } = attempt.session!;
    const pass = attempt.needsPass ? attempt.pass! : null;
    const buy: InternalBuy = pass === null
      ? [saleId, productId, userId, quantity, requestId, 0]
      : [saleId, productId, userId, quantity, requestId, 0, pass.passId, pass.expiresAt];
    parts.batcher.submit(
      buy,
      (answer, requestId) => resolve(answered(parts, attempt, answer, requestId)),
      attempt.givenId,
    );
  });
}

function answered(
  parts: BuyRouteParts,
  attempt: BuyAttempt,
  answer: BuyAnswer,
  requestId: string = attempt.givenId ?? parts.ids.next(),
): Response {
  const { saleId, startsAt } = attempt.sale!.facts;
  const nowMs = parts.clock();
  const known = answer.outcome === "reserved" && answer.repeat;
  parts.counts.answered(saleId, answer.outcome, known, nowMs - attempt.nowMs, nowMs);
  if (attempt.needsPass && answer.outcome === "reserved" && !known) {
    parts.counts.captcha(saleId, "spent", nowMs);
  }
  const response = buyResponse(answer, () => ({
    startsAt,
    nowMs,
    fraction: parts.randomness.fraction(),
  }));
  return named(response, requestId);
}
