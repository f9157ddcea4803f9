import type { SnapshotSale } from "../../shared/internal_api.ts";
import type { SaleLimits } from "../../shared/sale.ts";
import type { ClientAddress, GateLimits, LimitVerdict } from "../gate/gate_parts.ts";
import type { LimitName } from "./sharing_config.ts";
import { TokenTable } from "./token_table.ts";

/**
 * Buckets of users, and as many of addresses, each one of a sale: 25 MB of either. A million in a
 * table of this size overfill 7 of 100 sets by one or two, which costs buckets that are nearly full.
 */
const ENTRIES = 1_572_864;

/** Buckets of sales; origins bound the number of sales to 1,000. */
const SALE_ENTRIES = 8_192;

const MINUTE_MS = 60_000;

/** The size of a bucket and how fast it fills. */
export interface BucketTerms {
  capacity: number;
  tokenMs: number;
}

/** One bucket. A sale's own has an empty key. */
export interface BucketName {
  limit: LimitName;
  saleId: number;
  key: string;
}

/** The terms of a limit in a sale's row. */
export function bucketTerms(limit: LimitName, limits: SaleLimits): BucketTerms {
  if (limit === "sale") return { capacity: limits.burst, tokenMs: 1_000 / limits.ratePerSecond };
  const perMinute = limit === "user" ? limits.userPerMinute : limits.ipPerMinute;
  return { capacity: perMinute, tokenMs: MINUTE_MS / perMinute };
}

/**
 * The limits as this edge counts them: a token bucket per user and sale, per address and sale, and
 * per sale, in memory that is fixed from the start. Terms are read from the sale's row at every try,
 * so that a change holds at once.
 */
export class TokenLimits implements GateLimits {
  readonly #tables: Record<LimitName, TokenTable>;

  /** `entries` is for tests; the hash keys are random, whatever it is. */
  constructor(options: { nowMs: number; entries?: number }) {
    const table = (entries: number) => {
      const words = crypto.getRandomValues(new Uint32Array(2));
      const key = { k0: words[0]!, k1: words[1]! };
      return new TokenTable({ entries, key, nowMs: options.nowMs });
    };
    this.#tables = {
      user: table(options.entries ?? ENTRIES),
      address: table(options.entries ?? ENTRIES),
      sale: table(SALE_ENTRIES),
    };
  }

  /** Memory of all tables. It never changes. */
  get byteLength(): number {
    return Object.values(this.#tables).reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  takeAddress({ saleId, limits }: SnapshotSale, { key }: ClientAddress, nowMs: number) {
    const { ipPerMinute } = limits;
    return this.#tables.address.take(saleId, key, ipPerMinute, MINUTE_MS / ipPerMinute, nowMs);
  }

  giveBackAddress({ saleId, limits }: SnapshotSale, { key }: ClientAddress): void {
    this.#tables.address.giveBack(saleId, key, MINUTE_MS / limits.ipPerMinute);
  }

  giveBackUser({ saleId, limits }: SnapshotSale, userId: string): void {
    this.#tables.user.giveBack(saleId, userId, MINUTE_MS / limits.userPerMinute);
  }

  takeUser({ saleId, limits }: SnapshotSale, userId: string, nowMs: number): LimitVerdict {
    const { userPerMinute } = limits;
    return this.#tables.user.take(saleId, userId, userPerMinute, MINUTE_MS / userPerMinute, nowMs);
  }

  takeSale({ saleId, limits }: SnapshotSale, nowMs: number): LimitVerdict {
    const { burst, ratePerSecond } = limits;
    const verdict = this.#tables.sale.take(saleId, "", burst, 1_000 / ratePerSecond, nowMs);
    return Math.max(0, verdict);
  }

  /**
   * Notes what all edges together took from a bucket: that it is full in `fillMs`. `exact` when it
   * refused, so that the same key asks again when it said, and not before.
   */
  learn(bucket: BucketName, fillMs: number, nowMs: number, exact: boolean): void {
    this.#tables[bucket.limit].learn(bucket.saleId, bucket.key, fillMs, nowMs, exact);
  }
}
