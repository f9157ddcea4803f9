import type { Session } from "../../shared/session.ts";
import { REQUEST_ID_PATTERN } from "../../shared/ticket.ts";
import { notStartedParts } from "../answers.ts";
import type { ItemEntry, SaleEntry } from "../sale_index.ts";
import { type BuyBody, parseBuyBody } from "./buy_body.ts";
import type { Identity } from "./identity.ts";
import { type Refusal, refusal } from "./refusal.ts";

/**
 * One try to buy on its way through the gate. The checks fill in what they find out, and rely on
 * what the checks before them found.
 */
export interface BuyAttempt {
  readonly headers: Headers;
  /** Null when it was too large; it was not kept then. */
  readonly bodyText: string | null;
  readonly sale: SaleEntry | undefined;
  readonly nowMs: number;
  /** The caller's `Idempotency-Key`, or null; any text until the body was checked. */
  readonly requestId: string | null;
  body: BuyBody | null;
  item: ItemEntry | null;
  /** Undefined until somebody asked. */
  session: Session | null | undefined;
}

/** One check: null lets the attempt through. */
export interface GateCheck {
  name: string;
  judge(attempt: BuyAttempt): Refusal | null;
}

/** The first refusal in the order of the checks, or null. */
export function judge(checks: readonly GateCheck[], attempt: BuyAttempt): Refusal | null {
  for (const check of checks) {
    const refused = check.judge(attempt);
    if (refused !== null) return refused;
  }
  return null;
}

/** The checks of a buy, cheapest first. */
export function gateChecks(identity: Identity): GateCheck[] {
  return [size, form, knownItem, window, soldOut, session(identity), eligibility];
}

const TOO_LARGE = refusal("too_large");
const UNKNOWN_ITEM = refusal("unknown_item");
const UNAUTHENTICATED = refusal("unauthenticated");
const NOT_ELIGIBLE = refusal("not_eligible");
const BAD_REQUEST_ID = refusal(
  "invalid",
  "Cannot use Idempotency-Key as it must be 1 to 64 visible ASCII characters",
);

const size: GateCheck = {
  name: "size",
  judge: (attempt) => attempt.bodyText === null ? TOO_LARGE : null,
};

const form: GateCheck = {
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

const knownItem: GateCheck = {
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
const window: GateCheck = {
  name: "window",
  judge({ sale, nowMs }) {
    const { closed, startsAt, endsAt } = sale!.facts;
    if (closed || nowMs >= endsAt) return { code: "ended", recoverable: sale!.ended };
    if (nowMs < startsAt) {
      return { code: "not_started", ...notStartedParts({ startsAt, nowMs }), recoverable: null };
    }
    return sale!.paused === null ? null : { code: "paused", recoverable: sale!.paused };
  },
};

const soldOut: GateCheck = {
  name: "sold out",
  judge({ item }) {
    return item!.soldOut === null ? null : { code: "sold_out", recoverable: item!.soldOut };
  },
};

function session(identity: Identity): GateCheck {
  return {
    name: "session",
    judge: (attempt) => sessionOf(attempt, identity) === null ? UNAUTHENTICATED : null,
  };
}

const eligibility: GateCheck = {
  name: "eligibility",
  judge: ({ sale, session }) => session!.level < sale!.facts.minLevel ? NOT_ELIGIBLE : null,
};

/** Who sends the attempt; found out once. */
export function sessionOf(attempt: BuyAttempt, identity: Identity): Session | null {
  if (attempt.session === undefined) attempt.session = identity.writer(attempt.headers);
  return attempt.session;
}
