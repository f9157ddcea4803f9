import { meetsRules } from "../../shared/claims.ts";
import type { Session } from "../../shared/session.ts";
import { REQUEST_ID_PATTERN } from "../../shared/ticket.ts";
import { notStartedParts } from "../answers.ts";
import type { Randomness } from "../randomness.ts";
import { parseBuyBody } from "./buy_body.ts";
import type { BuyAttempt, GateCheck } from "./gate.ts";
import type { CaptchaPass, GateParts } from "./gate_parts.ts";
import { type Refusal, refusal, UNPROVEN } from "./refusal.ts";

const TOO_LARGE = refusal("too_large");
const BLOCKED = refusal("blocked");
const UNKNOWN_ITEM = refusal("unknown_item");
const UNAUTHENTICATED = refusal("unauthenticated");
const NOT_ELIGIBLE = refusal("not_eligible");
const CAPTCHA_REQUIRED: Refusal = { code: "captcha_required", recoverable: UNPROVEN };
const BAD_REQUEST_ID = refusal(
  "invalid",
  "Cannot use Idempotency-Key as it must be 1 to 64 visible ASCII characters",
);

export const size: GateCheck = {
  name: "size",
  judge: (attempt) => attempt.bodyText === null ? TOO_LARGE : null,
};

export function blockedAddress({ blocklist }: GateParts): GateCheck {
  return {
    name: "blocked address",
    judge: ({ address }) => blocklist.blocksAddress(address) ? BLOCKED : null,
  };
}

export const form: GateCheck = {
  name: "form",
  judge(attempt) {
    if (attempt.requestId !== null && !REQUEST_ID_PATTERN.test(attempt.requestId)) {
      return BAD_REQUEST_ID;
    }
    const parsed = parseBuyBody(attempt.bodyText ?? "");
    if ("errors" in parsed) {
      return { code: "invalid", extra: { errors: parsed.errors }, recoverable: null };
    }
    attempt.body = parsed.value;
    return null;
  },
};

export const knownItem: GateCheck = {
  name: "known item",
  judge(attempt) {
    const { productId, quantity } = attempt.body!;
    attempt.item = attempt.sale?.items.get(productId) ?? null;
    if (attempt.item === null) return UNKNOWN_ITEM;
    const { perUserLimit } = attempt.item.facts;
    if (quantity <= perUserLimit) return null;
    return refusal(
      "invalid",
      `Cannot buy as quantity is at most ${perUserLimit}: current value is ${quantity}`,
    );
  },
};

/** A pause before the start says "not started": the time to come back is known. */
export function window(
  { identity, suspicion, randomness }: GateParts & { randomness: Pick<Randomness, "fraction"> },
): GateCheck {
  return {
    name: "window",
    judge(attempt) {
      const { sale, nowMs, address } = attempt;
      const { saleId, closed, startsAt, endsAt } = sale!.facts;
      if (closed || nowMs >= endsAt) return { code: "ended", recoverable: sale!.ended };
      if (nowMs < startsAt) {
        const userId = sessionOf(attempt, { identity })?.userId ?? null;
        suspicion.noteEarly(saleId, userId, address, nowMs);
        const facts = { startsAt, nowMs, fraction: randomness.fraction() };
        return { code: "not_started", ...notStartedParts(facts), recoverable: null };
      }
      return sale!.paused === null ? null : { code: "paused", recoverable: sale!.paused };
    },
  };
}

export const soldOut: GateCheck = {
  name: "sold out",
  judge({ item }) {
    return item!.soldOut === null ? null : { code: "sold_out", recoverable: item!.soldOut };
  },
};

export function session({ identity }: GateParts): GateCheck {
  return {
    name: "session",
    judge: (attempt) => sessionOf(attempt, { identity }) === null ? UNAUTHENTICATED : null,
  };
}

export function eligibility({ blocklist, profiles }: GateParts): GateCheck {
  return {
    name: "eligibility",
    judge(attempt) {
      const { facts } = attempt.sale!;
      const session = attempt.session!;
      if (blocklist.blocksUser(session.userId)) return BLOCKED;
      if (facts.minLevel <= 0 && facts.claims.length === 0) return null;
      const { level, claims } = profiles.profileOf(session);
      return level >= facts.minLevel && meetsRules(facts.claims, claims) ? null : NOT_ELIGIBLE;
    },
  };
}

export function captcha(parts: GateParts): GateCheck {
  return {
    name: "captcha",
    judge(attempt) {
      const { sale, session, address, nowMs } = attempt;
      const { saleId, captcha } = sale!.facts;
      parts.suspicion.noteTry(saleId, session!.userId, address, nowMs);
      if (captcha === "off") return null;
      const asks = captcha === "always" || attempt.overHalf ||
        parts.suspicion.isSuspicious(saleId, session!.userId, address, nowMs);
      return asks ? demandPass(attempt, parts) : null;
    },
  };
}

/** Asks for the slider: only now the pass that came along, if one did, is to be spent. */
export function demandPass(
  attempt: BuyAttempt,
  parts: Pick<GateParts, "identity" | "passes">,
): Refusal | null {
  attempt.needsPass = true;
  return passOf(attempt, parts) === null ? CAPTCHA_REQUIRED : null;
}

/** Who sends the attempt; found out once. */
export function sessionOf(
  attempt: BuyAttempt,
  { identity }: Pick<GateParts, "identity">,
): Session | null {
  if (attempt.session === undefined) {
    attempt.session = identity.writer(attempt.headers, attempt.secure);
  }
  return attempt.session;
}

/** The usable pass of an attempt; found out once. */
export function passOf(
  attempt: BuyAttempt,
  parts: Pick<GateParts, "identity" | "passes">,
): CaptchaPass | null {
  if (attempt.pass === undefined) attempt.pass = readPass(attempt, parts);
  return attempt.pass;
}

function readPass(
  attempt: BuyAttempt,
  parts: Pick<GateParts, "identity" | "passes">,
): CaptchaPass | null {
  const text = attempt.headers.get("x-captcha-pass");
  if (text === null || text === "") return null;
  const session = sessionOf(attempt, parts);
  if (session === null) return null;
  return parts.passes.read(text, session.userId, attempt.sale!.facts.saleId, attempt.nowMs);
}
