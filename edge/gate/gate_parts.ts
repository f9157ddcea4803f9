import type { SnapshotSale } from "../../shared/internal_api.ts";
import type { Claims } from "../../shared/claims.ts";
import type { Session } from "../../shared/session.ts";
import type { Identity } from "./identity.ts";

/** Where a request comes from, as far as a trusted machine says so. */
export interface ClientAddress {
  /** The whole normalised address: `203.0.113.7`, `2001:db8::1`. */
  readonly text: string;
  /** What counts as one place for limits: an IPv4 address, or the /64 of an IPv6 one. */
  readonly key: string;
}

/** Whom operators keep out. Must not wait. */
export interface Blocklist {
  blocksAddress(address: ClientAddress): boolean;
  blocksUser(userId: string): boolean;
}

/** What is known of a customer: his token's word, or the user table's where it has one. */
export interface Profile {
  level: number;
  claims: Claims | undefined;
}

/** Tells what holds for a customer at the moment. Must not wait. */
export interface Profiles {
  profileOf(session: Session): Profile;
}

/** Within half of the limit: let through without a thought. */
export const WITHIN = 0;
/** Over half of the limit: let through, but a sale that asks the suspicious asks for the slider. */
export const OVER_HALF = -1;

/**
 * What a limit says to one try: `WITHIN`, `OVER_HALF`, or the ms after which a next try will be let
 * through (above 0). A number, because every buy asks three times.
 */
export type LimitVerdict = number;

/** The limits of a sale's row. Each call takes one try, unless it refuses. Must not wait. */
export interface GateLimits {
  takeAddress(sale: SnapshotSale, address: ClientAddress, nowMs: number): LimitVerdict;
  /** Undoes a `takeAddress` whose try shall not count against its address. */
  giveBackAddress(sale: SnapshotSale, address: ClientAddress): void;
  takeUser(sale: SnapshotSale, userId: string, nowMs: number): LimitVerdict;
  /** Undoes a `takeUser` whose try shall not count against its user. */
  giveBackUser(sale: SnapshotSale, userId: string): void;
  /** Never over half: the whole sale's rate says nothing about one buyer. */
  takeSale(sale: SnapshotSale, nowMs: number): LimitVerdict;
}

/** A pass that was checked: signed by us, for this user and sale, not expired. Maybe spent. */
export interface CaptchaPass {
  passId: string;
  expiresAt: number;
}

/** Reads captcha passes. Must not wait. */
export interface PassReader {
  /** Null for what is no pass, another user's or sale's, or expired. Any text may come. */
  read(text: string, userId: string, saleId: number, nowMs: number): CaptchaPass | null;
}

/**
 * How much a try looks like a script's. Scores are points; `edge/risk` explains where they come
 * from. Every method is cheap and must not wait.
 */
export interface Suspicion {
  /** True when this buyer has to solve the slider where the sale asks the suspicious. */
  isSuspicious(saleId: number, userId: string, address: ClientAddress, nowMs: number): boolean;
  /** A try to buy got as far as being judged; counts users per address. */
  noteTry(saleId: number, userId: string, address: ClientAddress, nowMs: number): void;
  /** A try before the start. `userId` is null where nobody looked at the session. */
  noteEarly(
    saleId: number,
    userId: string | null,
    address: ClientAddress,
    nowMs: number,
  ): void;
  /** A slider answered wrong. */
  noteCaptchaFailed(userId: string, address: ClientAddress, nowMs: number): void;
  /** A page of a sale, or its public facts, were read from this address. */
  notePage(address: ClientAddress, nowMs: number): void;
}

/** What the gate asks on the way of a buy. */
export interface GateParts {
  identity: Identity;
  blocklist: Blocklist;
  profiles: Profiles;
  limits: GateLimits;
  passes: PassReader;
  suspicion: Suspicion;
}
