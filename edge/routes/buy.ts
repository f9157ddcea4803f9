import type { Context } from "hono";
import type { Clock } from "../../shared/clock.ts";
import type { BuyAnswer } from "../../shared/internal_api.ts";
import { buyResponse, plainProblem } from "../answers.ts";
import type { BuyBatcher } from "../buy_batcher.ts";
import { type BuyAttempt, gateChecks, judge, sessionOf } from "../gate/gate.ts";
import type { Identity } from "../gate/identity.ts";
import type { LostAnswers } from "../gate/lost_answers.ts";
import { type Refusal, refusalResponse } from "../gate/refusal.ts";
import type { BuyCounts } from "../metrics.ts";
import { parsePathId } from "../path_id.ts";
import type { Randomness } from "../randomness.ts";
import { readBody } from "../read_body.ts";
import type { SaleIndex } from "../sale_index.ts";
import type { SaleSnapshot } from "../sale_snapshot.ts";

/** What a buy needs. */
export interface BuyRouteParts {
  index: SaleIndex;
  snapshot: SaleSnapshot;
  identity: Identity;
  batcher: BuyBatcher;
  lostAnswers: LostAnswers;
  counts: BuyCounts;
  clock: Clock;
  randomness: Randomness;
}

/**
 * `POST /api/sales/{saleId}/buy`: the gate, then the batcher. The hot path: one promise for the
 * body and one for the answer of the origin, nothing else that waits.
 */
export function buyRoute(parts: BuyRouteParts): (c: Context) => Promise<Response> {
  const { index, snapshot, identity, counts, clock } = parts;
  const checks = gateChecks(identity);

  return async function buy(c) {
    if (!snapshot.loaded) return plainProblem("unavailable");
    const request = c.req.raw;
    let bodyText: string | null;
    try {
      bodyText = await readBody(request);
    } catch {
      return plainProblem("invalid");
    }
    const saleId = parsePathId(c.req.param("saleId"));
    const attempt: BuyAttempt = {
      headers: request.headers,
      bodyText,
      sale: saleId === null ? undefined : index.sales.get(saleId),
      nowMs: clock(),
      requestId: request.headers.get("idempotency-key"),
      body: null,
      item: null,
      session: undefined,
    };
    const refused = judge(checks, attempt);
    if (refused !== null) {
      const found = await findLost(parts, attempt, refused);
      if (found === null) {
        counts.add(refused.code);
        return refusalResponse(refused);
      }
      return answered(parts, attempt, found);
    }
    return forward(parts, attempt);
  };
}

/** What the origin knows of a buyer who is about to be refused; null when the refusal stands. */
function findLost(
  parts: BuyRouteParts,
  attempt: BuyAttempt,
  { recoverable }: Refusal,
): Promise<BuyAnswer | null> | null {
  if (recoverable === null || attempt.requestId === null) return null;
  const session = sessionOf(attempt, parts.identity);
  if (session === null) return null;
  const { productId, quantity } = attempt.body!;
  const { saleId } = attempt.sale!.facts;
  return parts.lostAnswers.find(
    saleId,
    productId,
    session.userId,
    quantity,
    attempt.requestId,
    recoverable,
  );
}

function forward(parts: BuyRouteParts, attempt: BuyAttempt): Promise<Response> {
  const { productId, quantity } = attempt.body!;
  const { saleId } = attempt.sale!.facts;
  const requestId = attempt.requestId ?? parts.randomness.requestId();
  return new Promise((resolve) => {
    parts.batcher.submit(
      [saleId, productId, attempt.session!.userId, quantity, requestId, 0],
      (answer) => resolve(answered(parts, attempt, answer)),
    );
  });
}

function answered(parts: BuyRouteParts, attempt: BuyAttempt, answer: BuyAnswer): Response {
  parts.counts.add(answer.outcome);
  const { startsAt } = attempt.sale!.facts;
  return buyResponse(answer, () => ({ startsAt, nowMs: parts.clock() }));
}
