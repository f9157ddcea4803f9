/**
 * What a process tells the others about itself, about once in 500 ms, for the live view and the
 * readiness list. All counts are totals since its start, so that a report that is lost costs nothing
 * and rates are differences of two reports of one process.
 */
export interface ProcessReport {
  /** New at every start, so that totals that begin again at 0 are told from ones that fell. */
  processId: string;
  kind: "edge" | "origin" | "worker";
  /** The sender's clock, ms; whoever takes a report adds when that was by his own. */
  sentAt: number;
  startedAt: number;
  ready: boolean;
  /** Version of the sales that it works with; on an edge, of the pages that it shows. */
  salesVersion: number;
  /** Sales that something happened in during the last minutes; at most `MAX_REPORTED_SALES`. */
  sales: SaleReport[];
  /** An edge's view of each origin. */
  origins?: { url: string; healthy: boolean; ready: boolean; inFlight: number }[];
  /** Ids in the edge's Bloom filter, and what it was made of; edges only. */
  products?: { version: number; count: number };
}

/** Totals of one sale in one process. What a process has nothing to do with is left out. */
export interface SaleReport {
  saleId: number;
  /** Edges: answers to buys by outcome code, replays of known tickets under `known`. */
  outcomes?: Record<string, number>;
  /** Edges: ms from a buy's arrival to its answer, counts by `LATENCY_BOUNDS_MS` and one above. */
  latency?: number[];
  /** Edges: refusals by which limit, `user`, `address`, `sale`. */
  limits?: Record<string, number>;
  /** Edges: puzzles given out, solved, failed, and passes that were spent. */
  captcha?: { asked: number; solved: number; failed: number; spent: number };
  /** Workers: orders and refusals written. */
  written?: { orders: number; refused: number };
}

export const MAX_REPORTED_SALES = 50;

/** Upper bounds of the classes of `SaleReport.latency`, ms; a fifth apart, so percentiles are too. */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from(
  { length: 45 },
  (_, at) => Math.round(1.2 ** at * 100) / 100,
);
