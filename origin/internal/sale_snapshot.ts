import type { Clock } from "../../shared/clock.ts";
import type { Snapshot, SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import type { SaleRegistry, SalesInForce } from "../buy/sale_registry.ts";
import type { Product, PublishedSale } from "../catalog/catalog.ts";
import type { ProductIds } from "../catalog/product_ids.ts";
import { type ListsInForce, OLDER_AFTER_MS } from "../customers/lists_in_force.ts";
import type { LiveStock } from "./live_stock.ts";
import type { SoldOutTimes } from "./sold_out_times.ts";

/** What a snapshot is made of. */
export interface SnapshotParts {
  registry: Pick<SaleRegistry, "current">;
  liveStock: Pick<LiveStock, "read">;
  lists: Pick<ListsInForce, "current" | "since">;
  productIds: Pick<ProductIds, "current">;
  soldOut: Pick<SoldOutTimes, "with">;
  clock: Clock;
}

/** The versions that an edge has; a part is left out of the answer when it is still that one. */
export interface KnownVersions {
  have?: string | undefined;
  lists?: string | undefined;
  products?: string | undefined;
}

/** Answers edges that ask what there is to sell. */
export class SnapshotDesk {
  #translated: { from: PublishedSale[]; sales: SnapshotSale[] } | null = null;
  /** Since when edges have shown a version that is higher than the one here, ms. */
  #behindSinceMs: number | null = null;
  #behindVersion = -1;

  constructor(readonly parts: SnapshotParts) {}

  /**
   * All that an edge has to know and does not know yet. Null while this origin has not read the
   * sales and the lists even once: an edge that knows of nobody who is blocked would let everybody
   * in.
   */
  async take(known: KnownVersions = {}): Promise<Snapshot | null> {
    const { registry, liveStock, clock } = this.parts;
    const inForce = registry.current();
    if (inForce.loadedAt === 0 || this.parts.lists.current() === null) return null;
    const version = String(inForce.version);
    const sales = known.have === version || this.#isBehind(known.have, inForce)
      ? {}
      : { sales: this.#salesOf(inForce.sales) };
    const changed = this.parts.lists.since(known.lists);
    const lists = changed === null ? {} : { lists: changed };
    const ids = this.parts.productIds.current();
    const products = ids === null || known.products === ids.version ? {} : { products: ids };
    const live = this.parts.soldOut.with(await liveStock.read());
    return { version, serverNow: clock(), ...sales, ...lists, ...products, live };
  }

  /**
   * True while an edge that asks may know a change that is not read here yet: told what was before
   * it, the edge would go back to pages of a state that is over, until it asks another origin. A
   * database that stays at the lower version is a backup that was restored.
   */
  #isBehind(have: string | undefined, { version, loadedAt }: SalesInForce): boolean {
    if (have === undefined || !(Number(have) > version)) return false;
    // A version that was read since then is not the one that lagged.
    if (this.#behindSinceMs === null || version !== this.#behindVersion) {
      this.#behindSinceMs = this.parts.clock();
      this.#behindVersion = version;
    }
    return loadedAt - this.#behindSinceMs < OLDER_AFTER_MS;
  }

  #salesOf(published: PublishedSale[]): SnapshotSale[] {
    if (this.#translated?.from !== published) {
      this.#translated = { from: published, sales: published.map(snapshotSale) };
    }
    return this.#translated.sales;
  }
}

/** A published sale in the form that edges read. */
export function snapshotSale(sale: PublishedSale): SnapshotSale {
  const products = new Map(sale.products.map((product) => [product.productId, product]));
  return {
    saleId: sale.saleId,
    title: sale.title,
    startsAt: sale.startsAt,
    endsAt: sale.endsAt,
    closed: sale.status === "closed",
    paused: sale.paused,
    minLevel: sale.minLevel,
    captcha: sale.captcha,
    limits: { ...sale.limits },
    claims: sale.claims,
    paymentWindowS: sale.paymentWindowS,
    items: sale.items.flatMap((item): SnapshotItem[] => {
      const product = products.get(item.productId);
      return product ? [{ ...item, product: snapshotProduct(product) }] : [];
    }),
  };
}

function snapshotProduct(product: Product): SnapshotItem["product"] {
  const { productId, name, subtitle, description, images } = product;
  return { productId, name, subtitle, description, images };
}
