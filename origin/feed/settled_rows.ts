import { type Database, DatabaseError } from "../database/database.ts";
import type { FeedPlace } from "./order_feed.ts";

/**
 * From when on a gap counts as one that nobody will fill. Positions are given out by an insert and
 * become visible with the commit, so a higher one may be seen first. Nothing but the commit comes
 * after that insert (`writeOrderEvents`), and MySQL ends a connection that says nothing for 10 s
 * (`SERVER_PATIENCE_S`), with its transaction: a process that was stopped in between cannot commit
 * after that. The rest is left for the two statements themselves and for clocks that differ.
 */
export const GAP_PATIENCE_MS = 15_000;

/** The part of a row that this decides by. */
export interface PlacedRow {
  position: number;
  created_at: number;
}

/**
 * Those of the rows behind a place before which no other can appear any more, in their order. Rows
 * that were never written or were removed leave gaps too; what is behind one waits until it is old
 * and nobody holds a row in it. SQLite has one writer, whose rows appear in their order.
 */
export async function settledRows<Row extends PlacedRow>(
  database: Database,
  after: FeedPlace,
  rows: Row[],
  nowMs: number,
): Promise<Row[]> {
  if (database.forUpdate === "") return rows;
  const gaps: number[] = [];
  let settled = rows.length;
  for (const [at, { position, created_at }] of rows.entries()) {
    const before = at === 0 ? after.position : rows[at - 1]!.position;
    if (position <= before + 1) continue;
    if (nowMs - created_at < GAP_PATIENCE_MS) {
      settled = at;
      break;
    }
    gaps.push(at);
  }
  const [first] = gaps;
  if (first === undefined) return rows.slice(0, settled);
  const from = first === 0 ? after.position : rows[first - 1]!.position;
  const seen = await committedPositions(database, from, rows[gaps.at(-1)!]!.position);
  if (seen === null) return rows.slice(0, first);
  const known = new Set(rows.map(({ position }) => position));
  const filled = seen.find((position) => !known.has(position));
  // Committed meanwhile: the next read finds it.
  if (filled !== undefined) settled = rows.findIndex(({ position }) => position > filled);
  return rows.slice(0, settled);
}

/**
 * What is between two positions, under a lock that meets every row that is not committed yet; null
 * when there is one. Without this a commit that a slow disk holds up could be passed over.
 */
async function committedPositions(
  database: Database,
  from: number,
  before: number,
): Promise<number[] | null> {
  try {
    // Not FOR SHARE, which MariaDB does not know.
    const rows = await database.query<{ position: number }>(
      `SELECT position FROM order_event WHERE position > ? AND position < ?
        ORDER BY position LOCK IN SHARE MODE`,
      [from, before],
    );
    return rows.map(({ position }) => position);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.fault === "lock_timeout" || error.fault === "deadlock") return null;
    throw error;
  }
}
