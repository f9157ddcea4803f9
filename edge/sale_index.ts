import { isoTime } from "../shared/clock.ts";
import type {
  InternalAnswers,
  LiveItem,
  SnapshotItem,
  SnapshotProduct,
  SnapshotSale,
} from "../shared/internal_api.ts";
import { type ItemKey, itemKey } from "../shared/item.ts";
import { type SaleState, saleState } from "../shared/sale.ts";

/**
 * A stretch of time in which buyers hear one and the same refusal. Its name is never used again, so
 * what was learned in it ends with it.
 */
export interface RefusalPeriod {
  name: string;
  /** When this edge learned of it, ms. */
  sinceMs: number;
}

/** An item as this edge knows it. */
export class ItemEntry {
  /** Pieces left when last heard; −1 is unlimited. Kept while the ledger is away. */
  stock: number;
  /** When the last piece went, and when an unpaid order may give one back, ms; null: unknown. */
  soldOutAt: number | null = null;
  mayReturnAt: number | null = null;
  soldOut: RefusalPeriod | null = null;
  #periods = 0;

  constructor(readonly key: ItemKey, readonly facts: SnapshotItem) {
    this.stock = facts.stock;
  }

  /** Takes over what was known of the item before its sale was changed. */
  carryOver(earlier: ItemEntry): void {
    this.stock = earlier.stock;
    this.soldOutAt = earlier.soldOutAt;
    this.mayReturnAt = earlier.mayReturnAt;
    this.soldOut = earlier.soldOut;
    this.#periods = earlier.#periods;
  }

  /** Notes the stock, and a sell-out or its end. */
  setStock(stock: number, nowMs: number): void {
    this.stock = stock;
    if (stock !== 0) {
      this.soldOut = null;
    } else if (this.soldOut === null) {
      this.#periods += 1;
      this.soldOut = { name: `sold_out-${this.#periods}`, sinceMs: nowMs };
    }
  }
}

/** A sale as this edge knows it, with the parts of its JSON that do not change with every buy. */
export class SaleEntry {
  readonly items = new Map<number, ItemEntry>();
  paused: RefusalPeriod | null = null;
  ended: RefusalPeriod;
  #pauses = 0;
  readonly #head: string;
  #itemsJson: string | null = null;
  #stockJson: string | null = null;

  constructor(readonly facts: SnapshotSale, nowMs: number) {
    for (const item of facts.items) {
      const key = itemKey(facts.saleId, item.productId);
      this.items.set(item.productId, new ItemEntry(key, item));
    }
    this.ended = { name: "ended", sinceMs: facts.closed ? nowMs : facts.endsAt };
    if (facts.paused) this.#pause(nowMs);
    const { saleId, title, startsAt, endsAt, minLevel } = facts;
    const head = { saleId, title, startsAt: isoTime(startsAt), endsAt: isoTime(endsAt), minLevel };
    this.#head = JSON.stringify(head).slice(0, -1);
  }

  carryOver(earlier: SaleEntry, nowMs: number): void {
    for (const [productId, item] of this.items) {
      const before = earlier.items.get(productId);
      if (before) item.carryOver(before);
    }
    if (earlier.facts.closed) this.ended = earlier.ended;
    this.#pauses = earlier.#pauses;
    this.paused = null;
    if (this.facts.paused && earlier.paused) this.paused = earlier.paused;
    else if (this.facts.paused) this.#pause(nowMs);
  }

  setStock(item: ItemEntry, stock: number, nowMs: number): void {
    if (item.stock !== stock) this.#itemsJson = this.#stockJson = null;
    item.setStock(stock, nowMs);
  }

  /** Notes since when an item is sold out, and when a piece may come back. */
  setTimes(item: ItemEntry, soldOutAt: number | null, mayReturnAt: number | null): void {
    if (item.soldOutAt === soldOutAt && item.mayReturnAt === mayReturnAt) return;
    item.soldOutAt = soldOutAt;
    item.mayReturnAt = mayReturnAt;
    this.#stockJson = null;
  }

  state(nowMs: number): SaleState {
    return saleState({ ...this.facts, soldOut: this.#soldOut() }, nowMs);
  }

  /** The sale as `/api/sales/{saleId}` shows it. */
  json(nowMs: number, serverNow: string): string {
    this.#itemsJson ??= JSON.stringify([...this.items.values()].map(({ facts, stock }) => ({
      productId: facts.productId,
      name: facts.product.name,
      price: facts.price,
      currency: facts.currency,
      stock,
      perUserLimit: facts.perUserLimit,
    })));
    return `${this.#head},"state":"${this.state(nowMs)}","serverNow":"${serverNow}",` +
      `"items":${this.#itemsJson}}`;
  }

  /** The stock as `/api/sales/{saleId}/stock` shows it. */
  stockJson(nowMs: number, serverNow: string): string {
    this.#stockJson ??= JSON.stringify([...this.items.values()].map((item) => ({
      productId: item.facts.productId,
      stock: item.stock,
      ...(item.soldOutAt === null ? {} : { soldOutAt: isoTime(item.soldOutAt) }),
      ...(item.mayReturnAt === null ? {} : { mayReturnAt: isoTime(item.mayReturnAt) }),
    })));
    return `{"serverNow":"${serverNow}","state":"${this.state(nowMs)}","items":${this.#stockJson}}`;
  }

  #soldOut(): boolean {
    if (this.items.size === 0) return false;
    for (const item of this.items.values()) if (item.soldOut === null) return false;
    return true;
  }

  #pause(nowMs: number): void {
    this.#pauses += 1;
    this.paused = { name: `paused-${this.#pauses}`, sinceMs: nowMs };
  }
}

/** A product that is in a sale, with the price of the newest sale that has it. */
export interface ProductEntry {
  product: SnapshotProduct;
  price: number;
  currency: string;
  saleIds: number[];
}

/**
 * What this edge knows of all sales: the facts of the last snapshot and the stock last heard. The
 * origin bounds the number of sales (1,000), and with it all that is kept here.
 */
export class SaleIndex {
  #sales = new Map<number, SaleEntry>();
  #products = new Map<number, ProductEntry>();

  /** In the order of the origin: newest start first. */
  get sales(): ReadonlyMap<number, SaleEntry> {
    return this.#sales;
  }

  get products(): ReadonlyMap<number, ProductEntry> {
    return this.#products;
  }

  /** Replaces the facts and keeps what is known of items that stay. */
  replace(sales: SnapshotSale[], nowMs: number): void {
    const entries = new Map<number, SaleEntry>();
    const products = new Map<number, ProductEntry>();
    for (const facts of sales) {
      const entry = new SaleEntry(facts, nowMs);
      const earlier = this.#sales.get(facts.saleId);
      if (earlier) entry.carryOver(earlier, nowMs);
      entries.set(facts.saleId, entry);
      for (const { productId, product, price, currency } of facts.items) {
        const known = products.get(productId);
        if (known) known.saleIds.push(facts.saleId);
        else products.set(productId, { product, price, currency, saleIds: [facts.saleId] });
      }
    }
    this.#sales = entries;
    this.#products = products;
  }

  /** Notes what a snapshot says of the stock; null leaves the last number. */
  applyLive(live: LiveItem[], nowMs: number): void {
    for (const { saleId, productId, stock, soldOutAt, mayReturnAt } of live) {
      if (stock === null) continue;
      this.#setStock(saleId, productId, stock, nowMs);
      const sale = this.#sales.get(saleId);
      const item = sale?.items.get(productId);
      // Who has pieces was told so above; times of an item that has some are of the past.
      if (item) sale!.setTimes(item, soldOutAt ?? null, mayReturnAt ?? null);
    }
  }

  /** Notes what a buy answer says of the stock. */
  applyStock(stock: InternalAnswers["stock"], nowMs: number): void {
    for (const one of stock) this.#setStock(one.saleId, one.productId, one.stock, nowMs);
  }

  #setStock(saleId: number, productId: number, stock: number, nowMs: number): void {
    const sale = this.#sales.get(saleId);
    const item = sale?.items.get(productId);
    if (sale && item) sale.setStock(item, stock, nowMs);
  }
}
