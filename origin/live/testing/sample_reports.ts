import type { ProcessReport, SaleReport } from "../../../shared/process_report.ts";

/** The sale of the tests. */
export const SALE = 7;

/** A report of an edge that has counted so many of each outcome in sale 7. */
export function edgeReport(
  processId: string,
  seq: number,
  outcomes: Record<string, number>,
  changes: Partial<ProcessReport> & { sale?: Partial<SaleReport> } = {},
): ProcessReport {
  const { sale, ...rest } = changes;
  return {
    processId,
    seq,
    kind: "edge",
    sentAt: 0,
    startedAt: 0,
    ready: true,
    salesVersion: 1,
    sales: [{ saleId: SALE, outcomes, ...sale }],
    ...rest,
  };
}
