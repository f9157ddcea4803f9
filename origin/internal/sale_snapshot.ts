import type { Clock } from "../../shared/clock.ts";
import type { Snapshot, SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import type { Product, PublishedSale } from "../catalog/catalog.ts";
import type { LiveStock } from "./live_stock.ts";

/** What a snapshot is made of. */
export interface SnapshotParts {
  registry: Pick<SaleRegistry, "current">;
  liveStock: Pick<LiveStock, "read">;
  clock: Clock;
}

/** Answers edges that ask what there is to sell. */
export class SnapshotDesk {
  #translated: { from: PublishedSale[]; sales: SnapshotSale[] } | null = null;

  constructor(readonly parts: SnapshotParts) {}

  /**
   * All that an edge has to know; the sales only when `have` is not their version. Null while this
   * origin has not read the sales even once.
   */
  async take(have: string | undefined): Promise<Snapshot | null> {
    const { registry, liveStock, clock } = this.parts;
    const inForce = registry.current();
    if (inForce.loadedAt === 0) return null;
    const version = String(inForce.version);
    const sales = have === version ? {} : { sales: this.#salesOf(inForce.sales) };
    const live = await liveStock.read();
    return { version, serverNow: clock(), ...sales, live };
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
