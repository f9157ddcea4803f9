import type { Clock } from "../../shared/clock.ts";
import { type Database, DatabaseError, type SqlValue } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import { FEED_START, type FeedPlace, formatPlace, type OrderFeed } from "../feed/order_feed.ts";
import { SqlOrderFeed } from "../feed/sql_order_feed.ts";
import { placeOf, readCursor, untilOf } from "./webhook_cursor.ts";
import {
  EVENTS_PER_DELIVERY,
  type SenderBook,
  type TestAnswer,
  type WebhookDelivery,
  type WebhookFailure,
  type WebhookStatus,
} from "./webhook_book.ts";
import { answerTest, askTest, readTest, takeTest } from "./webhook_pings.ts";
import { FAILURE_FIELDS, failureOf, type FailureRow, keptError } from "./webhook_failures.ts";

/** How often a worker writes down that it runs. */
export const BEAT_MS = 5_000;

/** Stretches of the feed without a single event for the shop that are passed over in one go. */
const MAX_EMPTY_PAGES = 100;

/** The part of the cursor that must not have changed for a delivery to be written about. */
const STILL_THERE = "id = 1 AND position = ? AND event_index = ?";

/** The webhook book in SQL, the same for MySQL, MariaDB and SQLite. */
export class SqlWebhookBook implements SenderBook {
  readonly #feed: OrderFeed;
  #beatAt = -Infinity;
  #toldUrl: string | null | undefined;

  constructor(readonly database: Database, readonly clock: Clock) {
    this.#feed = new SqlOrderFeed(database, clock);
  }

  async beat(url: string | null): Promise<void> {
    const nowMs = this.clock();
    if (url === this.#toldUrl && (url === null || nowMs < this.#beatAt + BEAT_MS)) return;
    const { affectedRows } = await this.database.execute(
      "UPDATE webhook_cursor SET url = ?, seen_at = ? WHERE id = 1",
      [url, nowMs],
    );
    // Only who sends somewhere makes the row: without it there is nothing to wait for.
    if (affectedRows === 0 && url !== null) await this.#makeCursor(url, nowMs);
    this.#toldUrl = url;
    this.#beatAt = nowMs;
  }

  async #makeCursor(url: string, nowMs: number): Promise<void> {
    try {
      await this.database.execute(
        `INSERT INTO webhook_cursor
           (id, position, event_index, attempts, next_try_at, url, seen_at)
         VALUES (1, ?, ?, 0, 0, ?, ?)`,
        [FEED_START.position, FEED_START.index, url, nowMs],
      );
    } catch (error) {
      // Another worker was faster.
      if (!(error instanceof DatabaseError) || error.fault !== "duplicate") throw error;
    }
  }

  async status(): Promise<WebhookStatus> {
    const row = await readCursor(this.database);
    const [failures] = await this.database.query<{ failed: number }>(
      "SELECT COUNT(*) AS failed FROM webhook_failure WHERE state IN ('failed', 'waiting')",
    );
    return {
      url: row?.url ?? null,
      seenAt: row?.seen_at ?? null,
      attempts: row?.attempts ?? 0,
      nextTryAt: row?.next_try_at ?? 0,
      lastError: row?.last_error ?? null,
      deliveredAt: row?.delivered_at ?? null,
      lag: row ? await this.#feed.lag(placeOf(row)) : { events: 0, more: false, oldestAt: null },
      failed: failures?.failed ?? 0,
    };
  }

  async listFailures(page: number, per: number) {
    const offset = checkPage(page, per);
    const [count] = await this.database.query<{ total: number }>(
      "SELECT COUNT(*) AS total FROM webhook_failure",
    );
    const rows = await this.database.query<FailureRow>(
      `SELECT ${FAILURE_FIELDS} FROM webhook_failure ORDER BY id DESC LIMIT ? OFFSET ?`,
      [per, offset],
    );
    return { items: rows.map(failureOf), page, per, total: count?.total ?? 0 };
  }

  async getFailure(id: number): Promise<WebhookFailure | null> {
    const [row] = await this.database.query<FailureRow>(
      `SELECT ${FAILURE_FIELDS} FROM webhook_failure WHERE id = ?`,
      [id],
    );
    return row ? failureOf(row) : null;
  }

  async resend(id: number): Promise<boolean> {
    const { affectedRows } = await this.database.execute(
      "UPDATE webhook_failure SET state = 'waiting', updated_at = ? WHERE id = ? AND state = 'failed'",
      [this.clock(), id],
    );
    return affectedRows > 0;
  }

  askTest(testId: string) {
    return askTest(this.database, testId, this.clock());
  }

  readTest(testId: string) {
    return readTest(this.database, testId);
  }

  takeTest() {
    return takeTest(this.database);
  }

  answerTest(testId: string, answer: TestAnswer) {
    return answerTest(this.database, testId, answer);
  }

  async hasWork(): Promise<boolean> {
    const row = await readCursor(this.database);
    if (!row) return false;
    const [waiting] = await this.database.query(
      "SELECT id FROM webhook_failure WHERE state = 'waiting' LIMIT 1",
    );
    if (waiting) return true;
    if (row.next_try_at > this.clock()) return false;
    if (row.until_position !== null) return true;
    const after = placeOf(row);
    const { next } = await this.#feed.read(after, 1);
    return formatPlace(next) !== formatPlace(after);
  }

  async withSenderLock(work: () => Promise<void>): Promise<boolean> {
    const held = await this.database.withLock("telling the shop", async () => {
      await work();
      return true;
    });
    return held !== null;
  }

  async nextDelivery(): Promise<WebhookDelivery | null> {
    for (let pages = 0; pages < MAX_EMPTY_PAGES; pages += 1) {
      const row = await readCursor(this.database);
      if (!row || row.next_try_at > this.clock()) return null;
      const after = placeOf(row);
      const pinned = untilOf(row);
      const { events, next } = await this.#feed.read(after, EVENTS_PER_DELIVERY, pinned);
      const until = pinned ?? next;
      if (events.length > 0) {
        if (!pinned && !await this.#pin(after, until)) return null;
        const deliveryId = deliveryIdOf(events[0]!.place, events.at(-1)!.place);
        return { deliveryId, after, until, events, attempts: row.attempts };
      }
      if (formatPlace(until) === formatPlace(after)) return null;
      // Refusals and rehearsals, or a delivery whose events were cleaned up.
      await this.#goTo(after, until, false);
    }
    return null;
  }

  /** Fixes what a delivery is made of, before it is sent a first time. */
  async #pin(after: FeedPlace, until: FeedPlace): Promise<boolean> {
    const { affectedRows } = await this.database.execute(
      `UPDATE webhook_cursor SET until_position = ?, until_index = ?
        WHERE ${STILL_THERE} AND until_position IS NULL`,
      [until.position, until.index, after.position, after.index],
    );
    return affectedRows > 0;
  }

  async delivered({ after, until }: WebhookDelivery): Promise<void> {
    await this.#goTo(after, until, true);
  }

  async #goTo(after: FeedPlace, until: FeedPlace, isDelivered: boolean): Promise<boolean> {
    const delivered = isDelivered ? ", delivered_at = ?, last_error = NULL" : "";
    const params: SqlValue[] = [until.position, until.index];
    if (isDelivered) params.push(this.clock());
    const { affectedRows } = await this.database.execute(
      `UPDATE webhook_cursor
          SET position = ?, event_index = ?, until_position = NULL, until_index = NULL,
              attempts = 0, next_try_at = 0${delivered}
        WHERE ${STILL_THERE}`,
      [...params, after.position, after.index],
    );
    return affectedRows > 0;
  }

  async failed({ after, attempts }: WebhookDelivery, error: string, pauseMs: number) {
    await this.database.execute(
      `UPDATE webhook_cursor SET attempts = ?, next_try_at = ?, last_error = ?
        WHERE ${STILL_THERE}`,
      [attempts + 1, this.clock() + pauseMs, keptError(error), after.position, after.index],
    );
  }

  async giveUp({ after, until, events, attempts }: WebhookDelivery, error: string) {
    const [first, last] = [events[0]!.place, events.at(-1)!.place];
    const nowMs = this.clock();
    await this.database.transaction(async (tx) => {
      const moved = await tx.execute(
        `UPDATE webhook_cursor
            SET position = ?, event_index = ?, until_position = NULL, until_index = NULL,
                attempts = 0, next_try_at = 0, last_error = ?
          WHERE ${STILL_THERE}`,
        [until.position, until.index, keptError(error), after.position, after.index],
      );
      if (moved.affectedRows === 0) return;
      await tx.execute(
        `INSERT INTO webhook_failure (first_position, first_index, last_position, last_index,
           event_count, attempts, error, state, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'failed', ?, ?)`,
        [
          ...[first.position, first.index, last.position, last.index],
          ...[events.length, attempts + 1, keptError(error), nowMs, nowMs],
        ],
      );
    });
  }

  async nextResend() {
    const [row] = await this.database.query<FailureRow>(
      `SELECT ${FAILURE_FIELDS} FROM webhook_failure WHERE state = 'waiting' ORDER BY id LIMIT 1`,
    );
    if (!row) return null;
    const after = { position: row.first_position, index: row.first_index - 1 };
    const until = { position: row.last_position, index: row.last_index };
    const { events } = await this.#feed.read(after, EVENTS_PER_DELIVERY, until);
    const { deliveryId, attempts } = failureOf(row);
    return { failureId: row.id, delivery: { deliveryId, after, until, events, attempts } };
  }

  async finishResend(failureId: number, error: string | null): Promise<void> {
    const what = error === null ? "state = 'sent'" : "state = 'failed', error = ?";
    await this.database.execute(
      `UPDATE webhook_failure SET ${what}, attempts = attempts + 1, updated_at = ?
        WHERE id = ? AND state = 'waiting'`,
      [...(error === null ? [] : [keptError(error)]), this.clock(), failureId],
    );
  }
}

/** Made of what it holds, so that whoever sends it again, and when, gives it the same name. */
function deliveryIdOf(first: FeedPlace, last: FeedPlace): string {
  return `${formatPlace(first)}_${formatPlace(last)}`;
}
