import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import { itemKey } from "../../shared/item.ts";
import type { Catalog, PublishedSale, SaleItem } from "../catalog/catalog.ts";

/** An item as the buy path needs it. */
export interface RegisteredItem {
  sale: PublishedSale;
  item: SaleItem;
  /** The epoch to use; 0 while the item is closed or distrusted. */
  openEpoch: number;
}

/** All that one process knows of the published sales. */
export interface SalesInForce {
  version: number;
  /** When the database was last asked, ms. */
  loadedAt: number;
  sales: PublishedSale[];
}

/**
 * What this process knows of published sales and their open epochs, read from the database (never
 * from Redis) and kept while the database is away.
 */
export interface SaleRegistry {
  current(): SalesInForce;
  /** Reads the version, and everything when it changed. @throws when the database is away. */
  refresh(): Promise<void>;
}

/** The registry over a catalog. Somebody has to call `refresh` about every 250 ms. */
export class CatalogRegistry implements SaleRegistry {
  #current: SalesInForce = { version: -1, loadedAt: 0, sales: [] };
  #items = new Map<ItemKey, RegisteredItem>();
  /** Items whose epoch was refused, with that epoch: not used until the database was read again. */
  readonly #distrusted = new Map<ItemKey, number>();
  #refreshing: Promise<void> | null = null;

  constructor(
    readonly catalog: Pick<Catalog, "version" | "publishedSales">,
    readonly clock: Clock,
  ) {}

  current(): SalesInForce {
    return this.#current;
  }

  /** The item, or undefined when no published sale has it. */
  find(item: ItemKey): RegisteredItem | undefined {
    return this.#items.get(item);
  }

  /** Every item that is open, with its epoch. */
  openItems(): ItemEpoch[] {
    const open: ItemEpoch[] = [];
    for (const [item, { openEpoch }] of this.#items) {
      if (openEpoch > 0) open.push({ item, epoch: openEpoch });
    }
    return open;
  }

  /**
   * Pauses an item here because the ledger or the queue no longer takes its epoch; the next
   * `refresh` that begins after this decides anew.
   */
  distrust({ item, epoch }: ItemEpoch): void {
    const known = this.#items.get(item);
    if (known?.openEpoch !== epoch) return;
    known.openEpoch = 0;
    this.#distrusted.set(item, epoch);
  }

  refresh(): Promise<void> {
    // A caller that comes while a read is under way needs one that began after it came.
    const next = (this.#refreshing ?? Promise.resolve()).catch(() => {}).then(() => this.#read());
    this.#refreshing = next;
    return next;
  }

  async #read(): Promise<void> {
    const forgiven = [...this.#distrusted.keys()];
    const version = await this.catalog.version();
    if (version === this.#current.version && forgiven.length === 0) {
      this.#current.loadedAt = this.clock();
      return;
    }
    const { version: loaded, sales } = await this.catalog.publishedSales();
    for (const item of forgiven) this.#distrusted.delete(item);
    const items = new Map<ItemKey, RegisteredItem>();
    for (const sale of sales) {
      const epochs = new Map(sale.openEpochs.map((entry) => [entry.item, entry.openEpoch]));
      for (const item of sale.items) {
        const key = itemKey(sale.saleId, item.productId);
        const distrusted = this.#distrusted.get(key);
        const openEpoch = epochs.get(key) ?? 0;
        items.set(key, { sale, item, openEpoch: openEpoch === distrusted ? 0 : openEpoch });
      }
    }
    this.#items = items;
    this.#current = { version: loaded, loadedAt: this.clock(), sales };
  }
}
