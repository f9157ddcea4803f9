import type { BenchCommand } from "./bench_options.ts";
import type { Proof } from "./count_orders.ts";
import type { LatencySummary } from "./histogram.ts";
import type { Machine } from "./machine.ts";
import type { Violation } from "./verdict.ts";

/** Version of the form of `result.json`. */
export const RESULT_VERSION = 1;

/** One run: one sale, one crowd. Latencies in ms. */
export interface RoundResult {
  saleId: number;
  productId: number;
  stock: number;
  /** Buyers signed in for it, and how many of them asked before the time was over. */
  prepared: number;
  asked: number;
  /** True when a timed run ended early because every prepared buyer had bought. */
  usedUp: boolean;
  /** From the first request to the last answer. */
  elapsedS: number;
  /** `reserved` answers. */
  accepted: number;
  acceptedPerSecond: number;
  answersPerSecond: number;
  /** `processing` answers, and what they became. */
  processing: { answers: number; ordered: number; refused: number; open: number };
  soldOut: number;
  serverErrors: number;
  unexpected: number;
  unanswered: number;
  /** Answers by status and code. */
  kinds: Record<string, number>;
  samples: string[];
  /** From the first request to the last `reserved`. */
  lastReservedS: number;
  reservedLatency: LatencySummary;
  latency: LatencySummary;
  /** The latency curve of the `reserved` answers. */
  curve: { percent: number; ms: number }[];
  /** Per `courseStepMs`. */
  courseStepMs: number;
  course: { reserved: number; all: number }[];
  reconnects: number;
  /** CPU seconds of the generator per second; 1 is one core. */
  generatorCpuShare: number;
  /** Rows of the admin API, and the seconds from the last answer until all were written. */
  rowsCounted: number;
  writtenAfterS: number | null;
  proof: Proof;
  /** Rows by SQL, when a database is known: rows, live ones, their tickets and buyers. */
  database: { rows: number; live: number; tickets: number; users: number } | null;
  /** Reserved tickets that were looked up one by one through the public API. */
  ticketsLookedUp: number;
  echoPerSecond: number | null;
  /** `acceptedPerSecond : echoPerSecond` (rush: all answers). */
  echoRatio: number | null;
  violations: Violation[];
}

/** What `result.json` holds. */
export interface BenchResult {
  version: typeof RESULT_VERSION;
  command: BenchCommand;
  startedAt: string;
  machine: Machine;
  system: {
    profile: "embedded" | "services" | "running";
    edgeUrl: string;
    /** Type of the file system under the data of an embedded system started here. */
    dataFileSystem: string | null;
  };
  settings: {
    seconds: number | null;
    buyers: number | null;
    stock: number | null;
    connections: number;
    rounds: number;
    warmUpBuyers: number;
    seed: number;
    signIn: "dev_login" | "jwt";
  };
  /** Every echo measurement, in order. */
  echo: { perSecond: number; generatorCpuShare: number }[];
  rounds: RoundResult[];
  /** Medians over the rounds. */
  median: {
    acceptedPerSecond: number;
    answersPerSecond: number;
    p50: number;
    p99: number;
    writtenAfterS: number | null;
    echoPerSecond: number | null;
    echoRatio: number | null;
    generatorCpuShare: number;
  };
  ok: boolean;
}
