import type { ProcessReport } from "../../shared/process_report.ts";
import type { ReportList, TakenReport } from "./report_store.ts";
import { addTo, between, emptyVector, type SaleVector, vectorOf } from "./sale_vector.ts";

/** How far back reports are kept: latency is told of the last ten seconds. */
const KEPT_MS = 15_000;

/** Most reports kept of one process. */
const MAX_SAMPLES = 64;

/** One report on the keeper's time line. */
interface Sample {
  /** When it was made, ms by the keeper's clock. */
  at: number;
  /** How much the keeper's clock was ahead of the sender's when it was taken; delay included. */
  offsetMs: number;
  report: ProcessReport;
}

/** What is known of one process. */
export interface ProcessSeries {
  readonly id: string;
  readonly kind: ProcessReport["kind"];
  /** Its newest report, and when it was taken. */
  readonly last: TakenReport;
  /** When it started, ms by the keeper's clock. */
  readonly startedAt: number;
}

/** The reports of one process, oldest first. */
class Series implements ProcessSeries {
  #samples: Sample[] = [];

  constructor(public last: TakenReport) {
    this.take(last);
  }

  get id(): string {
    return this.last.report.processId;
  }

  get kind(): ProcessReport["kind"] {
    return this.last.report.kind;
  }

  get startedAt(): number {
    return this.last.report.startedAt + this.#offsetMs();
  }

  take(taken: TakenReport): void {
    const before = this.#samples.at(-1);
    if (before !== undefined && taken.report.seq <= before.report.seq) return;
    this.last = taken;
    const { report, takenAt } = taken;
    const offsetMs = takenAt - report.sentAt;
    this.#samples.push({ at: 0, offsetMs, report });
    // The quickest of the last reports tells best how far the two clocks are apart.
    const made = report.sentAt + this.#offsetMs();
    // A clock that was set must not turn the order of reports around.
    const at = Math.min(takenAt, Math.max(made, (before?.at ?? -Infinity) + 1));
    this.#samples[this.#samples.length - 1]!.at = at;
    const oldest = at - KEPT_MS;
    while (this.#samples.length > MAX_SAMPLES || (this.#samples[1]?.at ?? Infinity) < oldest) {
      this.#samples.shift();
    }
  }

  /** The totals of a sale at a moment: between two reports in proportion, at the ends as reported. */
  totalsAt(saleId: number, ms: number): SaleVector {
    const later = this.#samples.findIndex(({ at }) => at >= ms);
    if (later < 0) return this.#of(this.#samples.at(-1)!, saleId);
    const second = this.#samples[later]!;
    if (later > 0) {
      const first = this.#samples[later - 1]!;
      const part = (ms - first.at) / (second.at - first.at);
      return between(this.#of(first, saleId), this.#of(second, saleId), part);
    }
    const { startedAt } = this;
    // Of a process that has just begun it is known that it began at 0.
    const isYoung = second.at - startedAt < KEPT_MS;
    if (!isYoung) return this.#of(second, saleId);
    if (ms <= startedAt) return emptyVector();
    const part = (ms - startedAt) / (second.at - startedAt);
    return between(emptyVector(), this.#of(second, saleId), part);
  }

  /** Messages that a worker recorded, per second, over what is kept; null while nobody can tell. */
  messagesPerSecond(): number | null {
    const [first, last] = [this.#samples[0]!, this.#samples.at(-1)!];
    const [before, after] = [first.report.recording, last.report.recording];
    if (before === undefined || after === undefined || last.at - first.at < 1_000) return null;
    return Math.max(0, after.messages - before.messages) / ((last.at - first.at) / 1_000);
  }

  #of({ report }: Sample, saleId: number): SaleVector {
    const sale = report.sales.find((one) => one.saleId === saleId);
    return sale === undefined ? emptyVector() : vectorOf(sale);
  }

  #offsetMs(): number {
    return this.#samples.reduce((least, { offsetMs }) => Math.min(least, offsetMs), Infinity);
  }
}

/**
 * The reports of all processes on one time line. Each sender's clock is only ever compared with
 * itself; how far it is from the keeper's is learned from when its reports were taken.
 */
export class ReportSeries {
  /** At most as many as the keeper lists. */
  readonly #all = new Map<string, Series>();

  /** Takes what is listed now. Returns true when a process is gone that was there before. */
  take({ reports }: ReportList): boolean {
    const listed = new Set(reports.map(({ report }) => report.processId));
    let gone = false;
    for (const id of this.#all.keys()) {
      if (listed.has(id)) continue;
      this.#all.delete(id);
      gone = true;
    }
    for (const taken of reports) {
      const known = this.#all.get(taken.report.processId);
      if (known) known.take(taken);
      else this.#all.set(taken.report.processId, new Series(taken));
    }
    return gone;
  }

  /** Every process that is listed. */
  processes(): ProcessSeries[] {
    return [...this.#all.values()];
  }

  /** The totals of a sale in one process at a moment, ms by the keeper's clock. */
  totalsAt(id: string, saleId: number, ms: number): SaleVector {
    return this.#all.get(id)?.totalsAt(saleId, ms) ?? emptyVector();
  }

  /** All that was counted for a sale, exactly: newest reports, and the last ones of who is gone. */
  totals(
    saleId: number,
    ended: readonly ProcessReport[],
  ): { sum: SaleVector; since: number | null } {
    const sum = emptyVector();
    let since: number | null = null;
    const add = (report: ProcessReport, startedAt: number) => {
      const sale = report.sales.find((one) => one.saleId === saleId);
      if (sale === undefined) return;
      addTo(sum, vectorOf(sale));
      since = Math.min(since ?? Infinity, startedAt);
    };
    for (const one of this.#all.values()) add(one.last.report, one.startedAt);
    for (const report of ended) {
      if (!this.#all.has(report.processId)) add(report, report.startedAt);
    }
    return { sum, since };
  }

  /** Messages per second that all workers record together; null while no worker can tell. */
  messagesPerSecond(): number | null {
    let sum: number | null = null;
    for (const one of this.#all.values()) {
      const rate = one.messagesPerSecond();
      if (rate !== null) sum = (sum ?? 0) + rate;
    }
    return sum;
  }
}
