import type { SaleLimits } from "../../shared/sale.ts";
import type { LimitName } from "./sharing_config.ts";
import { type BucketName, type BucketTerms, bucketTerms } from "./token_limits.ts";

/** A try to buy, as limits see it. `place` is the key of its address, null when it is free of it. */
export interface SharedTry {
  saleId: number;
  limits: SaleLimits;
  place: string | null;
  userId: string;
  /** True when over half of a limit it hears only that it needs the slider. */
  sliderOverHalf: boolean;
}

/** What all edges together say to a try. */
export type SharedVerdict =
  | { kind: "passed"; overHalf: boolean }
  | { kind: "refused"; limit: LimitName; waitMs: number }
  /** Nobody could be asked, and a limit of the try is to refuse then. */
  | { kind: "closed" };

/** A question in the form of `lua/take_tokens.lua`. */
export interface BucketBatch {
  /** A name per bucket, without white space. */
  names: string[];
  tokenUs: number[];
  capacities: number[];
  /**
   * Four columns of a number per try: address, user and sale as numbers of buckets from 1, then 1
   * for a try that over half hears only that it needs the slider, else 0.
   */
  tries: [address: number[], user: number[], sale: number[], sliderOverHalf: number[]];
}

/** In the order of the columns. */
const COLUMNS: readonly LimitName[] = ["address", "user", "sale"];

interface Bucket extends BucketName, BucketTerms {}

/** Tries that are asked for together: each bucket is named once, however many tries want it. */
export class BucketQuestion {
  readonly batch: BucketBatch = { names: [], tokenUs: [], capacities: [], tries: [[], [], [], []] };
  readonly #buckets: Bucket[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(tries: readonly SharedTry[]) {
    const [addresses, users, sales, sliders] = this.batch.tries;
    for (const { saleId, limits, place, userId, sliderOverHalf } of tries) {
      addresses.push(place === null ? 0 : this.#numberOf("address", saleId, place, limits));
      users.push(this.#numberOf("user", saleId, userId, limits));
      sales.push(this.#numberOf("sale", saleId, "", limits));
      sliders.push(sliderOverHalf ? 1 : 0);
    }
  }

  /** How many tries it asks for. */
  get size(): number {
    return this.batch.tries[0].length;
  }

  /**
   * The verdicts of an answer, one per try. Tells `learn` of each bucket how many ms it needs until
   * it is full, and whether it refused.
   *
   * @throws when the answer is not one to this question.
   */
  verdicts(
    answer: readonly number[],
    learn: (bucket: BucketName, fillMs: number, refused: boolean) => void,
  ): SharedVerdict[] {
    const { length } = this.#buckets;
    if (answer.length !== length + this.size || !answer.every(Number.isSafeInteger)) {
      throw new Error(`Cannot read the answer as it has ${answer.length} parts`);
    }
    const refusing = new Set<number>();
    const verdicts = answer.slice(length).map((code, at): SharedVerdict => {
      if (code <= 0) return { kind: "passed", overHalf: code < 0 };
      const limit = COLUMNS[code - 1];
      const number = this.batch.tries[code - 1]?.[at] ?? 0;
      const bucket = this.#buckets[number - 1];
      if (limit === undefined || bucket === undefined) {
        throw new Error(`Cannot read the answer as it has a verdict ${code}`);
      }
      refusing.add(number - 1);
      const { capacity, tokenMs } = bucket;
      const excessMs = answer[number - 1]! / 1_000 + tokenMs - capacity * tokenMs;
      return {
        kind: "refused",
        limit,
        waitMs: Math.max(1, Math.ceil(excessMs)),
      };
    });
    this.#buckets.forEach((bucket, at) => learn(bucket, answer[at]! / 1_000, refusing.has(at)));
    return verdicts;
  }

  #numberOf(limit: LimitName, saleId: number, key: string, limits: SaleLimits): number {
    const name = `${limit}:${saleId}:${key}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const terms = bucketTerms(limit, limits);
    const number = this.#buckets.push({ limit, saleId, key, ...terms });
    this.#numbers.set(name, number);
    this.batch.names.push(name);
    this.batch.tokenUs.push(terms.tokenMs * 1_000);
    this.batch.capacities.push(terms.capacity);
    return number;
  }
}
