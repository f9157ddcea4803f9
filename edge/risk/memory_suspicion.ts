import type { ClientAddress, Suspicion } from "../gate/gate_parts.ts";
import { GenerationCache } from "../gate/generation_cache.ts";
import { FadingCount } from "./fading_count.ts";
import { type RiskFacts, riskScore, SUSPICIOUS_POINTS } from "./signals.ts";
import { UserSketch } from "./user_sketch.ts";

/** Users and addresses that are remembered: about 350 bytes each, 35 MB of either. */
const MAX_REMEMBERED = 100_000;

/**
 * How fast tries before the start, and failed sliders, are forgiven: one each. The ceilings let
 * even the worst be forgiven in ten minutes, or in twelve.
 */
const EARLY_FADE_MS = 20_000;
const MOST_EARLY = 30;
const MOST_EARLY_FROM_ADDRESS = 60;
const FAILURE_FADE_MS = 120_000;
const MOST_FAILURES = 6;

/** How long a page that was loaded counts. */
const PAGE_MS = 30 * 60_000;

/** How often the users of an address are counted anew. */
const SKETCH_MS = 10 * 60_000;

/** What is remembered of a user who did something that counts. */
interface UserRecord {
  early: FadingCount;
  failures: FadingCount;
}

interface AddressRecord {
  early: FadingCount;
  /** Made with the first try: most addresses only read. */
  users: UserSketch | null;
  usersSinceMs: number;
  /** 0 when never. */
  pageAtMs: number;
}

/** What a suspicion is made of. */
export interface SuspicionParts {
  /** Unpaid orders of a user that expired in a sale. */
  expiredHolds: (saleId: number, userId: string) => number;
  /** Of users, and of addresses. */
  maxRemembered?: number;
}

/**
 * Suspicion by what this edge saw itself, and by the expired holds that the origins count. Users are
 * remembered only once they did something that counts, so that the crowd costs a look into an empty
 * map; who is forgotten because of too many others is an unknown again, never a suspect.
 */
export class MemorySuspicion implements Suspicion {
  readonly #expiredHolds: SuspicionParts["expiredHolds"];
  readonly #users: GenerationCache<UserRecord>;
  readonly #addresses: GenerationCache<AddressRecord>;

  constructor({ expiredHolds, maxRemembered = MAX_REMEMBERED }: SuspicionParts) {
    this.#expiredHolds = expiredHolds;
    this.#users = new GenerationCache(maxRemembered);
    this.#addresses = new GenerationCache(maxRemembered);
  }

  /** How many users and addresses are remembered. */
  get remembered(): { users: number; addresses: number } {
    return { users: this.#users.size, addresses: this.#addresses.size };
  }

  isSuspicious(saleId: number, userId: string, address: ClientAddress, nowMs: number): boolean {
    // Without a mark of his own nobody is suspicious, wherever he comes from.
    const expiredHolds = this.#expiredHolds(saleId, userId);
    if (expiredHolds === 0 && this.#users.get(userId) === undefined) return false;
    return riskScore(this.factsOf(saleId, userId, address, nowMs)) >= SUSPICIOUS_POINTS;
  }

  /** What the score is made of. */
  factsOf(saleId: number, userId: string, address: ClientAddress, nowMs: number): RiskFacts {
    const user = this.#users.get(userId);
    const place = this.#addresses.get(address.key);
    return {
      earlyByUser: user?.early.at(nowMs) ?? 0,
      failuresByUser: user?.failures.at(nowMs) ?? 0,
      expiredHolds: this.#expiredHolds(saleId, userId),
      earlyFromAddress: place?.early.at(nowMs) ?? 0,
      usersOnAddress: place?.users?.count ?? 0,
      pageSeen: place !== undefined && place.pageAtMs > 0 && nowMs - place.pageAtMs < PAGE_MS,
    };
  }

  noteTry(_saleId: number, userId: string, address: ClientAddress, nowMs: number): void {
    const place = this.#address(address);
    if (place.users === null || Math.abs(nowMs - place.usersSinceMs) >= SKETCH_MS) {
      place.users = new UserSketch();
      place.usersSinceMs = nowMs;
    }
    place.users.note(userId);
  }

  noteEarly(
    _saleId: number,
    userId: string | null,
    address: ClientAddress,
    nowMs: number,
  ): void {
    this.#address(address).early.add(nowMs);
    if (userId !== null) this.#user(userId).early.add(nowMs);
  }

  noteCaptchaFailed(userId: string, _address: ClientAddress, nowMs: number): void {
    this.#user(userId).failures.add(nowMs);
  }

  notePage(address: ClientAddress, nowMs: number): void {
    this.#address(address).pageAtMs = nowMs;
  }

  #user(userId: string): UserRecord {
    let user = this.#users.get(userId);
    if (!user) {
      user = {
        early: new FadingCount(EARLY_FADE_MS, MOST_EARLY),
        failures: new FadingCount(FAILURE_FADE_MS, MOST_FAILURES),
      };
      this.#users.set(userId, user);
    }
    return user;
  }

  #address({ key }: ClientAddress): AddressRecord {
    let place = this.#addresses.get(key);
    if (!place) {
      place = {
        early: new FadingCount(EARLY_FADE_MS, MOST_EARLY_FROM_ADDRESS),
        users: null,
        usersSinceMs: 0,
        pageAtMs: 0,
      };
      this.#addresses.set(key, place);
    }
    return place;
  }
}
