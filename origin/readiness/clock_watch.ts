import type { ReportList } from "../live/report_store.ts";
import type { ProcessReport } from "../../shared/process_report.ts";

/** Reports of one process that are remembered: at two a second, of the last seconds. */
const KEPT = 10;

/** Processes that are remembered, as many as reports are listed of. */
const MAX_WATCHED = 256;

/** How often an origin looks at the reports. */
export const CLOCK_WATCH_INTERVAL_MS = 1_000;

/** How late the reports of one process seem at least. */
export interface Lateness {
  processId: string;
  kind: ProcessReport["kind"];
  /** The least of the samples: its clock is behind by at most this, and ahead if it is negative. */
  leastMs: number;
  samples: number;
}

interface Watched {
  kind: ProcessReport["kind"];
  lastSentAt: number;
  latenessMs: number[];
}

/**
 * Compares clocks by reports. A report can only seem later than it is, by the way that it took; so
 * the least lateness of several is nearest to the difference of the two clocks.
 */
export class ClockWatch {
  readonly #watched = new Map<string, Watched>();

  /** Takes in what is new in a list of reports, and forgets processes that are not in it. */
  observe({ reports }: ReportList): void {
    const listed = new Set<string>();
    for (const { report, takenAt } of reports.slice(0, MAX_WATCHED)) {
      const { processId, kind, sentAt } = report;
      listed.add(processId);
      const known = this.#watched.get(processId) ?? { kind, lastSentAt: NaN, latenessMs: [] };
      if (known.lastSentAt === sentAt) continue;
      known.lastSentAt = sentAt;
      known.latenessMs.push(takenAt - sentAt);
      if (known.latenessMs.length > KEPT) known.latenessMs.shift();
      this.#watched.set(processId, known);
    }
    for (const processId of this.#watched.keys()) {
      if (!listed.has(processId)) this.#watched.delete(processId);
    }
  }

  /** What is known of every process that reports. */
  latenesses(): Lateness[] {
    return [...this.#watched].map(([processId, { kind, latenessMs }]) => ({
      processId,
      kind,
      leastMs: Math.min(...latenessMs),
      samples: latenessMs.length,
    }));
  }
}
