import type { Sql } from "../database/database.ts";
import type { FeedPlace } from "../feed/order_feed.ts";

/** The row of `webhook_cursor`. */
export interface CursorRow {
  position: number;
  event_index: number;
  until_position: number | null;
  until_index: number | null;
  attempts: number;
  next_try_at: number;
  last_error: string | null;
  delivered_at: number | null;
  url: string | null;
  seen_at: number | null;
  test_id: string | null;
  test_asked_at: number | null;
  test_answer: string | null;
}

/** The cursor; null as long as there never was a webhook. */
export async function readCursor(sql: Sql): Promise<CursorRow | null> {
  const [row] = await sql.query<CursorRow>(
    `SELECT position, event_index, until_position, until_index, attempts, next_try_at, last_error,
            delivered_at, url, seen_at, test_id, test_asked_at, test_answer
       FROM webhook_cursor WHERE id = 1`,
  );
  return row ?? null;
}

/** How far the shop has been told. */
export function placeOf(row: CursorRow): FeedPlace {
  return { position: row.position, index: row.event_index };
}

/** The end of the delivery that is under way. */
export function untilOf({ until_position, until_index }: CursorRow): FeedPlace | null {
  if (until_position === null || until_index === null) return null;
  return { position: until_position, index: until_index };
}
