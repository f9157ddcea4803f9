import { BloomFilter, MAX_BLOOM_IDS } from "../../shared/bloom_filter.ts";
import type { SnapshotProducts } from "../../shared/internal_api.ts";
import type { Catalog } from "./catalog.ts";

/** How often the filter may say "maybe" for an id that nobody gave out. */
export const BLOOM_ERROR = 0.001;

/** Room of the first filter, and how many ids are read at once. */
const FIRST_ROOM = 10_000;
const IDS_PER_READ = 10_000;

/** Beyond so many products there is no filter, and edges ask for every id. */
const MAX_PRODUCTS = MAX_BLOOM_IDS / 2;

/**
 * So far behind the highest id each look begins: transactions take their ids before they commit, so
 * a lower one may appear after a higher one.
 */
const OVERLAP = 1_000;

/**
 * Which product ids were ever given out, as edges get it. Ids only grow, so each look reads what is
 * new. A product that was deleted stays a "maybe", which costs a read and nothing else.
 */
export class ProductIds {
  readonly #ids = new Set<number>();
  #highest = 0;
  #room = 0;
  #filter: BloomFilter | null = null;
  #published: SnapshotProducts | null = null;
  #lookedAtVersion = -1;

  constructor(readonly catalog: Pick<Catalog, "productIds">) {}

  /** What edges get; null until the first look is done. */
  current(): SnapshotProducts | null {
    return this.#published;
  }

  /**
   * Looks for new ids when the catalog has another version than at the last look. Whoever publishes
   * a version to edges calls this first, so that a product is in the filter before it is on sale.
   *
   * @throws when the database is away.
   */
  async refresh(version: number): Promise<void> {
    if (version === this.#lookedAtVersion) return;
    let changed = this.#lookedAtVersion === -1;
    let after = Math.max(0, this.#highest - OVERLAP);
    while (this.#ids.size <= MAX_PRODUCTS) {
      const found = await this.catalog.productIds(after, IDS_PER_READ);
      for (const id of found) changed = this.#add(id) || changed;
      if (found.length < IDS_PER_READ) break;
      after = found.at(-1)!;
    }
    if (changed) this.#publish();
    this.#lookedAtVersion = version;
  }

  /** True when the id is new. */
  #add(id: number): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    this.#highest = Math.max(this.#highest, id);
    if (this.#filter !== null && this.#ids.size <= this.#room) this.#filter.add(id);
    else this.#filter = null;
    return true;
  }

  #publish(): void {
    if (this.#ids.size > MAX_PRODUCTS) {
      this.#published = { version: "too many", bits: "", hashes: 0 };
      return;
    }
    if (this.#filter === null) {
      this.#room = Math.max(FIRST_ROOM, 2 * this.#ids.size);
      this.#filter = BloomFilter.for(this.#room, BLOOM_ERROR);
      for (const id of this.#ids) this.#filter.add(id);
    }
    // Two origins that know the same ids give the filter the same name.
    const version = `${this.#ids.size}-${this.#highest}`;
    this.#published = { version, ...this.#filter.parts() };
  }
}
