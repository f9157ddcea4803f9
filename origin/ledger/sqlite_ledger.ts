import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import { DEFAULT_MAX_QUEUED_MESSAGES } from "../buy/backlog.ts";
import { checkBatchSizes } from "./batch_size.ts";
import { SqliteChanges } from "./sqlite_ledger_changes.ts";
import { openSqliteItem } from "./sqlite_ledger_opening.ts";
import { removeSqliteItems } from "./sqlite_ledger_removal.ts";
import { SqliteReserve } from "./sqlite_ledger_reserve.ts";
import { LedgerRows, toReservation } from "./sqlite_ledger_rows.ts";
import type {
  ClaimedMessage,
  ItemTerms,
  Opening,
  OpenOutcome,
  OutboxMessage,
  OutboxPart,
  OutboxSlice,
  Release,
  ReleaseOutcome,
  Reservation,
  ReserveBatch,
  ReserveOutcome,
  StockChange,
  StockChangeOutcome,
  StockLedger,
} from "./stock_ledger.ts";

/** What can be set beside the database and the clock. */
export interface SqliteLedgerOptions {
  /**
   * Most rows in the queue before new deductions hear `busy`; at 512 orders a row the default is ten
   * million orders, some 600 MB: the disk's bound, not memory's.
   */
  maxQueuedMessages?: number;
  /** Called after a commit that wrote queue rows, so that the consumer need not poll for them. */
  onQueued?: () => void;
}

/**
 * The ledger of the embedded profile. A decision and its queue row are one durable commit, and that
 * commit is the confirm: nothing ever waits in an outbox.
 */
export class SqliteLedger implements StockLedger {
  readonly #rows: LedgerRows;
  readonly #reserve: SqliteReserve;
  readonly #changes: SqliteChanges;

  /** The tables of `sql/sqlite` must be there. */
  constructor(
    readonly db: SqliteDatabase,
    readonly clock: Clock,
    readonly options: SqliteLedgerOptions = {},
  ) {
    const room = options.maxQueuedMessages ?? DEFAULT_MAX_QUEUED_MESSAGES;
    this.#rows = new LedgerRows(db);
    this.#reserve = new SqliteReserve(db, this.#rows, room);
    this.#changes = new SqliteChanges(db, this.#rows);
  }

  isUp(): boolean {
    return this.db.isUp();
  }

  async reserve(batches: ReserveBatch[], budgetMs: number): Promise<ReserveOutcome[]> {
    checkBatchSizes(batches);
    const deadline = this.clock() + budgetMs;
    const outcomes = await this.db.exclusive(() => {
      const now = this.clock();
      const full = this.#reserve.queueIsFull();
      return batches.map((batch) => this.#reserve.run(batch, now, deadline, full));
    });
    if (outcomes.some(hasWinner)) this.options.onQueued?.();
    return outcomes;
  }

  /** Nothing to do: what was decided is in the queue. */
  settle(_messages: (ItemEpoch & { messageId: string })[]): Promise<void> {
    return Promise.resolve();
  }

  /** None: what was decided is in the queue. */
  claimUnsettled(
    _items: ItemEpoch[],
    _olderThanMs: number,
    _limit: number,
  ): Promise<ClaimedMessage[]> {
    return Promise.resolve([]);
  }

  listOutbox(slices: OutboxSlice[]): Promise<(OutboxPart | null)[]> {
    return this.db.exclusive(() => slices.map((slice) => this.#rows.queued(slice)));
  }

  release(releases: Release[]): Promise<ReleaseOutcome[]> {
    return this.db.exclusive(() => releases.map((one) => this.#changes.release(one)));
  }

  adjust(changes: StockChange[]): Promise<StockChangeOutcome[]> {
    return this.db.exclusive(() => changes.map((one) => this.#changes.adjust(one)));
  }

  setTerms(items: (ItemEpoch & { terms: ItemTerms })[]): Promise<boolean[]> {
    return this.db.exclusive(() => items.map((one) => this.#changes.setTerms(one)));
  }

  readStock(items: ItemEpoch[]): Promise<(number | null)[]> {
    return this.db.exclusive(() => items.map((one) => this.#rows.openItem(one)?.stock ?? null));
  }

  findReservations(
    item: ItemEpoch,
    userIds: string[],
  ): Promise<(Reservation | null)[] | "closed"> {
    return this.db.exclusive(() => {
      if (!this.#rows.openItem(item)) return "closed";
      return userIds.map((userId) => {
        const row = this.#rows.holder(item, userId);
        return row ? toReservation(row) : null;
      });
    });
  }

  /** A cursor is the last user id of the page before, with a mark, since "0" may be a user. */
  listReservations(
    item: ItemEpoch,
    cursor: string,
    limit: number,
  ): Promise<{ cursor: string; reservations: Reservation[] } | "closed"> {
    return this.db.exclusive(() => {
      if (!this.#rows.openItem(item)) return "closed";
      const after = cursor === "0" ? "" : cursor.slice(CURSOR_MARK.length);
      const page = this.#rows.holdersAfter(item, after, limit);
      const last = page.length === limit ? page.at(-1) : undefined;
      return {
        cursor: last ? CURSOR_MARK + last.user_id : "0",
        reservations: page.map(toReservation),
      };
    });
  }

  close(items: ItemEpoch[]): Promise<void> {
    return this.db.exclusive(() => items.forEach((one) => this.#changes.close(one)));
  }

  /** None: what was decided is in the queue. */
  salvage(_item: ItemEpoch): Promise<OutboxMessage[]> {
    return Promise.resolve([]);
  }

  open(opening: Opening, reservations: AsyncIterable<Reservation[]>): Promise<OpenOutcome> {
    return openSqliteItem(this.db, this.#rows, opening, reservations);
  }

  removeItems(items: ItemEpoch[]): Promise<void> {
    return removeSqliteItems(this.db, items);
  }
}

const CURSOR_MARK = "after:";

function hasWinner(outcome: ReserveOutcome): boolean {
  return outcome.kind === "decided" &&
    outcome.decisions.some((decision) => decision.kind === "reserved" && !decision.repeat);
}
