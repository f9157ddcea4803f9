import type { Clock } from "../../shared/clock.ts";
import type { BuyAnswer, InternalBuy } from "../../shared/internal_api.ts";
import type { BuyBatcher } from "../buy_batcher.ts";
import type { RefusalPeriod } from "../sale_index.ts";
import { GenerationCache } from "./generation_cache.ts";
import { LimitedQuestions } from "./limited_questions.ts";
import { LIMITED, UNPROVEN } from "./refusal.ts";

/** Most "the ledger does not know this buyer" that are remembered. About 30 MB. */
const MAX_REMEMBERED = 200_000;

/**
 * How long after the beginning of a period nothing is remembered: a buy that left an edge before it
 * heard of the sell-out may still be decided (1.4 s with a second try, 1 s until every edge knows).
 */
const SETTLE_MS = 3_000;

/**
 * How long an answer is remembered. Not for the whole period: a piece that came back and was sold
 * again between two snapshots goes unseen here, and its buyer may ask this edge.
 */
const REMEMBER_MS = 15_000;

/**
 * Asks the origin whether a buyer who is about to be refused has long been given what he asks for.
 * One question per buyer, item, request id and period; those who ask the same meanwhile share it.
 */
export class LostAnswers {
  readonly #batcher: Pick<BuyBatcher, "submit">;
  readonly #clock: Clock;
  readonly #unknown: GenerationCache<number>;
  /** Bounded by what the batcher takes: its waiting buys and its batches in flight. */
  readonly #asking = new Map<string, Promise<BuyAnswer | null>>();
  readonly #limited: LimitedQuestions;

  constructor(
    parts: { batcher: Pick<BuyBatcher, "submit">; clock: Clock; maxRemembered?: number },
  ) {
    this.#batcher = parts.batcher;
    this.#clock = parts.clock;
    this.#unknown = new GenerationCache(parts.maxRemembered ?? MAX_REMEMBERED);
    this.#limited = new LimitedQuestions(parts.clock);
  }

  /** How many answers are remembered. */
  get rememberedCount(): number {
    return this.#unknown.size + this.#limited.rememberedCount;
  }

  /**
   * What became of the buy, or null when there was none and the refusal stands. A question that
   * got no answer is `paused`, `busy` or `unavailable`: a winner must not hear "sold out". A refusal
   * by a limit or the slider stands without an answer: see `LimitedQuestions`.
   */
  find(
    saleId: number,
    productId: number,
    userId: string,
    quantity: number,
    requestId: string,
    period: RefusalPeriod,
  ): Promise<BuyAnswer | null> {
    const key = `${saleId}-${productId} ${userId} ${quantity} ${requestId} ${period.name}`;
    const buy: InternalBuy = [saleId, productId, userId, quantity, requestId, 1];
    if (period === LIMITED || period === UNPROVEN) {
      return this.#limited.find(key, buy, (buy) => this.#askKnown(buy, period));
    }
    const askedAtMs = this.#clock();
    const rememberedUntilMs = this.#unknown.get(key);
    if (rememberedUntilMs !== undefined && rememberedUntilMs > askedAtMs) {
      return Promise.resolve(null);
    }
    const asking = this.#asking.get(key);
    if (asking) return asking;
    const question = this.#askKnown(buy, period).then((answer) => {
      this.#asking.delete(key);
      if (answer !== null) return answer;
      if (askedAtMs >= period.sinceMs + SETTLE_MS) {
        this.#unknown.set(key, askedAtMs + REMEMBER_MS);
      }
      return null;
    });
    this.#asking.set(key, question);
    return question;
  }

  /** The origin's answer to a look-up, null when it knows nothing of this very request. */
  #askKnown(buy: InternalBuy, period: RefusalPeriod): Promise<BuyAnswer | null> {
    return new Promise((resolve) =>
      this.#batcher.submit(buy, (answer) => {
        const hasBought = period === UNPROVEN && answer.outcome === "already_bought";
        resolve(isUnknown(answer) && !hasBought ? null : answer);
      })
    );
  }
}

/** Answers that say nothing of this very request; "unavailable" and its like say "do not know". */
function isUnknown(answer: BuyAnswer): boolean {
  switch (answer.outcome) {
    case "reserved":
    case "processing":
    case "order_ended":
    case "idempotency_mismatch":
    case "paused":
    case "busy":
    case "unavailable":
      return false;
    default:
      return true;
  }
}
