import { z } from "zod";

/**
 * What a process tells the others about itself, about once in 500 ms, for the live view and the
 * readiness list. All counts are totals since its start, so that a report that is lost costs nothing
 * and rates are differences of two reports of one process.
 */
export interface ProcessReport {
  /** New at every start, so that totals that begin again at 0 are told from ones that fell. */
  processId: string;
  /** Counts the reports of one process, from 1: one that comes late never hides a newer one. */
  seq: number;
  kind: "edge" | "origin" | "worker";
  /** The sender's clock, ms; whoever takes a report adds when that was by his own. */
  sentAt: number;
  startedAt: number;
  ready: boolean;
  /** The last report of a process that stops in order: nobody needs to wonder why no other comes. */
  ending?: true;
  /** Version of the sales that it works with; on an edge, of the pages that it shows; −1 for none. */
  salesVersion: number;
  /**
   * The sales that are on, then those in which something happened last; at most `MAX_REPORTED_SALES`.
   * Whoever keeps a full report adds what it left out: at most `MAX_KEPT_SALES`.
   */
  sales: SaleReport[];
  /** An edge's view of each origin. */
  origins?: { url: string; healthy: boolean; ready: boolean; inFlight: number }[];
  /** Version of its Bloom filter of products, and how many ids that was made of; not workers. */
  products?: { version: string; count: number };
  /** Workers: messages recorded, and when the ledger decided the oldest one in hand, ms. */
  recording?: { messages: number; oldestReservedAt: number | null };
}

/** Totals of one sale in one process. What a process has nothing to do with is left out. */
export interface SaleReport {
  saleId: number;
  /** Edges: answers to buys by `BuyOutcome`; codes that never came are left out. */
  outcomes?: Record<string, number>;
  /**
   * Edges: ms from a buy's arrival to its answer, of those that an origin was asked about, counts by
   * `LATENCY_BOUNDS_MS` and one above. What an edge refuses alone takes no time that can be told.
   */
  latency?: number[];
  /** Edges: refusals by which limit, `user`, `address`, `sale`. */
  limits?: Record<string, number>;
  /** Edges: puzzles given out, solved, failed, and passes that were spent. */
  captcha?: { asked: number; solved: number; failed: number; spent: number };
  /** Workers: orders and refusals written. */
  written?: { orders: number; refused: number };
}

/** Most sales in one report. */
export const MAX_REPORTED_SALES = 50;

/** Most sales of one process that a keeper of reports knows, with those of its earlier reports. */
export const MAX_KEPT_SALES = 200;

/** Most bytes of a report as JSON: 50 sales with every field at its longest are 75 KiB. */
export const MAX_REPORT_BYTES = 128 * 1024;

/** Pause between two reports of one process. */
export const REPORT_EVERY_MS = 500;

/**
 * What a buy can hear, as it is counted: `reserved` is a new reservation, `known` one that the same
 * `Idempotency-Key` made before, `other` what this table does not know.
 */
export const BUY_OUTCOMES = [
  "reserved",
  "processing",
  "known",
  "already_bought",
  "sold_out",
  "rate_limited",
  "captcha_required",
  "not_started",
  "paused",
  "ended",
  "busy",
  "unavailable",
  "unauthenticated",
  "not_eligible",
  "blocked",
  "order_ended",
  "idempotency_mismatch",
  "unknown_item",
  "invalid",
  "too_large",
  "other",
] as const;

export type BuyOutcome = (typeof BUY_OUTCOMES)[number];

/** Longest name of an outcome or a limit, and most of them in a report. */
const MAX_NAME = 64;
const MAX_NAMES = 64;

const countSchema = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const countsSchema = z.record(z.string().max(MAX_NAME), countSchema)
  .refine((counts) => Object.keys(counts).length <= MAX_NAMES);

const saleReportSchema = z.object({
  saleId: z.number().int().min(1),
  outcomes: countsSchema.optional(),
  latency: z.array(countSchema).max(MAX_NAMES).optional(),
  limits: countsSchema.optional(),
  captcha: z.object({
    asked: countSchema,
    solved: countSchema,
    failed: countSchema,
    spent: countSchema,
  }).optional(),
  written: z.object({ orders: countSchema, refused: countSchema }).optional(),
});

const processReportSchema = (maxSales: number) =>
  z.object({
    processId: z.string().min(1).max(MAX_NAME),
    seq: z.number().int().min(1),
    kind: z.enum(["edge", "origin", "worker"]),
    sentAt: z.number(),
    startedAt: z.number(),
    ready: z.boolean(),
    ending: z.literal(true).optional(),
    salesVersion: z.number(),
    sales: z.array(saleReportSchema).max(maxSales),
    origins: z.array(z.object({
      url: z.string().max(2_000),
      healthy: z.boolean(),
      ready: z.boolean(),
      inFlight: countSchema,
    })).max(64).optional(),
    products: z.object({ version: z.string().max(MAX_NAME), count: countSchema }).optional(),
    recording: z.object({
      messages: countSchema,
      oldestReservedAt: z.number().nullable(),
    }).optional(),
  });

const sentSchema = processReportSchema(MAX_REPORTED_SALES);
const keptSchema = processReportSchema(MAX_KEPT_SALES);

/** Reads a report that another process sent; null for what is none. Unknown fields are dropped. */
export function readProcessReport(text: string): ProcessReport | null {
  return readReport(text, sentSchema);
}

/** Reads a report as a keeper wrote it, with up to `MAX_KEPT_SALES` sales. */
export function readKeptReport(text: string): ProcessReport | null {
  return readReport(text, keptSchema);
}

function readReport(text: string, schema: typeof sentSchema): ProcessReport | null {
  try {
    return schema.parse(JSON.parse(text)) as ProcessReport;
  } catch {
    return null;
  }
}

/** Upper bounds of the classes of `SaleReport.latency`, ms; a fifth apart, so percentiles are too. */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from(
  { length: 45 },
  (_, at) => Math.round(1.2 ** at * 100) / 100,
);

/** The class of a time: the first whose bound it does not pass, or the one above all bounds. */
export function latencyClass(ms: number): number {
  let low = 0;
  let high = LATENCY_BOUNDS_MS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (LATENCY_BOUNDS_MS[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
