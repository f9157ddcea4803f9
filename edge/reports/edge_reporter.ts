import type { Clock } from "../../shared/clock.ts";
import { type ProcessReport, REPORT_EVERY_MS } from "../../shared/process_report.ts";
import type { OriginPool } from "../origin_pool.ts";
import type { SaleIndex } from "../sale_index.ts";
import type { Timer, Timers } from "../timers.ts";
import type { SaleCounts } from "./sale_counts.ts";

/** How long an origin may take to accept a report: the next one says all that this one did. */
const REPORT_TIMEOUT_MS = 1_000;

/** What reports are made of. */
export interface EdgeReporterParts {
  processId: string;
  counts: Pick<SaleCounts, "reports">;
  pool: Pick<OriginPool, "tell" | "origins">;
  index: Pick<SaleIndex, "sales">;
  /** Version of the sales in force, as the snapshot has it; empty before the first. */
  salesVersion: () => string;
  /** Version of the filter of products: how many ids, and the highest. */
  productsVersion: () => string;
  ready: () => boolean;
  clock: Clock;
  timers: Timers;
}

/**
 * Tells a healthy origin every 500 ms what this edge has counted and how it sees the origins. A
 * report that does not arrive is only counted: the next one holds the same totals and more.
 */
export class EdgeReporter {
  readonly #parts: EdgeReporterParts;
  readonly #startedAt: number;
  #seq = 0;
  #timer: Timer | null = null;
  #sending: Promise<void> | null = null;
  #stopped = true;
  readonly counts = { sent: 0, failed: 0 };

  constructor(parts: EdgeReporterParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock();
  }

  /** Begins to report; the first report leaves after one pause. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#wait();
  }

  /** Sends a last report, so that nothing that was counted is missing, and no more. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#timer !== null) this.#parts.timers.cancel(this.#timer);
    this.#timer = null;
    await this.#sending;
    await this.#send({ ...this.report(), ending: true });
  }

  /** The report of this moment. */
  report(): ProcessReport {
    const { processId, counts, pool, clock, ready, salesVersion, productsVersion } = this.#parts;
    const version = Number.parseInt(salesVersion(), 10);
    const filter = productsVersion();
    const nowMs = clock();
    this.#seq += 1;
    return {
      processId,
      seq: this.#seq,
      kind: "edge",
      sentAt: nowMs,
      startedAt: this.#startedAt,
      ready: ready(),
      salesVersion: Number.isNaN(version) ? -1 : version,
      sales: counts.reports((saleId) => this.#isOn(saleId, nowMs)),
      origins: pool.origins.map(({ origin, healthy, ready, inFlight }) => ({
        url: origin.url,
        healthy,
        ready,
        inFlight,
      })),
      products: { version: filter, count: Number.parseInt(filter, 10) || 0 },
    };
  }

  #isOn(saleId: number, nowMs: number): boolean {
    const sale = this.#parts.index.sales.get(saleId);
    return sale !== undefined && sale.facts.startsAt <= nowMs && sale.state(nowMs) !== "ended";
  }

  #wait(): void {
    this.#timer = this.#parts.timers.after(REPORT_EVERY_MS, () => {
      this.#sending = this.#send(this.report()).then(() => {
        if (!this.#stopped) this.#wait();
      });
    });
  }

  async #send(report: ProcessReport): Promise<void> {
    try {
      await this.#parts.pool.tell({
        method: "POST",
        path: "/internal/report",
        body: JSON.stringify(report),
        timeoutMs: REPORT_TIMEOUT_MS,
      });
      this.counts.sent += 1;
    } catch {
      this.counts.failed += 1;
    }
  }
}
