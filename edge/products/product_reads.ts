import type { Clock } from "../../shared/clock.ts";
import { BloomFilter } from "../../shared/bloom_filter.ts";
import type { ProductView, SnapshotProducts } from "../../shared/internal_api.ts";
import type { Log } from "../../shared/log.ts";
import { GenerationCache } from "../gate/generation_cache.ts";
import type { OriginPool } from "../origin_pool.ts";

/** Products, and ids without one, that are remembered. About 1 KB each. */
const MAX_REMEMBERED = 5_000;

/**
 * How long an answer is remembered: the origin that gave it may not know the newest version yet, or
 * have given an old form while another one rebuilds.
 */
const REMEMBER_MS = 500;

/** Different products that are asked for at a time; what comes above hears "busy". */
const MAX_ASKING = 64;

const ASK_TIMEOUT_MS = 1_500;

/** What became of a read. */
export type ProductRead =
  | { kind: "found"; product: ProductView }
  | { kind: "unknown" | "busy" | "unavailable" };

/** What reads are made of. */
export interface ProductReadsParts {
  pool: Pick<OriginPool, "call">;
  /** The version of the newest snapshot: what was read under another one is read again. */
  version: () => string;
  clock: Clock;
  log: Log;
}

/** What was read under a version. */
interface Remembered {
  version: string;
  untilMs: number;
  read: ProductRead;
}

/**
 * Products that are in no sale. Ids that nobody gave out are known by a Bloom filter that comes with
 * the snapshot, so that nobody can make origins look for made-up ones; whoever asks for the same
 * product meanwhile shares the question.
 */
export class ProductReads {
  readonly #parts: ProductReadsParts;
  readonly #remembered = new GenerationCache<Remembered>(MAX_REMEMBERED);
  readonly #asking = new Map<number, Promise<ProductRead>>();
  #filter: BloomFilter | null = null;
  #version = "";
  readonly counts = { asked: 0, denied: 0 };

  constructor(parts: ProductReadsParts) {
    this.#parts = parts;
  }

  /** The version of the filter in force, to be named to origins. */
  get version(): string {
    return this.#version;
  }

  /**
   * Takes a filter over; one without hashes says that there is none, and every id is asked for. One
   * that cannot be read leaves the one before in force.
   */
  take(products: SnapshotProducts): void {
    if (products.hashes === 0) {
      this.#filter = null;
      this.#version = products.version;
      return;
    }
    try {
      this.#filter = BloomFilter.from(products);
      this.#version = products.version;
    } catch (error) {
      this.#parts.log.warning("Cannot use the filter of products: {error}", {
        error: String(error),
      });
    }
  }

  /** The product, at once when this edge knows that there is none. Never throws. */
  find(productId: number): Promise<ProductRead> | ProductRead {
    if (this.#filter !== null && !this.#filter.mayHave(productId)) {
      this.counts.denied += 1;
      return { kind: "unknown" };
    }
    const remembered = this.#remembered.get(String(productId));
    const { version, clock } = this.#parts;
    if (remembered?.version === version() && clock() < remembered.untilMs) return remembered.read;
    const asking = this.#asking.get(productId);
    if (asking !== undefined) return asking;
    if (this.#asking.size >= MAX_ASKING) return { kind: "busy" };
    const question = this.#ask(productId).finally(() => this.#asking.delete(productId));
    this.#asking.set(productId, question);
    return question;
  }

  async #ask(productId: number): Promise<ProductRead> {
    const version = this.#parts.version();
    this.counts.asked += 1;
    try {
      const { status, text } = await this.#parts.pool.call({
        method: "GET",
        path: `/internal/products/${productId}`,
        timeoutMs: ASK_TIMEOUT_MS,
        accepts: [503],
        mayBeLate: true,
      });
      if (status !== 200 && status !== 404) return { kind: "unavailable" };
      const read: ProductRead = status === 200
        ? { kind: "found", product: JSON.parse(text) }
        : { kind: "unknown" };
      const untilMs = this.#parts.clock() + REMEMBER_MS;
      this.#remembered.set(String(productId), { version, untilMs, read });
      return read;
    } catch {
      // The pool has said what is wrong with its origins.
      return { kind: "unavailable" };
    }
  }
}
