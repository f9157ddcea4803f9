import type { Session } from "../../shared/session.ts";
import type { Randomness } from "../randomness.ts";
import type { ItemEntry, SaleEntry } from "../sale_index.ts";
import type { BuyBody } from "./buy_body.ts";
import {
  blockedAddress,
  captcha,
  eligibility,
  form,
  knownItem,
  session,
  size,
  soldOut,
  window,
} from "./checks.ts";
import type { CaptchaPass, ClientAddress, GateParts } from "./gate_parts.ts";
import { addressLimit, saleRate, strangerLimit, userLimit } from "./limit_checks.ts";
import type { Refusal } from "./refusal.ts";

/**
 * One try to buy on its way through the gate. The checks fill in what they find out, and rely on
 * what the checks before them found.
 */
export interface BuyAttempt {
  readonly headers: Headers;
  /** True when it came by https. */
  readonly secure: boolean;
  readonly address: ClientAddress;
  /** Null when it was too large; it was not kept then. */
  readonly bodyText: string | null;
  readonly sale: SaleEntry | undefined;
  readonly nowMs: number;
  /** The caller's `x-request-id`, by which logs tell of this try; null when it is none. */
  readonly givenId: string | null;
  /** The caller's `Idempotency-Key`, or null; any text until the body was checked. */
  readonly requestId: string | null;
  body: BuyBody | null;
  item: ItemEntry | null;
  /** Undefined until somebody asked. */
  session: Session | null | undefined;
  /** The usable captcha pass that came along; undefined until somebody asked. */
  pass: CaptchaPass | null | undefined;
  /** True once a limit said that this try is over half of it. */
  overHalf: boolean;
  /** True once the sale asked for the slider: only then the pass is spent. */
  needsPass: boolean;
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

/**
 * The checks of a buy, cheapest first; but what neighbours share comes after what is one buyer's
 * own, so that nobody who gets nowhere uses it up.
 */
export function gateChecks(
  parts: GateParts & { randomness: Pick<Randomness, "fraction"> },
): GateCheck[] {
  return [
    size,
    blockedAddress(parts),
    form,
    knownItem,
    window(parts),
    soldOut,
    strangerLimit(parts),
    session(parts),
    userLimit(parts),
    eligibility(parts),
    addressLimit(parts),
    captcha(parts),
    saleRate(parts),
  ];
}
