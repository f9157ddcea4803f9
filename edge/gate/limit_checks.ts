import type { SharedVerdict } from "../limits/bucket_question.ts";
import type { LimitName } from "../limits/sharing_config.ts";
import { demandPass, passOf, sessionOf } from "./checks.ts";
import type { BuyAttempt, GateCheck } from "./gate.ts";
import {
  type GateLimits,
  type GateParts,
  type LimitVerdict,
  OVER_HALF,
  WITHIN,
} from "./gate_parts.ts";
import { LIMITED, rateLimited, type Refusal } from "./refusal.ts";

/**
 * Tries without a session: all those of an address have a bucket of their own, as large as that of
 * its customers, who must not suffer from them.
 */
export function strangerLimit({ limits, identity }: GateParts): GateCheck {
  return {
    name: "stranger limit",
    judge(attempt) {
      if (sessionOf(attempt, { identity }) !== null) return null;
      const { sale, address: { text, key }, nowMs } = attempt;
      // No address begins like that.
      const strangers = { text, key: `-${key}` };
      return afterLimit(attempt, "address", limits.takeAddress(sale!.facts, strangers, nowMs));
    },
  };
}

/**
 * Stands before everything that a known user can be refused for: a script that hammers, and an
 * account that may not buy, use up their own limit and nothing of what their neighbours share.
 */
export function userLimit({ limits }: GateParts): GateCheck {
  return {
    name: "user limit",
    judge(attempt) {
      const { sale, session, nowMs } = attempt;
      return afterLimit(attempt, "user", limits.takeUser(sale!.facts, session!.userId, nowMs));
    },
  };
}

/**
 * Whoever brings a usable pass has shown that he is a person: he neither uses up what the others
 * behind his address have left, nor suffers from what they have used up. His own limit still holds.
 * A try that the address refuses does not count against its user: it was the neighbours' doing.
 */
export function addressLimit({ limits, identity, passes }: GateParts): GateCheck {
  return {
    name: "address limit",
    judge(attempt) {
      if (passOf(attempt, { identity, passes }) !== null) return null;
      const { sale, session, address, nowMs } = attempt;
      const verdict = limits.takeAddress(sale!.facts, address, nowMs);
      if (verdict > 0) limits.giveBackUser(sale!.facts, session!.userId);
      return afterLimit(attempt, "address", verdict);
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

/**
 * True when the slider is what an attempt will hear should all edges together have it over half of
 * a limit. A sale with another policy asks nobody for that, and who has a pass goes on with it.
 */
export function isAskedOverHalf({ sale, pass }: BuyAttempt): boolean {
  return sale!.facts.captcha === "suspicious" && !pass;
}

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
      giveBackOther(attempt, verdict.limit, parts.limits);
      return rateLimited(verdict.limit, verdict.waitMs);
    case "passed":
      if (!verdict.overHalf || attempt.overHalf) return null;
      attempt.overHalf = true;
      return attempt.sale!.facts.captcha === "suspicious" ? demandPass(attempt, parts) : null;
  }
}

/** As between the limits of one edge: what one's own refuses the other does not count. */
function giveBackOther(attempt: BuyAttempt, refused: LimitName, limits: GateLimits): void {
  const { facts } = attempt.sale!;
  if (refused === "address") limits.giveBackUser(facts, attempt.session!.userId);
  if (refused === "user" && !attempt.pass) limits.giveBackAddress(facts, attempt.address);
}
