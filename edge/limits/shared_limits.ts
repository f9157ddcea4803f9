import type { Clock } from "../../shared/clock.ts";
import type { SnapshotSale } from "../../shared/internal_api.ts";
import type { Randomness } from "../randomness.ts";
import type { Timers } from "../timers.ts";
import {
  type BucketBatch,
  BucketQuestion,
  type SharedTry,
  type SharedVerdict,
} from "./bucket_question.ts";
import type { LimitName } from "./sharing_config.ts";
import type { TokenLimits } from "./token_limits.ts";

/** Keeps the buckets that edges share. */
export interface BucketServer {
  /** False while a question would fail at once. */
  readonly isReady: boolean;
  /**
   * Takes the tokens of a batch: for each bucket the µs until it is full, then a number per try, as
   * `lua/take_tokens.lua` says.
   *
   * @throws when the server is away or answers with an error; the tokens may be taken.
   */
  take(batch: BucketBatch): Promise<number[]>;
}

/**
 * Longest wait for an answer, ms, and before it longest wait for a question. A buy has 1.4 s for all
 * of its way.
 */
const DEADLINE_MS = 50;

/** Most tries in one question: about 2 ms of the server's time. */
const MAX_TRIES = 256;

/** Most tries that wait for the answer before theirs; whoever comes then is not asked for. */
const MAX_WAITING = 4_096;

/** First and longest pause after a question without an answer, ms. */
const REST_FIRST_MS = 100;
const REST_MAX_MS = 2_000;

interface WaitingTry extends SharedTry {
  readonly sinceMs: number;
  resolve(verdict: SharedVerdict): void;
}

/**
 * The limits as all edges together count them. One question is on its way at a time, and who comes
 * meanwhile goes with one of the next. Who was not asked for within 50 ms is not asked for any more,
 * so with the 50 ms of his question nobody waits longer than 100 ms. This edge's own buckets learn from every answer: a key that was refused is refused here until its time has
 * come, without a question.
 *
 * While there is no answer, each limit does as it was told: it lets pass what this edge's own buckets
 * let pass, or it refuses. The server is then left alone for a while, which doubles up to 2 s.
 */
export class SharedLimits {
  readonly #parts: SharedLimitsParts;
  #waiting: WaitingTry[] = [];
  #isAsking = false;
  #isStopped = false;
  #failuresInARow = 0;
  #restUntilMs = 0;
  /** What was asked and how it went. `unasked` tries found the server away, at rest or too busy. */
  readonly counts = { questions: 0, failures: 0, tries: 0, unasked: 0 };

  constructor(parts: SharedLimitsParts) {
    this.#parts = parts;
  }

  /**
   * Asks for a try that this edge's own limits let through. `place` is null when it is free of it.
   * With `sliderOverHalf` a try that is over half takes nothing from the sale: it will come again.
   */
  take(
    sale: SnapshotSale,
    place: string | null,
    userId: string,
    sliderOverHalf: boolean,
  ): Promise<SharedVerdict> {
    const { server, clock } = this.#parts;
    const { saleId, limits } = sale;
    const sinceMs = clock();
    const mayAsk = !this.#isStopped && server.isReady && !this.#isResting(sinceMs) &&
      this.#waiting.length < MAX_WAITING;
    if (!mayAsk) {
      this.counts.unasked += 1;
      return Promise.resolve(this.#withoutAnswer(place));
    }
    return new Promise((resolve) => {
      this.#waiting.push({ saleId, limits, place, userId, sliderOverHalf, sinceMs, resolve });
      // In a turn of its own, so that all tries of this one go together.
      if (!this.#isAsking) {
        this.#isAsking = true;
        queueMicrotask(() => void this.#ask());
      }
    });
  }

  /** Asks nobody any more; who waits hears what holds without an answer. */
  stop(): void {
    this.#isStopped = true;
    this.#giveUp(this.#waiting.splice(0));
  }

  async #ask(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isStopped) {
      const tries = this.#waiting.splice(0, MAX_TRIES);
      const answers = await this.#answersTo(new BucketQuestion(tries));
      if (answers !== null) {
        tries.forEach(({ resolve }, at) => resolve(answers[at]!));
        this.#dropLate();
        continue;
      }
      // Those behind would only wait for the next silence.
      this.#giveUp(tries.concat(this.#waiting.splice(0)));
    }
    this.#isAsking = false;
  }

  /** Answers those who have waited for a question too long, the first ones in the row. */
  #dropLate(): void {
    const { clock, deadlineMs = DEADLINE_MS } = this.#parts;
    const firstMs = clock() - deadlineMs;
    const inTime = this.#waiting.findIndex(({ sinceMs }) => sinceMs >= firstMs);
    const late = this.#waiting.splice(0, inTime < 0 ? this.#waiting.length : inTime);
    this.counts.unasked += late.length;
    this.#giveUp(late);
  }

  /** A rest that lasts longer than any was begun by a clock that was set back since. */
  #isResting(nowMs: number): boolean {
    const leftMs = this.#restUntilMs - nowMs;
    return leftMs > 0 && leftMs <= REST_MAX_MS;
  }

  /** A verdict per try, or null when no answer came in time. */
  async #answersTo(question: BucketQuestion): Promise<SharedVerdict[] | null> {
    const { server, clock, local, deadlineMs = DEADLINE_MS } = this.#parts;
    this.counts.questions += 1;
    this.counts.tries += question.size;
    try {
      const numbers = await this.#beforeDeadline(server.take(question.batch), deadlineMs);
      const verdicts = question.verdicts(numbers, (bucket, fillMs, refused) => {
        local.learn(bucket, fillMs, clock(), refused);
      });
      this.#failuresInARow = 0;
      return verdicts;
    } catch (error) {
      this.#noteFailure(error);
      return null;
    }
  }

  #beforeDeadline<T>(answer: Promise<T>, deadlineMs: number): Promise<T> {
    const { timers } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = timers.after(deadlineMs, () => {
      reject(new Error(`No answer within ${deadlineMs} ms`));
    });
    answer.then(resolve, reject).finally(() => timers.cancel(timer));
    return promise;
  }

  #noteFailure(error: unknown): void {
    const { clock, randomness, log } = this.#parts;
    this.counts.failures += 1;
    if (this.#failuresInARow === 0) {
      log.warning("Limits are not shared for now: {error}", { error: String(error) });
    }
    const restMs = Math.min(REST_MAX_MS, REST_FIRST_MS * 2 ** Math.min(this.#failuresInARow, 10));
    this.#failuresInARow += 1;
    // Edges that lost the server together must not come back together.
    this.#restUntilMs = clock() + restMs * (0.5 + randomness.fraction() / 2);
  }

  #giveUp(tries: WaitingTry[]): void {
    for (const { place, resolve } of tries) resolve(this.#withoutAnswer(place));
  }

  #withoutAnswer(place: string | null): SharedVerdict {
    const { failClosed } = this.#parts;
    const isClosed = failClosed.has("user") || failClosed.has("sale") ||
      (place !== null && failClosed.has("address"));
    return isClosed ? { kind: "closed" } : { kind: "passed", overHalf: false };
  }
}

/** Hears what is wrong with the sharing. */
export interface LimitsLog {
  warning(text: string, properties: Record<string, unknown>): void;
}

/** What shared limits need. */
export interface SharedLimitsParts {
  server: BucketServer;
  /** This edge's own buckets, which stand in front. */
  local: Pick<TokenLimits, "learn">;
  failClosed: ReadonlySet<LimitName>;
  clock: Clock;
  timers: Timers;
  randomness: Pick<Randomness, "fraction">;
  log: LimitsLog;
  /** Longest wait for an answer, ms; for tests. */
  deadlineMs?: number;
}
