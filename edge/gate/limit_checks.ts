import type { SharedVerdict } from "../limits/bucket_question.ts";
import type { LimitName } from "../limits/sharing_config.ts";
import { demandPass, passOf } from "./checks.ts";
import type { BuyAttempt, GateCheck } from "./gate.ts";
import { type GateParts, type LimitVerdict, OVER_HALF, WITHIN } from "./gate_parts.ts";
import { LIMITED, rateLimited, type Refusal } from "./refusal.ts";

/**
 * Whoever brings a usable pass has shown that he is a person: he neither uses up what the others
 * behind his address have left, nor suffers from what they have used up. His own limit still holds.
 */
export function addressLimit({ limits, identity, passes }: GateParts): GateCheck {
  return {
    name: "address limit",
    judge(attempt) {
      if (passOf(attempt, { identity, passes }) !== null) return null;
      const { sale, address, nowMs } = attempt;
      return afterLimit(attempt, "address", limits.takeAddress(sale!.facts, address, nowMs));
    },
  };
}

/**
 * A try that the user's own limit refuses does not count against his address: one script must not
 * use up what its neighbours share.
 */
export function userLimit({ limits }: GateParts): GateCheck {
  return {
    name: "user limit",
    judge(attempt) {
      const { sale, session, nowMs } = attempt;
      const verdict = limits.takeUser(sale!.facts, session!.userId, nowMs);
      if (verdict > 0) giveBackAddress(attempt, limits);
      return afterLimit(attempt, "user", verdict);
    },
  };
}

/**
 * The last check. What it refuses has counted for the user and the address and goes on counting:
 * else the scarce tokens of the sale went to those who try most often.
 */
export function saleRate({ limits }: GateParts): GateCheck {
  return {
    name: "sale rate",
    judge(attempt) {
      return afterLimit(attempt, "sale", limits.takeSale(attempt.sale!.facts, attempt.nowMs));
    },
  };
}

function afterLimit(
  attempt: BuyAttempt,
  limit: LimitName,
  verdict: LimitVerdict,
): Refusal | null {
  if (verdict === WITHIN) return null;
  if (verdict === OVER_HALF) {
    attempt.overHalf = true;
    return null;
  }
  return rateLimited(limit, verdict);
}

const CLOSED: Refusal = { code: "busy", recoverable: LIMITED };

/** What all edges together say to an attempt that every check of this edge let through. */
export function afterSharing(
  parts: GateParts,
  attempt: BuyAttempt,
  verdict: SharedVerdict,
): Refusal | null {
  switch (verdict.kind) {
    case "closed":
      return CLOSED;
    case "refused":
      if (verdict.limit === "user") giveBackAddress(attempt, parts.limits);
      return rateLimited(verdict.limit, verdict.waitMs);
    case "passed":
      if (!verdict.overHalf || attempt.overHalf) return null;
      attempt.overHalf = true;
      return attempt.sale!.facts.captcha === "suspicious" ? demandPass(attempt, parts) : null;
  }
}

function giveBackAddress(attempt: BuyAttempt, limits: GateParts["limits"]): void {
  if (!attempt.pass) limits.giveBackAddress(attempt.sale!.facts, attempt.address);
}
