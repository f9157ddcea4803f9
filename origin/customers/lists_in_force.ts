import type { ChangedLists, SnapshotLists } from "../../shared/internal_api.ts";
import type { CustomerBook, CustomerLists } from "./customer_book.ts";
import type { HoldCounts } from "./hold_counts.ts";

/** How often an origin asks whether the lists have changed. */
export const LISTS_INTERVAL_MS = 250;

/**
 * How often an origin looks for holds that expired. Seldom, because all counts travel to every edge
 * again when one has changed, and nobody was promised to be suspected within a second.
 */
export const HOLDS_INTERVAL_MS = 5_000;

/** What the lists are read with. */
export interface ListsParts {
  customers: Pick<CustomerBook, "version" | "lists">;
  holds: Pick<HoldCounts, "refresh" | "current">;
}

/**
 * What edges have to know of customers, read from the database and kept while it is away. Somebody
 * has to call `refresh` and `refreshHolds` again and again.
 */
export class ListsInForce {
  #lists: CustomerLists | null = null;
  #holds: SnapshotLists["expiredHolds"] = [];
  #current: SnapshotLists | null = null;
  #refreshing: Promise<void> | null = null;

  constructor(readonly parts: ListsParts) {}

  /** Null until the lists were read once. */
  current(): SnapshotLists | null {
    return this.#current;
  }

  /**
   * What somebody lacks who has that version; null when it is nothing. The counts of expired holds
   * change all the time in a sale, and should not bring 200,000 customers with them.
   */
  since(have: string | undefined): ChangedLists | null {
    const current = this.#current;
    if (current === null || have === current.version) return null;
    if (have === undefined || listsPart(have) !== listsPart(current.version)) return current;
    const { version, expiredHolds } = current;
    return { version, expiredHolds };
  }

  /** Reads the version, and everything when it changed. @throws when the database is away. */
  refresh(): Promise<void> {
    // A caller that comes while a read is under way needs one that began after it came.
    const next = (this.#refreshing ?? Promise.resolve()).catch(() => {}).then(() => this.#read());
    this.#refreshing = next;
    return next;
  }

  /** Reads what expired since the last time. @throws when the database is away. */
  async refreshHolds(): Promise<void> {
    await this.parts.holds.refresh();
    this.#holds = this.parts.holds.current();
    this.#compose();
  }

  async #read(): Promise<void> {
    const { customers } = this.parts;
    if (await customers.version() === this.#lists?.version) return;
    this.#lists = await customers.lists();
    this.#compose();
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
