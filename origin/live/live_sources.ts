import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import { itemKey } from "../../shared/item.ts";
import type { ProcessReport } from "../../shared/process_report.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import type { PublishedSale } from "../catalog/catalog.ts";
import type { HealthCheck } from "../internal/health_routes.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { OrderQueue, QueueDepth } from "../queue/order_queue.ts";
import type { ReportList, ReportStore } from "./report_store.ts";

/** How long any source may take: what is late is missing in this frame. */
const SOURCE_TIMEOUT_MS = 600;

/** How often the last reports of processes that are gone are read without a reason. */
const ENDED_EVERY_MS = 30_000;

/** What live figures are read from. */
export interface LiveSourceParts {
  registry: Pick<SaleRegistry, "current">;
  ledger: Pick<StockLedger, "isUp" | "readStock" | "listOutbox">;
  book: Pick<OrderBook, "readItems">;
  queue: Pick<OrderQueue, "isUp" | "depth">;
  reports: ReportStore;
  health: HealthCheck[];
  clock: Clock;
}

/** What one round has read for all sales together. Null is what could not be read. */
export interface SharedReadings {
  reports: ReportList | null;
  depth: QueueDepth | null;
  parts: { name: string; up: boolean }[];
}

/** What one round has read of one sale. */
export interface SaleReadings {
  /** By the order of the sale's items; null where it is closed or away. */
  left: (number | null)[];
  sold: { stock: number; sold: number }[] | null;
  outbox: { messages: number; oldestAt: number | null } | null;
  ledgerRead: boolean;
}

/** Reads what live figures are made of; never throws and never takes longer than its deadline. */
export class LiveSources {
  #ended: ProcessReport[] = [];
  #endedReadAt = -Infinity;

  constructor(readonly parts: LiveSourceParts) {}

  /** The sale as this origin sells it; undefined for a draft, a copy, and what is long over. */
  sale(saleId: number): PublishedSale | undefined {
    return this.parts.registry.current().sales.find((sale) => sale.saleId === saleId);
  }

  /** What all sales have in common. */
  async shared(): Promise<SharedReadings> {
    const { reports, queue, health } = this.parts;
    const [list, depth, parts] = await Promise.all([
      inTime(() => reports.list(), "reading reports"),
      queue.isUp() ? inTime(() => queue.depth(), "asking for the queue's depth") : null,
      Promise.all(health.map(async ({ name, isReady }) => {
        const up = await inTime(async () => await isReady(), `asking ${name}`);
        return { name, up: up === true };
      })),
    ]);
    return { reports: list, depth, parts };
  }

  /** What one sale has. */
  async ofSale(sale: PublishedSale): Promise<SaleReadings> {
    const { ledger, book } = this.parts;
    const keys = sale.items.map(({ productId }) => itemKey(sale.saleId, productId));
    const open = openItems(sale);
    const up = ledger.isUp();
    const [stock, outbox, states] = await Promise.all([
      up ? inTime(() => ledger.readStock(open), "reading the stock") : null,
      up ? inTime(() => ledger.listOutbox(open.map(counted)), "counting the outbox") : null,
      inTime(() => book.readItems(keys), "reading the items"),
    ]);
    const left = new Map<ItemKey, number | null>(
      open.map(({ item }, at) => [item, stock?.[at] ?? null]),
    );
    const waiting = outbox?.filter((part) => part !== null) ?? [];
    const oldest = waiting.map(({ oldestAt }) => oldestAt).filter((at) => at !== null && at > 0);
    return {
      left: keys.map((key) => left.get(key) ?? null),
      sold: states === null || states.some((state) => state === null)
        ? null
        : states.map((state) => ({ stock: state!.stock, sold: state!.sold })),
      outbox: outbox === null ? null : {
        messages: waiting.reduce((sum, { total }) => sum + total, 0),
        oldestAt: oldest.length === 0 ? null : Math.min(...oldest as number[]),
      },
      ledgerRead: stock !== null,
    };
  }

  /** Last reports of processes that are gone; read anew when one has just gone, and now and then. */
  async ended(oneIsGone: boolean): Promise<ProcessReport[]> {
    const now = this.parts.clock();
    if (!oneIsGone && Math.abs(now - this.#endedReadAt) < ENDED_EVERY_MS) return this.#ended;
    const read = await inTime(() => this.parts.reports.ended(), "reading the last reports");
    if (read !== null) {
      this.#ended = read;
      this.#endedReadAt = now;
    }
    return this.#ended;
  }
}

function openItems(sale: PublishedSale): ItemEpoch[] {
  return sale.openEpochs.filter(({ openEpoch }) => openEpoch > 0)
    .map(({ item, openEpoch }) => ({ item, epoch: openEpoch }));
}

function counted(item: ItemEpoch) {
  return { ...item, skip: 0, limit: 0 };
}

/** The answer, or null when it failed or is late: the frame says that it is missing. */
async function inTime<T>(ask: () => Promise<T>, what: string): Promise<T | null> {
  try {
    return await withDeadline(Promise.resolve().then(ask), SOURCE_TIMEOUT_MS, what);
  } catch {
    return null;
  }
}
