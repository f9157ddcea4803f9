import type { Clock } from "../../shared/clock.ts";
import type { SnapshotSale } from "../../shared/internal_api.ts";
import { formsOfPath, isMediaName, type MediaView } from "../../shared/media.ts";
import { GenerationCache } from "../gate/generation_cache.ts";
import type { OriginPool } from "../origin_pool.ts";

/** Pictures that are kept; most have 20 to 200 KB. */
const MAX_KEPT = 400;

/** What is larger is served and not kept: all that is kept stays below 200 MB. */
const MAX_KEPT_BYTES = 512 * 1024;

/** Different pictures that are asked for at a time, and made-up names that are asked for per second. */
const MAX_ASKING = 32;
const MAX_UNKNOWN_PER_S = 20;

const ASK_TIMEOUT_MS = 3_000;

/** A picture as it is served. */
export interface KeptPicture {
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What became of a read. */
export type MediaRead =
  | { kind: "found"; picture: KeptPicture }
  | { kind: "unknown" | "busy" | "unavailable" };

/** What reads are made of. */
export interface MediaReadsParts {
  pool: Pick<OriginPool, "call">;
  clock: Clock;
}

/**
 * Uploaded pictures, which the database keeps and each edge remembers. A name says what is in it, so
 * nothing that is remembered is ever old. Names that nobody gave out cost an origin a query each and
 * are therefore counted: above 20 a second nobody is asked about names that are not known here.
 */
export class MediaReads {
  readonly #parts: MediaReadsParts;
  readonly #kept = new GenerationCache<KeptPicture>(MAX_KEPT);
  readonly #asking = new Map<string, Promise<MediaRead>>();
  /** Every form of the pictures of products in sales: as many as the snapshot names. */
  #onSale = new Set<string>();
  #second = 0;
  #unknown = 0;

  constructor(parts: MediaReadsParts) {
    this.#parts = parts;
  }

  /** Takes the sales that are shown: their pictures are asked for however many others are. */
  update(sales: SnapshotSale[]): void {
    const names = new Set<string>();
    for (const { items } of sales) {
      for (const { product } of items) {
        for (const path of product.images) {
          for (const { name } of formsOfPath(path) ?? []) names.add(name);
        }
      }
    }
    this.#onSale = names;
  }

  /** The picture of a name. Never throws. */
  find(name: string): Promise<MediaRead> | MediaRead {
    if (!isMediaName(name)) return { kind: "unknown" };
    const kept = this.#kept.get(name);
    if (kept !== undefined) return { kind: "found", picture: kept };
    const asking = this.#asking.get(name);
    if (asking !== undefined) return asking;
    const isOnSale = this.#onSale.has(name);
    if (!isOnSale && this.#unknownNow() >= MAX_UNKNOWN_PER_S) return { kind: "busy" };
    // Strangers may take half of the places.
    const places = isOnSale ? MAX_ASKING : MAX_ASKING / 2;
    if (this.#asking.size >= places) return { kind: "busy" };
    const question = this.#ask(name).finally(() => this.#asking.delete(name));
    this.#asking.set(name, question);
    return question;
  }

  #unknownNow(): number {
    const second = Math.floor(this.#parts.clock() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#unknown = 0;
    }
    return this.#unknown;
  }

  async #ask(name: string): Promise<MediaRead> {
    try {
      const { status, text } = await this.#parts.pool.call({
        method: "GET",
        path: `/internal/media/${name}`,
        timeoutMs: ASK_TIMEOUT_MS,
        accepts: [503],
        mayBeLate: true,
      });
      if (status === 404) {
        this.#unknown = this.#unknownNow() + 1;
        return { kind: "unknown" };
      }
      if (status !== 200) return { kind: "unavailable" };
      const { contentType, body } = JSON.parse(text) as MediaView;
      const picture = { contentType, bytes: Uint8Array.fromBase64(body) };
      if (picture.bytes.length <= MAX_KEPT_BYTES) this.#kept.set(name, picture);
      return { kind: "found", picture };
    } catch {
      // The pool has said what is wrong with its origins.
      return { kind: "unavailable" };
    }
  }
}
