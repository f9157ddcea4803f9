import type { Clock } from "../shared/clock.ts";
import {
  type BuyAnswer,
  type InternalAnswers,
  type InternalBuy,
  type InternalBuys,
  MAX_BUYS_PER_BATCH,
} from "../shared/internal_api.ts";
import { withinRequest } from "../shared/request_context.ts";
import { RequestIds } from "../shared/request_id.ts";
import { inSpan, outsideTraces, type TracePlace, tracePlace } from "../shared/tracing/tracing.ts";
import { BatchReport, identifyBatch } from "./batch_report.ts";
import type { WarningLog } from "./calm_log.ts";
import { OriginFailure, type OriginHealth, type OriginPool } from "./origin_pool.ts";
import type { Timer, Timers } from "./timers.ts";

/** What an origin may take longer than it was told, and the way there and back. */
const ORIGIN_MARGIN_MS = 150;

/**
 * Takes the answer to one buy; called exactly once. With the id by which logs tell of the buy, once
 * it was part of a batch: its own, or its place in the batch behind the batch's.
 */
export type AnswerSink = (answer: BuyAnswer, requestId?: string) => void;

/** Bounds of the batcher. */
export interface BuyBatcherLimits {
  /** What an origin is given to answer a batch, or less when its oldest buy has waited. */
  budgetMs: number;
  /** From the arrival of a buy to the end of a second try: nobody waits longer for an answer. */
  giveUpMs: number;
  /** No try is begun with less than this left. */
  minTryMs: number;
  /** A batch that is in flight for longer does not hold up the next. */
  slowBatchMs: number;
  maxInFlight: number;
  maxWaiting: number;
  maxBatch: number;
}

/** The bounds in use. */
export const BUY_BATCHER_LIMITS: BuyBatcherLimits = {
  // An origin waits up to 1 s for the queue's confirm before it says `processing`.
  budgetMs: 1_300,
  giveUpMs: 1_400,
  minTryMs: 250,
  slowBatchMs: 100,
  maxInFlight: 8,
  maxWaiting: 10_000,
  maxBatch: MAX_BUYS_PER_BATCH,
};

/** What the batcher needs. */
export interface BuyBatcherParts {
  pool: OriginPool;
  clock: Clock;
  timers: Timers;
  log: WarningLog;
  /** Hears the stock that was left after each batch. */
  onStock: (stock: InternalAnswers["stock"]) => void;
  /** Makes the ids of batches; its own when left out. */
  ids?: RequestIds;
  /** Notes what batches were like; its own when left out. */
  report?: BatchReport;
  limits?: BuyBatcherLimits;
}

/** What the batcher has done since the start. */
export interface BuyBatcherCounts {
  batches: number;
  buys: number;
  retries: number;
  failures: number;
}

interface Waiting {
  buy: InternalBuy;
  answer: AnswerSink;
  sinceMs: number;
  /** The id that the caller gave; null when he gave none, or there was no room for it. */
  given: string | null;
  /** Where its request is in a trace; null without one. */
  place: TracePlace | null;
}

const BUSY: BuyAnswer = { outcome: "busy" };
const UNAVAILABLE: BuyAnswer = { outcome: "unavailable" };

/**
 * Gathers the buys that come while a batch is in flight and sends them on as one call. It never
 * waits in order to fill a batch: with nothing in flight a buy leaves at once. Every origin that is
 * healthy may have one batch that is not slow yet.
 */
export class BuyBatcher {
  readonly #parts: BuyBatcherParts;
  readonly #limits: BuyBatcherLimits;
  /** In order of arrival; at most `maxWaiting`. */
  #waiting: Waiting[] = [];
  #inFlight = 0;
  /** Batches in flight that are younger than `slowBatchMs`. */
  #holding = 0;
  #stopped = false;
  readonly #ids: RequestIds;
  readonly report: BatchReport;
  readonly counts: BuyBatcherCounts = { batches: 0, buys: 0, retries: 0, failures: 0 };

  constructor(parts: BuyBatcherParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? BUY_BATCHER_LIMITS;
    this.#ids = parts.ids ?? new RequestIds();
    this.report = parts.report ?? new BatchReport();
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  get inFlightCount(): number {
    return this.#inFlight;
  }

  /** Takes a buy; `answer` may be called before this returns when it is refused at once. */
  submit(buy: InternalBuy, answer: AnswerSink, given: string | null = null): void {
    if (this.#stopped || this.#parts.pool.healthyCount === 0) return answer(UNAVAILABLE);
    if (this.#waiting.length >= this.#limits.maxWaiting) return answer(BUSY);
    const place = tracePlace();
    this.#waiting.push({ buy, answer, sinceMs: this.#parts.clock(), given, place });
    this.#pump();
  }

  /** Refuses what waits and what still comes; batches in flight are answered as ever. */
  stop(): void {
    this.#stopped = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { answer } of waiting) answer(UNAVAILABLE);
  }

  #pump(): void {
    while (
      this.#waiting.length > 0 && this.#inFlight < this.#limits.maxInFlight &&
      this.#holding < Math.max(1, this.#parts.pool.healthyCount)
    ) {
      const batch = this.#take();
      if (batch.length > 0) this.#send(batch);
    }
  }

  /** The next batch, without those who waited so long that no try is left for them. */
  #take(): Waiting[] {
    const oldestMs = this.#parts.clock() - (this.#limits.giveUpMs - this.#limits.minTryMs);
    const batch = this.#waiting.splice(0, this.#limits.maxBatch);
    if (batch[0]!.sinceMs >= oldestMs) return batch;
    return batch.filter((one) => {
      if (one.sinceMs < oldestMs) one.answer(BUSY);
      return one.sinceMs >= oldestMs;
    });
  }

  #send(batch: Waiting[]): void {
    this.#inFlight += 1;
    this.#holding += 1;
    let holds = true;
    const release = () => {
      if (!holds) return;
      holds = false;
      this.#holding -= 1;
    };
    const timer: Timer = this.#parts.timers.after(this.#limits.slowBatchMs, () => {
      release();
      this.#pump();
    });
    this.counts.batches += 1;
    this.counts.buys += batch.length;
    this.#deliver(batch, () => {
      this.#parts.timers.cancel(timer);
      release();
      this.#inFlight -= 1;
      this.#pump();
    });
  }

  /**
   * Never rejects: every buy of the batch is answered. The next batch leaves first (`landed`), so
   * that the origin decides it while this one's buyers are answered.
   */
  async #deliver(batch: Waiting[], landed: () => void): Promise<void> {
    const context = identifyBatch(batch, this.#ids.next());
    const answers = await withinRequest(context, () => this.#askTraced(batch));
    landed();
    if (answers) this.#parts.onStock(answers.stock);
    for (let i = 0; i < batch.length; i += 1) {
      const { answer, given } = batch[i]!;
      answer(answers?.answers[i] ?? UNAVAILABLE, given ?? `${context.requestId}-${i}`);
    }
  }

  /** One batch as one span, part of the first buy that is traced and linked to the others. */
  async #askTraced(batch: Waiting[]): Promise<InternalAnswers | null> {
    const [place, ...linked] = batch.flatMap((one) => one.place ?? []);
    const startedAt = performance.now();
    const ask = () => this.#askTwice(batch);
    // Without a place it must not go on in the trace of the batch before it, which has set it off.
    const answers = place === undefined
      ? await outsideTraces(ask)
      : await inSpan("buy batch", ask, { place, linked });
    this.report.note(batch.length, performance.now() - startedAt, answers !== null);
    return answers;
  }

  /** The answers, or null when a second try failed too, had no time left or was one too many. */
  async #askTwice(batch: Waiting[]): Promise<InternalAnswers | null> {
    const giveUpAtMs = batch[0]!.sinceMs + this.#limits.giveUpMs;
    const buys = batch.map((one) => one.buy);
    let avoid: OriginHealth | null = null;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const leftMs = giveUpAtMs - this.#parts.clock();
      if (attempt === 2 && leftMs < this.#limits.minTryMs) return null;
      if (attempt === 2 && !this.#parts.pool.takeRetry()) return null;
      if (attempt === 2) this.counts.retries += 1;
      const budgetMs = Math.max(1, Math.min(this.#limits.budgetMs, Math.floor(leftMs)));
      try {
        return await this.#ask({ v: 1, budgetMs, buys }, avoid);
      } catch (error) {
        this.counts.failures += 1;
        avoid = error instanceof OriginFailure ? error.origin : null;
        this.#parts.log.warning("A batch of {buys} buys failed at try {attempt}: {error}", {
          buys: batch.length,
          attempt,
          error: String(error),
        });
      }
    }
    return null;
  }

  async #ask(buys: InternalBuys, avoid: OriginHealth | null): Promise<InternalAnswers> {
    const { status, text, origin } = await this.#parts.pool.call({
      method: "POST",
      path: "/internal/buys",
      // The origin is told less, so that its own "unavailable" arrives in time.
      body: JSON.stringify({ ...buys, budgetMs: buys.budgetMs - ORIGIN_MARGIN_MS }),
      timeoutMs: buys.budgetMs,
      // A try that waiting here has shortened says nothing about the origin.
      mayBeLate: buys.budgetMs < this.#limits.budgetMs,
    }, avoid);
    if (status !== 200) throw new OriginFailure(origin, `status ${status}: ${text.slice(0, 200)}`);
    const answers = JSON.parse(text) as InternalAnswers;
    if (answers.answers?.length !== buys.buys.length || !Array.isArray(answers.stock)) {
      throw new OriginFailure(origin, `not ${buys.buys.length} answers`);
    }
    return answers;
  }
}
