import {
  type Database,
  DatabaseError,
  type DatabaseFault,
  type Sql,
  type SqlValue,
} from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { type EventKind, statusOf, STRETCH, stretchOf } from "../feed/order_events.ts";

/** Events folded in one transaction: where SQLite is the record, everybody waits for it, 3 ms. */
const EVENTS_PER_FOLD = 500;

/** Transactions of one run; what is left waits for the next. */
const FOLDS_PER_RUN = 20;

/** Stretches that one step of a recount looks at: some 8,000 rows, 4 to 10 ms. */
const STRETCHES_PER_STEP = 2;

/** How it shows that another process was at it. */
const FOLDED_ELSEWHERE: DatabaseFault[] = ["deadlock", "duplicate", "lock_timeout"];

/** A number of `order_tally`, or what is to be added to it. */
interface Tallied {
  saleId: number;
  stretch: number;
  status: string;
  count: number;
}

/** Keeps the numbers behind the lists of orders short and right. */
export interface OrderTallies {
  /** Adds events up into the tally. Returns how many; any number of processes may do it. */
  fold(): Promise<number>;
  /**
   * Counts the orders of the next few stretches anew, begins again behind the last one, and puts
   * right what differs, say after orders were removed, or written by a version that did not count.
   * Returns by how many orders the numbers were wrong.
   */
  recount(): Promise<number>;
}

/** The same in SQL, for MySQL, MariaDB and SQLite. */
export class SqlOrderTallies implements OrderTallies {
  #nextStretch = 0;

  constructor(readonly database: Database, readonly stretchesPerStep = STRETCHES_PER_STEP) {}

  async fold(): Promise<number> {
    let total = 0;
    for (let run = 0; run < FOLDS_PER_RUN; run += 1) {
      const folded = await foldSome(this.database);
      total += folded;
      if (folded < EVENTS_PER_FOLD) break;
    }
    return total;
  }

  async recount(): Promise<number> {
    // Two that find the same difference would both add it.
    const wrong = await this.database.withLock("recounting orders", async () => {
      const [newest] = await this.database.query<{ id: number | null }>(
        "SELECT MAX(id) AS id FROM orders",
      );
      const from = this.#nextStretch > stretchOf(newest?.id ?? 0) ? 0 : this.#nextStretch;
      const differences = await differencesIn(this.database, from, from + this.stretchesPerStep);
      await this.database.transaction((tx) => add(tx, differences));
      this.#nextStretch = from + this.stretchesPerStep;
      return differences.reduce((sum, { count }) => sum + Math.abs(count), 0);
    });
    return wrong ?? 0;
  }
}

interface EventRow {
  position: number;
  kind: EventKind;
  was: string | null;
  sale_id: number;
  first_id: number;
  order_count: number;
}

async function foldSome(database: Database): Promise<number> {
  const events = await database.query<EventRow>(
    `SELECT position, kind, was, sale_id, first_id, order_count FROM order_event
      WHERE tallied = 0 ORDER BY position LIMIT ${EVENTS_PER_FOLD}`,
  );
  if (events.length === 0) return 0;
  try {
    await database.transaction(async (tx) => {
      await markTallied(tx, events.map(({ position }) => position));
      await add(tx, sumsOf(events));
    });
    return events.length;
  } catch (error) {
    // Another process folds too: the next run finds what it left.
    if (error instanceof DatabaseError && FOLDED_ELSEWHERE.includes(error.fault)) return 0;
    throw error;
  }
}

/** All mark before they add, so the rows decide which of several processes counts an event. */
async function markTallied(tx: Sql, positions: number[]): Promise<void> {
  let marked = 0;
  for (const { marks, values } of inLists(positions)) {
    const { affectedRows } = await tx.execute(
      // In a form that no index is chosen for: through the one on it, rows that are being written
      // would be waited for.
      `UPDATE order_event SET tallied = 1
        WHERE position IN (${marks}) AND COALESCE(tallied, 0) = 0`,
      values,
    );
    marked += affectedRows;
  }
  if (marked === positions.length) return;
  throw new DatabaseError("deadlock", "Cannot fold events that another process has folded");
}

function sumsOf(events: EventRow[]): Tallied[] {
  const sums = new Map<string, Tallied>();
  const count = (saleId: number, stretch: number, status: string, count: number) => {
    const key = `${saleId} ${stretch} ${status}`;
    const sum = sums.get(key) ?? { saleId, stretch, status, count: 0 };
    sums.set(key, { ...sum, count: sum.count + count });
  };
  for (const { kind, was, sale_id, first_id, order_count } of events) {
    const stretch = stretchOf(first_id);
    count(sale_id, stretch, statusOf(kind), order_count);
    if (was !== null) count(sale_id, stretch, was, -order_count);
  }
  return [...sums.values()].filter((sum) => sum.count !== 0);
}

async function add(tx: Sql, sums: Tallied[]): Promise<void> {
  for (const { saleId, stretch, status, count } of sums) {
    const key: SqlValue[] = [saleId, stretch, status];
    const { affectedRows } = await tx.execute(
      `UPDATE order_tally SET order_count = order_count + ?
        WHERE sale_id = ? AND stretch = ? AND status = ?`,
      [count, ...key],
    );
    if (affectedRows > 0) continue;
    await tx.execute(
      "INSERT INTO order_tally (sale_id, stretch, status, order_count) VALUES (?, ?, ?, ?)",
      [...key, count],
    );
  }
}

/**
 * What the numbers of some stretches lack or have too much. One statement sees one moment, so that
 * orders that are written meanwhile make no difference.
 */
async function differencesIn(
  database: Database,
  from: number,
  before: number,
): Promise<Tallied[]> {
  const ids = [from * STRETCH, before * STRETCH];
  const start = (id: string) => `${id} - ${id} % ${STRETCH}`;
  const untallied = "FROM order_event WHERE tallied = 0 AND first_id >= ? AND first_id < ?";
  const rows = await database.query<
    { sale_id: number; status: string; start: number; count: number }
  >(
    `SELECT sale_id, status, start, SUM(n) AS count FROM (
       SELECT sale_id, status, ${start("id")} AS start, COUNT(*) AS n FROM orders
        WHERE id >= ? AND id < ? GROUP BY sale_id, status, ${start("id")}
       UNION ALL SELECT sale_id, status, stretch * ${STRETCH}, -order_count FROM order_tally
        WHERE stretch >= ? AND stretch < ?
       UNION ALL SELECT sale_id, CASE kind WHEN 'created' THEN 'unpaid' ELSE kind END,
                        ${start("first_id")}, -order_count ${untallied}
       UNION ALL SELECT sale_id, was, ${start("first_id")}, order_count ${untallied}
                    AND was IS NOT NULL
     ) counted GROUP BY sale_id, status, start HAVING SUM(n) <> 0`,
    [...ids, from, before, ...ids, ...ids],
  );
  return rows.map(({ sale_id, status, start, count }) => ({
    saleId: sale_id,
    stretch: stretchOf(start),
    status,
    count,
  }));
}
