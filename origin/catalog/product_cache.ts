/**
 * What a reader of the cache is told. `rebuild`: the reader holds the lease and has to end it with
 * `put` or `giveUp`; `stale` and `old` are values of an earlier version.
 */
export type CacheRead =
  | { kind: "fresh" | "stale"; value: string }
  | { kind: "rebuild"; old: string | null }
  | { kind: "wait" };

/**
 * A cache that several origins share, in which an old entry is rebuilt by one of them while the
 * others get the old value or wait. Every operation throws when the store is away or late.
 */
export interface ProductCache {
  /** Reads an entry that is at least of this version. `token` names the reader, once. */
  take(productId: number, version: number, token: string): Promise<CacheRead>;
  /** Ends a rebuild with its value. False when the lease had run out: nothing was written then. */
  put(productId: number, version: number, token: string, value: string): Promise<boolean>;
  /** Ends a rebuild without a value, so that the next reader may try. */
  giveUp(productId: number, token: string): Promise<void>;
}
