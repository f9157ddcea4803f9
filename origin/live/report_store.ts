import {
  MAX_KEPT_SALES,
  MAX_REPORTED_SALES,
  type ProcessReport,
} from "../../shared/process_report.ts";

/** A report, and when it was taken by the clock of whoever keeps it, ms. */
export interface TakenReport {
  report: ProcessReport;
  takenAt: number;
}

/** What is known of all processes. Times by the keeper's clock, which all readers share. */
export interface ReportList {
  /** The keeper's time, ms: what `takenAt` is to be compared with, whatever the reader's clock says. */
  now: number;
  /** The newest report of each process that was heard of within `REPORT_KEPT_MS`. */
  reports: TakenReport[];
}

/** A process that was silent for so long is no longer listed. */
export const REPORT_KEPT_MS = 60_000;

/** Most processes listed at once; a new one takes the place of the one that was silent longest. */
export const MAX_PROCESSES = 256;

/** Last reports of processes that are gone, kept because their totals still count. */
export const MAX_ENDED_PROCESSES = 1_024;

/**
 * Where origins and workers keep what all processes report about themselves, so that any origin can
 * show all of them.
 */
export interface ReportStore {
  /**
   * Keeps a report in place of the process's last one, unless that has a higher `seq`. Sales that a
   * full report leaves out keep their last totals, so that no sum falls.
   * @throws when the keeper is away.
   */
  put(report: ProcessReport): Promise<void>;

  /** All processes heard of lately; those that went silent move to `ended`. @throws when away. */
  list(): Promise<ReportList>;

  /**
   * The last reports of processes that are no longer listed, at most `MAX_ENDED_PROCESSES`. One that
   * reports again leaves this list. @throws when the keeper is away.
   */
  ended(): Promise<ProcessReport[]>;
}

/** True when a report may leave out sales of which the process told before. */
export function mayLeaveOut({ sales }: ProcessReport): boolean {
  return sales.length >= MAX_REPORTED_SALES;
}

/** A report with the last totals of sales that only the one before told of; `MAX_KEPT_SALES` in all. */
export function withEarlierSales(report: ProcessReport, before: ProcessReport): ProcessReport {
  const told = new Set(report.sales.map(({ saleId }) => saleId));
  const earlier = before.sales.filter(({ saleId }) => !told.has(saleId));
  return { ...report, sales: [...report.sales, ...earlier].slice(0, MAX_KEPT_SALES) };
}
