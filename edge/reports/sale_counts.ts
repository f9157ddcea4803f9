import {
  BUY_OUTCOMES,
  LATENCY_BOUNDS_MS,
  latencyClass,
  MAX_REPORTED_SALES,
  type SaleReport,
} from "../../shared/process_report.ts";
import { LIMIT_NAMES, type LimitName } from "../limits/sharing_config.ts";

/** Sales that are counted apart; the one that was quiet longest gives way to a new one. */
const MAX_SALES = 1_024;

/** Stands for what belongs to no sale, and for sales that gave way. Ids begin at 1. */
const NO_SALE = 0;

const OUTCOME_INDEX: ReadonlyMap<string, number> = new Map(
  BUY_OUTCOMES.map((outcome, index) => [outcome, index]),
);
const KNOWN = BUY_OUTCOMES.indexOf("known");
const OTHER = BUY_OUTCOMES.indexOf("other");
const CAPTCHA_PARTS = ["asked", "solved", "failed", "spent"] as const;

type CaptchaPart = (typeof CAPTCHA_PARTS)[number];

/** The counters of one sale; arrays of numbers, so that counting makes no garbage. */
class Counters {
  readonly outcomes = new Float64Array(BUY_OUTCOMES.length);
  readonly latency = new Float64Array(LATENCY_BOUNDS_MS.length + 1);
  readonly limits = new Float64Array(LIMIT_NAMES.length);
  readonly captcha = new Float64Array(CAPTCHA_PARTS.length);
  lastMs = 0;

  constructor(readonly saleId: number) {}

  add(other: Counters): void {
    for (const part of ["outcomes", "latency", "limits", "captcha"] as const) {
      const sum = this[part];
      for (let at = 0; at < sum.length; at += 1) sum[at]! += other[part][at]!;
    }
  }
}

/** Times as a Prometheus histogram takes them. */
export interface LatencyTotals {
  /** Counts by `LATENCY_BOUNDS_MS` and one above; not cumulative. */
  classes: number[];
  sumMs: number;
  count: number;
}

/**
 * What became of buys on this edge, by sale, since its start: the one set of counters behind the live
 * view and `/metrics`. Counting stands on the way of every buy, so it neither allocates nor builds
 * text; whoever reads pays.
 */
export class SaleCounts {
  /** At most `MAX_SALES`. */
  readonly #sales = new Map<number, Counters>();
  readonly #rest = new Counters(NO_SALE);
  /** Most buys of a rush are for the sale of the one before. */
  #last = this.#rest;
  #latencySumMs = 0;

  /** A buy that this edge refused. `saleId` 0 where no sale was found. */
  refused(saleId: number, code: string, limit: LimitName | undefined, nowMs: number): void {
    const counters = this.#of(saleId, nowMs);
    counters.outcomes[OUTCOME_INDEX.get(code) ?? OTHER]! += 1;
    if (limit !== undefined) counters.limits[LIMIT_NAMES.indexOf(limit)]! += 1;
  }

  /** A buy that an origin was asked about, `tookMs` after it came. `known` tells a repeated answer. */
  answered(saleId: number, outcome: string, known: boolean, tookMs: number, nowMs: number): void {
    const counters = this.#of(saleId, nowMs);
    counters.outcomes[known ? KNOWN : OUTCOME_INDEX.get(outcome) ?? OTHER]! += 1;
    counters.latency[latencyClass(tookMs)]! += 1;
    this.#latencySumMs += Math.max(0, tookMs);
  }

  /** Something about the slider of a sale. */
  captcha(saleId: number, part: CaptchaPart, nowMs: number): void {
    this.#of(saleId, nowMs).captcha[CAPTCHA_PARTS.indexOf(part)]! += 1;
  }

  /**
   * The sales that are on, then those in which something happened last; at most `MAX_REPORTED_SALES`.
   * Stray buys of old sales must not hide what everybody looks at.
   */
  reports(isOn: (saleId: number) => boolean = () => false): SaleReport[] {
    const on = new Set([...this.#sales.keys()].filter(isOn));
    const rank = ({ saleId }: Counters) => Number(on.has(saleId));
    return [...this.#sales.values()]
      .sort((a, b) => rank(b) - rank(a) || b.lastMs - a.lastMs)
      .slice(0, MAX_REPORTED_SALES)
      .map(reportOf);
  }

  /** Answers by outcome, over all sales; what never came is left out. */
  outcomes(): [string, number][] {
    return named(BUY_OUTCOMES, this.#sum().outcomes);
  }

  /** Refusals by limit, over all sales. */
  limits(): [string, number][] {
    return named(LIMIT_NAMES, this.#sum().limits);
  }

  /** Times of the buys that an origin was asked about, over all sales. */
  latency(): LatencyTotals {
    const classes = [...this.#sum().latency];
    const count = classes.reduce((sum, one) => sum + one, 0);
    return { classes, sumMs: this.#latencySumMs, count };
  }

  #sum(): Counters {
    const sum = new Counters(NO_SALE);
    sum.add(this.#rest);
    for (const counters of this.#sales.values()) sum.add(counters);
    return sum;
  }

  #of(saleId: number, nowMs: number): Counters {
    if (this.#last.saleId !== saleId) this.#last = this.#find(saleId);
    this.#last.lastMs = nowMs;
    return this.#last;
  }

  #find(saleId: number): Counters {
    if (saleId === NO_SALE) return this.#rest;
    const found = this.#sales.get(saleId);
    if (found !== undefined) return found;
    if (this.#sales.size >= MAX_SALES) this.#giveWay();
    const counters = new Counters(saleId);
    this.#sales.set(saleId, counters);
    return counters;
  }

  #giveWay(): void {
    let quietest: Counters | null = null;
    for (const one of this.#sales.values()) {
      if (quietest === null || one.lastMs < quietest.lastMs) quietest = one;
    }
    if (quietest === null) return;
    this.#rest.add(quietest);
    this.#sales.delete(quietest.saleId);
  }
}

function reportOf({ saleId, outcomes, latency, limits, captcha }: Counters): SaleReport {
  const [asked = 0, solved = 0, failed = 0, spent = 0] = captcha;
  return {
    saleId,
    outcomes: Object.fromEntries(named(BUY_OUTCOMES, outcomes)),
    latency: [...latency],
    limits: Object.fromEntries(named(LIMIT_NAMES, limits)),
    captcha: { asked, solved, failed, spent },
  };
}

function named(names: readonly string[], counts: Float64Array): [string, number][] {
  return names.flatMap((name, at): [string, number][] => {
    const count = counts[at] ?? 0;
    return count > 0 ? [[name, count]] : [];
  });
}
