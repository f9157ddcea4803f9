import { TokenTable } from "../limits/token_table.ts";
import { EASY_PER_SALE, EASY_SALES } from "./captcha_rules.ts";

/** Bounds what keyboard and quiet way together yield in each sale, whoever takes them. */
export class EasyWays {
  readonly #sales: TokenTable;

  constructor(options: { nowMs: number; key: { k0: number; k1: number } }) {
    this.#sales = new TokenTable({ ...options, entries: EASY_SALES });
  }

  /** Takes one for a sale: 0, or the ms after which a next one will be let through. */
  take(saleId: number, nowMs: number): number {
    const { capacity, tokenMs } = EASY_PER_SALE;
    return Math.max(0, this.#sales.take(saleId, "easy", capacity, tokenMs, nowMs));
  }
}
