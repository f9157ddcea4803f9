import type { Clock } from "../../shared/clock.ts";
import type { ChangedLists, SnapshotLists } from "../../shared/internal_api.ts";
import type { CustomerBook, CustomerLists } from "./customer_book.ts";
import type { HoldCounts } from "./hold_counts.ts";

/** How often an origin asks whether the lists have changed. */
export const LISTS_INTERVAL_MS = 200;

/**
 * How long lists that were read stay in force at least. A script that blocks 1,000 accounts would
 * otherwise have 200,000 rows read, and sent to every edge, 1,000 times. A change that comes right
 * after a read waits for this and the interval above, and is on the edges within a second all the
 * same.
 */
export const LISTS_PAUSE_MS = 350;

/**
 * How long the database has to say that it is at a lower version than a caller before the caller is
 * told the older lists: long enough for an origin that lags behind, short after a restored backup.
 */
export const OLDER_AFTER_MS = 5_000;

/**
 * How often an origin looks for holds that expired. Seldom, because all counts travel to every edge
 * again when one has changed, and nobody was promised to be suspected within a second.
 */
export const HOLDS_INTERVAL_MS = 5_000;

/** What the lists are read with. */
export interface ListsParts {
  customers: Pick<CustomerBook, "version" | "lists">;
  holds: Pick<HoldCounts, "refresh" | "current">;
  clock: Clock;
}

/**
 * What edges have to know of customers, read from the database and kept while it is away. Somebody
 * has to call `refresh` and `refreshHolds` again and again.
 */
export class ListsInForce {
  #lists: CustomerLists | null = null;
  #holds: SnapshotLists["expiredHolds"] = [];
  #current: SnapshotLists | null = null;
  /** The read that began last, and the one that begins after it. */
  #running: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;
  /** When the lists were read last, and when the database last said that they are the newest, ms. */
  #loadedAtMs = 0;
  #confirmedAtMs = 0;
  /** When a caller first had a higher version than the one in force, ms. */
  #behindSinceMs: number | null = null;

  constructor(readonly parts: ListsParts) {}

  /** Null until the lists were read once. */
  current(): SnapshotLists | null {
    return this.#current;
  }

  /**
   * What somebody lacks who has that version; null when it is nothing. The counts of expired holds
   * change all the time in a sale, and should not bring 200,000 customers with them. Nor does a
   * caller hear older lists than his, from an origin that has not read the change yet: somebody who
   * was blocked would be let in again for a moment.
   */
  since(have: string | undefined): ChangedLists | null {
    const current = this.#current;
    if (current === null || have === current.version) return null;
    if (have === undefined || have === "") return current;
    if (this.#isBehind(have, current.version)) return null;
    if (listsPart(have) !== listsPart(current.version)) return current;
    const { version, expiredHolds } = current;
    return { version, expiredHolds };
  }

  /**
   * Reads the version, and everything when it changed; a change that comes within `LISTS_PAUSE_MS`
   * of the last one is left to a later call. @throws when the database is away.
   */
  refresh(): Promise<void> {
    // Callers that come while a read is under way need one that began after they came, and share it.
    this.#waiting ??= this.#running.catch(() => {}).then(() => {
      this.#waiting = null;
      this.#running = this.#read();
      return this.#running;
    });
    return this.#waiting;
  }

  /** Reads what expired since the last time. @throws when the database is away. */
  async refreshHolds(): Promise<void> {
    await this.parts.holds.refresh();
    this.#holds = this.parts.holds.current();
    this.#compose();
  }

  async #read(): Promise<void> {
    const { customers, clock } = this.parts;
    const nowMs = clock();
    const version = await customers.version();
    if (version === this.#lists?.version) {
      this.#confirmedAtMs = nowMs;
      return;
    }
    const inForceMs = nowMs - this.#loadedAtMs;
    // Less than nothing: the clock was set back.
    if (inForceMs >= 0 && inForceMs < LISTS_PAUSE_MS) return;
    this.#lists = await customers.lists();
    this.#loadedAtMs = clock();
    this.#behindSinceMs = null;
    this.#compose();
  }

  /** True while a version that is higher than the one in force may be one not yet read here. */
  #isBehind(have: string, inForce: string): boolean {
    const isLower = Number(listsPart(inForce)) < Number(listsPart(have));
    if (!isLower) return false;
    this.#behindSinceMs ??= this.parts.clock();
    return this.#confirmedAtMs - this.#behindSinceMs < OLDER_AFTER_MS;
  }

  /** One value per version, so that whoever holds the old one keeps a list that does not change. */
  #compose(): void {
    if (this.#lists === null) return;
    const { version, ...lists } = this.#lists;
    const wanted = `${version}.${holdsVersion(this.#holds)}`;
    if (wanted === this.#current?.version) return;
    this.#current = { ...lists, version: wanted, expiredHolds: this.#holds };
  }
}

/** The part of a version that the block list and the customers have in every origin. */
function listsPart(version: string): string {
  return version.split(".", 1)[0]!;
}

/**
 * Says the same of the same counts in every origin, so that an edge that turns to another origin
 * need not read everything again. Two that differ in nothing but who it was may agree for once: the
 * next count that changes ends that.
 */
function holdsVersion(holds: SnapshotLists["expiredHolds"]): string {
  let total = 0;
  for (const [, , count] of holds) total += count;
  const [newest] = holds;
  return newest === undefined ? "0" : `${holds.length}-${total}-${newest[0]}-${newest[1]}`;
}
