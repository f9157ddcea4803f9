import type { Log } from "../../shared/log.ts";
import { type ProcessReport, REPORT_EVERY_MS } from "../../shared/process_report.ts";
import { repeat, type Repeating } from "../../shared/repeat.ts";
import type { ReportStore } from "./report_store.ts";

/** How reports of an origin or a worker went. */
export interface ReportCounts {
  sent: number;
  failed: number;
}

/** Reporting of this process, until it is stopped; then it tells once more, that it ends. */
export interface ProcessReporting extends Repeating {
  readonly counts: Readonly<ReportCounts>;
}

/**
 * Keeps the report of this process fresh, every 500 ms. A failure is only counted: the next report
 * holds the same totals and more, and whoever looks sees that none comes.
 */
export function startReporting(
  reports: Pick<ReportStore, "put">,
  make: () => ProcessReport | Promise<ProcessReport>,
  log: Log,
): ProcessReporting {
  const counts: ReportCounts = { sent: 0, failed: 0 };
  const send = async (last: Pick<ProcessReport, "ending">) => {
    try {
      await reports.put({ ...await make(), ...last });
      counts.sent += 1;
    } catch {
      counts.failed += 1;
    }
  };
  const job = repeat("reporting", REPORT_EVERY_MS, log, () => send({}));
  return {
    counts,
    wake: () => job.wake(),
    async stop() {
      await job.stop();
      await send({ ending: true });
    },
  };
}
