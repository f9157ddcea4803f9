import type { Clock } from "../../shared/clock.ts";
import type { BuyAnswer, InternalBuy } from "../../shared/internal_api.ts";
import { GenerationCache } from "./generation_cache.ts";

/**
 * How long an answer is used again. Short, because a limit holds for one buyer and begins and ends
 * with every try of his: what he asked for may have been decided a moment later.
 */
const REMEMBER_MS = 1_000;

/** Most answers that are remembered. About 12 MB. */
const MAX_REMEMBERED = 50_000;

/** Questions of one buyer at once, whatever keys he makes up, and how soon there is one more. */
const MAX_AT_ONCE = 30;
const ONE_MORE_MS = 1_000;

/** Most buyers whose questions are counted. About 10 MB. */
const MAX_USERS = 100_000;

/**
 * Most questions that are asked at the same time: one batch. A rush over a sale's rate must not
 * fill the way of those who were let through.
 */
const MAX_ASKING = 512;

interface Remembered {
  answer: BuyAnswer | null;
  untilMs: number;
}

/**
 * Questions about buyers whom a limit or the slider refuses. Unlike a sell-out, such a refusal is
 * what a script meets all the time, so its questions are bounded for every buyer and in all; whoever
 * is not asked about hears the refusal, which tells him to come again.
 */
export class LimitedQuestions {
  readonly #clock: Clock;
  readonly #remembered = new GenerationCache<Remembered>(MAX_REMEMBERED);
  /** By user id: when all of his questions would be there again, ms. */
  readonly #refilledAtMs = new GenerationCache<number>(MAX_USERS);
  /** At most `MAX_ASKING`. */
  readonly #asking = new Map<string, Promise<BuyAnswer | null>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get rememberedCount(): number {
    return this.#remembered.size;
  }

  /**
   * What `ask` finds, or null when the refusal stands: the origin knows nothing of this request, or
   * nobody asked. `key` names the request.
   */
  find(
    key: string,
    buy: InternalBuy,
    ask: (buy: InternalBuy) => Promise<BuyAnswer | null>,
  ): Promise<BuyAnswer | null> {
    const askedAtMs = this.#clock();
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined && remembered.untilMs > askedAtMs) {
      return Promise.resolve(remembered.answer);
    }
    const asking = this.#asking.get(key);
    if (asking) return asking;
    if (this.#asking.size >= MAX_ASKING || !this.#mayAsk(buy[2], askedAtMs)) {
      return Promise.resolve(null);
    }
    const question = ask(buy).then((found) => {
      this.#asking.delete(key);
      const answer = found !== null && isTrouble(found) ? null : found;
      this.#remembered.set(key, { answer, untilMs: this.#clock() + REMEMBER_MS });
      return answer;
    });
    this.#asking.set(key, question);
    return question;
  }

  #mayAsk(userId: string, nowMs: number): boolean {
    const refilledAtMs = Math.max(nowMs, this.#refilledAtMs.get(userId) ?? 0);
    if (refilledAtMs - nowMs > (MAX_AT_ONCE - 1) * ONE_MORE_MS) return false;
    this.#refilledAtMs.set(userId, refilledAtMs + ONE_MORE_MS);
    return true;
  }
}

/** "Do not know". The refusal is the better answer then: it says when to come again. */
function isTrouble({ outcome }: BuyAnswer): boolean {
  return outcome === "paused" || outcome === "busy" || outcome === "unavailable";
}
