import type { Clock } from "../../shared/clock.ts";
import type { LiveItem } from "../../shared/internal_api.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import { parseItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import type { PublishedSale } from "../catalog/catalog.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";

/** How old the stock of a sale may be that is still to come or under way. */
export const LIVE_STOCK_TTL_MS = 100;

/** The same for sales that are over: only a cancelled order still moves their stock. */
export const PAST_STOCK_TTL_MS = 5_000;

/** Items asked for in one call of the ledger. */
const ITEMS_PER_CALL = 500;

/** What the live stock is read from. */
export interface LiveStockParts {
  ledger: Pick<StockLedger, "isUp" | "readStock">;
  registry: Pick<SaleRegistry, "current">;
  clock: Clock;
  log: Log;
}

/** One group of items with the answer that is kept for them. */
interface Reading {
  version: number;
  readAt: number;
  live: Promise<LiveItem[]>;
}

/**
 * The stock of every published item as the ledger has it. However many edges ask, the ledger is
 * asked once per 100 ms; whoever comes while that is under way shares the answer. Never throws: what
 * cannot be read is null.
 */
export class LiveStock {
  readonly #readings: { running: Reading | null; past: Reading | null } = {
    running: null,
    past: null,
  };

  constructor(readonly parts: LiveStockParts) {}

  /** The pieces left of all published items. */
  async read(): Promise<LiveItem[]> {
    const [running, past] = await Promise.all([
      this.#readGroup("running", LIVE_STOCK_TTL_MS),
      this.#readGroup("past", PAST_STOCK_TTL_MS),
    ]);
    return past.length === 0 ? running : running.concat(past);
  }

  #readGroup(group: "running" | "past", ttlMs: number): Promise<LiveItem[]> {
    const now = this.parts.clock();
    const { version, sales } = this.parts.registry.current();
    const kept = this.#readings[group];
    // A clock that was set back must not keep an old answer for ever.
    if (kept && kept.version === version && Math.abs(now - kept.readAt) < ttlMs) return kept.live;
    const wanted = sales.filter((sale) => isOver(sale, now) === (group === "past"));
    const reading = { version, readAt: now, live: this.#ask(wanted) };
    this.#readings[group] = reading;
    return reading.live;
  }

  async #ask(sales: PublishedSale[]): Promise<LiveItem[]> {
    const { ledger, log } = this.parts;
    const entries = sales.flatMap((sale) => sale.openEpochs);
    const open: ItemEpoch[] = entries.filter(({ openEpoch }) => openEpoch > 0)
      .map(({ item, openEpoch }) => ({ item, epoch: openEpoch }));
    const stock = new Map<string, number | null>();
    try {
      for (let at = 0; at < open.length && ledger.isUp(); at += ITEMS_PER_CALL) {
        const asked = open.slice(at, at + ITEMS_PER_CALL);
        const answers = await ledger.readStock(asked);
        asked.forEach(({ item }, index) => stock.set(item, answers[index] ?? null));
      }
    } catch (error) {
      log.warning("Cannot read the live stock: {error}", { error: String(error) });
    }
    return entries.map(({ item }) => ({ ...parseItemKey(item), stock: stock.get(item) ?? null }));
  }
}

function isOver(sale: PublishedSale, nowMs: number): boolean {
  return sale.status === "closed" || nowMs >= sale.endsAt;
}
