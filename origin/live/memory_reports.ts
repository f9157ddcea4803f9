import type { Clock } from "../../shared/clock.ts";
import type { ProcessReport } from "../../shared/process_report.ts";
import {
  MAX_ENDED_PROCESSES,
  MAX_PROCESSES,
  mayLeaveOut,
  REPORT_KEPT_MS,
  type ReportList,
  type ReportStore,
  type TakenReport,
  withEarlierSales,
} from "./report_store.ts";

/** Keeps reports in this process: for the embedded profile, where all of them are made in it. */
export class MemoryReports implements ReportStore {
  /** At most `MAX_PROCESSES`. */
  readonly #live = new Map<string, TakenReport>();
  /** In the order in which they ended; at most `MAX_ENDED_PROCESSES`. */
  readonly #ended = new Map<string, ProcessReport>();

  constructor(readonly clock: Clock) {}

  put(report: ProcessReport): Promise<void> {
    const known = this.#live.get(report.processId);
    if (known !== undefined && known.report.seq >= report.seq) return Promise.resolve();
    const before = known?.report ?? this.#ended.get(report.processId);
    const kept = before && mayLeaveOut(report) ? withEarlierSales(report, before) : report;
    if (known === undefined) this.#ended.delete(report.processId);
    if (known === undefined && this.#live.size >= MAX_PROCESSES) this.#end(this.#mostSilent());
    this.#live.set(report.processId, { report: kept, takenAt: this.clock() });
    return Promise.resolve();
  }

  list(): Promise<ReportList> {
    const now = this.clock();
    for (const [id, { takenAt }] of this.#live) {
      if (now - takenAt > REPORT_KEPT_MS) this.#end(id);
    }
    return Promise.resolve({ now, reports: [...this.#live.values()] });
  }

  ended(): Promise<ProcessReport[]> {
    return Promise.resolve([...this.#ended.values()]);
  }

  #mostSilent(): string {
    const all = [...this.#live.entries()];
    return all.reduce((a, b) => b[1].takenAt < a[1].takenAt ? b : a)[0];
  }

  #end(id: string): void {
    const known = this.#live.get(id);
    if (known === undefined) return;
    this.#live.delete(id);
    this.#ended.set(id, known.report);
    if (this.#ended.size <= MAX_ENDED_PROCESSES) return;
    const [oldest] = this.#ended.keys();
    this.#ended.delete(oldest!);
  }
}
