import { BloomFilter } from "../../../shared/bloom_filter.ts";
import { logOf } from "../../../shared/log.ts";
import type { ProcessReport } from "../../../shared/process_report.ts";
import { DEFAULT_LIMITS } from "../../../shared/sale.ts";
import type { Product, PublishedSale, Sale } from "../../catalog/catalog.ts";
import type { TakenReport } from "../../live/report_store.ts";
import type { ItemState } from "../../orders/order_book.ts";
import { ClockWatch } from "../clock_watch.ts";
import type { Finding, ReadinessCheck, ReadinessParts } from "../readiness.ts";
import { ReadinessDesk } from "../readiness_desk.ts";
import { good } from "../readiness.ts";
import type { WebhookStatus } from "../../webhook/webhook_book.ts";
import type { ServerFinding } from "../store_probes.ts";

/** The moment at which every test looks. */
export const NOW = Date.UTC(2026, 5, 1, 10);

const VERSION = 41;

const FILTER = "2-12";

/** A sale that starts in an hour, of two products. */
export function saleOf(changes: Partial<Sale> = {}): Sale {
  return {
    saleId: 7,
    title: "Spring",
    startsAt: NOW + 3_600_000,
    endsAt: NOW + 7_200_000,
    status: "published",
    paused: false,
    minLevel: 0,
    claims: [],
    captcha: "suspicious",
    limits: DEFAULT_LIMITS,
    paymentWindowS: 900,
    maxExpiredHolds: 3,
    items: [
      { productId: 11, stock: 5, price: 100, currency: "CNY", perUserLimit: 1 },
      { productId: 12, stock: -1, price: 200, currency: "CNY", perUserLimit: 1 },
    ],
    ...changes,
  };
}

/** A system in which everything is as it should be; tests change a part of it. */
export class ReadySystem {
  now = NOW;
  sale: Sale = saleOf();
  products: Record<number, Partial<Product>> = { 11: { name: "Kettle" }, 12: { name: "Pot" } };
  others: Sale[] = [];
  open = true;
  left: (number | null)[] = [5, -1];
  ledgerUp = true;
  queueUp = true;
  /** What each look at the queue finds; the last one again and again. */
  depths = [{ ready: 0, consumers: 2 }];
  known = true;
  filter: BloomFilter | null = filterOf([11, 12]);
  ledgerServer: ServerFinding = server("Redis", good("Redis 7.2.4"), 3);
  database: ServerFinding = server("MySQL", good("It answers and has schema 4"), -2);
  reports: TakenReport[] = [
    this.taken({ processId: "e1", kind: "edge", products: { version: FILTER, count: 2 } }),
    this.taken({ processId: "e2", kind: "edge", products: { version: FILTER, count: 2 } }),
    this.taken({ processId: "o1", kind: "origin" }),
    this.taken({ processId: "w1", kind: "worker" }),
  ];
  payment: (() => Promise<Finding>) | null = () => Promise.resolve(good("It answers"));
  webhook: WebhookStatus = {
    url: "https://shop.example/dropgate",
    seenAt: NOW,
    attempts: 0,
    nextTryAt: 0,
    lastError: null,
    deliveredAt: NOW,
    lag: { events: 0, more: false, oldestAt: null },
    failed: 0,
  };
  readonly clocks = new ClockWatch();
  readonly waits: number[] = [];
  /** Runs before every answer of `delay`. */
  onDelay: () => void = () => {};

  /** A report as the keeper took it `lateMs` after it was sent. */
  taken(changes: Partial<ProcessReport>, lateMs = 5): TakenReport {
    const report: ProcessReport = {
      processId: "p",
      seq: 1,
      kind: "edge",
      sentAt: NOW - lateMs,
      startedAt: NOW - 60_000,
      ready: true,
      salesVersion: VERSION,
      sales: [],
      ...changes,
    };
    return { report, takenAt: report.sentAt + lateMs };
  }

  /** The edges with one change. */
  changeEdges(changes: Partial<ProcessReport>): void {
    for (const { report } of this.reports) {
      if (report.kind === "edge") Object.assign(report, changes);
    }
  }

  parts(changes: Partial<ReadinessParts> = {}): ReadinessParts {
    let look = 0;
    return {
      catalog: {
        getSale: () => Promise.resolve(this.sale),
        getProduct: (id) =>
          Promise.resolve(this.products[id] ? this.#product(id, this.products[id]) : null),
        version: () => Promise.resolve(VERSION),
      },
      book: { readItems: (keys) => Promise.resolve(keys.map((_, at) => this.#state(at))) },
      ledger: {
        isUp: () => this.ledgerUp,
        readStock: () => Promise.resolve(this.left),
      },
      queue: {
        isUp: () => this.queueUp,
        depth: () => Promise.resolve(this.depths[look++] ?? this.depths.at(-1)!),
      },
      registry: {
        current: () => ({
          version: VERSION,
          loadedAt: this.now,
          sales: [...(this.known ? [this.sale] : []), ...this.others] as PublishedSale[],
        }),
      },
      productIds: {
        refresh: () => Promise.resolve(),
        current: () => this.filter && { version: FILTER, ...this.filter.parts() },
      },
      probes: {
        ledger: () => Promise.resolve(this.ledgerServer),
        database: () => Promise.resolve(this.database),
      },
      reports: { list: () => Promise.resolve({ now: this.now, reports: this.reports }) },
      clocks: this.clocks,
      gateway: this.payment ? { check: this.payment } : {},
      webhook: { status: () => Promise.resolve(this.webhook) },
      clock: () => this.now,
      delay: (ms) => {
        this.waits.push(ms);
        this.onDelay();
        return Promise.resolve();
      },
      log: logOf("test"),
      ...changes,
    };
  }

  desk(changes: Partial<ReadinessParts> = {}): ReadinessDesk {
    return new ReadinessDesk(this.parts(changes));
  }

  /** The line of one check. @throws when it was left out */
  async line(name: string, changes: Partial<ReadinessParts> = {}): Promise<ReadinessCheck> {
    const { checks } = await this.desk(changes).check(this.sale);
    const found = checks.find((check) => check.name === name);
    if (!found) throw new Error(`There is no check ${name}`);
    return found;
  }

  #product(productId: number, fields: Partial<Product>): Product {
    const price = this.sale.items.find((item) => item.productId === productId)?.price ?? 0;
    const texts = { name: "Lamp", subtitle: "", description: "", images: ["/media/a.png"] };
    return { productId, ...texts, price, currency: "CNY", ...fields };
  }

  #state(at: number): ItemState {
    const { productId, stock, price, currency } = this.sale.items[at]!;
    const epoch = this.open ? 1 : 0;
    return {
      item: `${this.sale.saleId}-${productId}`,
      stock,
      sold: 0,
      epoch,
      ledgerEpoch: epoch,
      openEpoch: epoch,
      drainedEpoch: 0,
      paused: false,
      price,
      currency,
    };
  }
}

/** A filter of these ids. */
export function filterOf(ids: number[]): BloomFilter {
  const filter = BloomFilter.for(1_000, 0.0001);
  for (const id of ids) filter.add(id);
  return filter;
}

/** What a probe found, with a clock that is ahead by so much; 2 ms each way. */
export function server(name: string, found: Finding, offsetMs: number): ServerFinding {
  return { server: name, ...found, clock: { offsetMs, uncertaintyMs: 2 } };
}
