import type { ProductView } from "../../shared/internal_api.ts";
import type { Log } from "../../shared/log.ts";
import type { Catalog, Product } from "./catalog.ts";
import type { ProductCache } from "./product_cache.ts";

/** Products whose last answer is kept in this process. About 1 KB each. */
const MAX_KEPT = 10_000;

/** How often, and how many times, a reader looks whether another origin has rebuilt an entry. */
const LOOK_EVERY_MS = 25;
const MAX_LOOKS = 40;

/** What the desk works with. */
export interface ProductDeskParts {
  catalog: Pick<Catalog, "getProduct">;
  /** Shared by all origins; null where there is only this one. */
  cache: ProductCache | null;
  /** The catalog's version in force here. */
  version: () => number;
  delay: (ms: number) => Promise<void>;
  newId: () => string;
  log: Log;
}

/** What a read found; `isOld` when it may be of an earlier version. */
interface Reading {
  view: ProductView | null;
  isOld: boolean;
}

/** One answer that is kept, or on its way. */
interface Kept {
  version: number;
  answer: Promise<ProductView | null>;
}

/**
 * Products by their ids, in a sale or not, for edges that do not have them in their snapshot. However
 * many ask at once, on however many origins, the database is asked once per product and version.
 */
export class ProductDesk {
  readonly #kept = new Map<number, Kept>();

  constructor(readonly parts: ProductDeskParts) {}

  /** The product, or null when there is none. @throws when nobody could tell in time. */
  find(productId: number): Promise<ProductView | null> {
    const version = this.parts.version();
    const kept = this.#kept.get(productId);
    if (kept !== undefined && kept.version >= version) return kept.answer;
    // What is dropped is read again; that is all.
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const reading = this.#read(productId, version);
    const entry = { version, answer: reading.then(({ view }) => view) };
    this.#kept.set(productId, entry);
    // A failure is no answer, and an old form none to keep: the next reader asks again.
    const forget = () => {
      if (this.#kept.get(productId) === entry) this.#kept.delete(productId);
    };
    reading.then(({ isOld }) => isOld && forget(), forget);
    return entry.answer;
  }

  async #read(productId: number, version: number): Promise<Reading> {
    const { cache, log } = this.parts;
    if (cache === null) return await this.#readDatabase(productId);
    try {
      return await this.#readShared(cache, productId, version);
    } catch (error) {
      if (error instanceof RebuildError) throw error.cause;
      log.warning("Cannot use the product cache: {error}", { error: String(error) });
      return await this.#readDatabase(productId);
    }
  }

  async #readDatabase(productId: number): Promise<Reading> {
    return { view: viewOf(await this.parts.catalog.getProduct(productId)), isOld: false };
  }

  async #readShared(
    cache: ProductCache,
    productId: number,
    version: number,
  ): Promise<Reading> {
    const token = this.parts.newId();
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const read = await cache.take(productId, version, token);
      switch (read.kind) {
        case "fresh":
        case "stale":
          return { view: JSON.parse(read.value), isOld: read.kind === "stale" };
        case "rebuild":
          return await this.#rebuild(cache, productId, version, token, read.old);
        case "wait":
          await this.parts.delay(LOOK_EVERY_MS);
      }
    }
    throw new Error(`Cannot read product ${productId} as another origin is still reading it`);
  }

  async #rebuild(
    cache: ProductCache,
    productId: number,
    version: number,
    token: string,
    old: string | null,
  ): Promise<Reading> {
    const { log } = this.parts;
    let reading: Reading;
    try {
      reading = await this.#readDatabase(productId);
    } catch (error) {
      await cache.giveUp(productId, token).catch(() => {});
      if (old === null) throw new RebuildError(error);
      log.warning("Cannot read product {productId}, its old form is used: {error}", {
        productId,
        error: String(error),
      });
      return { view: JSON.parse(old), isOld: true };
    }
    const value = JSON.stringify(reading.view);
    await cache.put(productId, version, token, value).catch((error: unknown) => {
      log.warning("Cannot keep product {productId}: {error}", { productId, error: String(error) });
    });
    return reading;
  }
}

/** The database could not be read: nothing that asking it once more would mend. */
class RebuildError extends Error {
  override name = "RebuildError";

  constructor(cause: unknown) {
    super("Cannot rebuild a product", { cause });
  }
}

function viewOf(product: Product | null): ProductView | null {
  if (product === null) return null;
  const { productId, name, subtitle, description, images, price, currency } = product;
  return { productId, name, subtitle, description, images, price, currency };
}
