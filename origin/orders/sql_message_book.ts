import type { Clock } from "../../shared/clock.ts";
import type { Database, SqlRow } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import { listInbox } from "./inbox.ts";
import type {
  MessageBook,
  ParkedMessage,
  ParkedState,
  ParkedSummary,
  ReplayEnd,
} from "./message_book.ts";
import type { Page } from "./order_book.ts";

/**
 * How long a replay keeps others from deciding. A buy is given up after seconds, and the ledger
 * makes no decision after that, so a try this old can make nothing more.
 */
export const REPLAY_LEASE_MS = 60_000;

const SUMMARY_FIELDS = "id, message_id, ticket, reason, attempts, state, replaying_since, " +
  "replayed_ticket, created_at, decided_at";

/** A ticket is parked once; a whole message that is written again could park it once more. */
const MAX_OF_TICKET = 20;

/** Tickets are stored as ASCII; other text matches none. */
const ASCII = /^[\x20-\x7e]+$/;

/** The message book in SQL, the same for MySQL, MariaDB and SQLite. */
export class SqlMessageBook implements MessageBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  /** @throws {RangeError} for a page outside of its bounds. */
  async listParked(
    state: ParkedState | null,
    page: number,
    per: number,
  ): Promise<Page<ParkedSummary>> {
    const offset = checkPage(page, per);
    const where = state === null ? "" : " WHERE state = ?";
    const params = state === null ? [] : [state];
    const [count] = await this.database.query<{ total: number }>(
      `SELECT COUNT(*) AS total FROM parked_message${where}`,
      params,
    );
    const rows = await this.database.query(
      `SELECT ${SUMMARY_FIELDS} FROM parked_message${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
      [...params, per, offset],
    );
    return { items: rows.map(summaryOf), page, per, total: count?.total ?? 0 };
  }

  async getParked(id: number): Promise<ParkedMessage | null> {
    const [row] = await this.database.query(
      `SELECT ${SUMMARY_FIELDS}, content FROM parked_message WHERE id = ?`,
      [id],
    );
    return row ? { ...summaryOf(row), content: row.content as string } : null;
  }

  async parkedOf(ticket: string): Promise<ParkedSummary[]> {
    if (!ASCII.test(ticket)) return [];
    const rows = await this.database.query(
      `SELECT ${SUMMARY_FIELDS} FROM parked_message
        WHERE ticket = ? ORDER BY id DESC LIMIT ${MAX_OF_TICKET}`,
      [ticket],
    );
    return rows.map(summaryOf);
  }

  beginReplay(id: number): Promise<number | null> {
    return this.database.transaction(async (tx) => {
      const nowMs = this.clock();
      const begun = await tx.execute(
        `UPDATE parked_message SET attempts = attempts + 1, replaying_since = ?
          WHERE id = ? AND state = 'parked'
            AND (replaying_since IS NULL OR replaying_since <= ?)`,
        [nowMs, id, nowMs - REPLAY_LEASE_MS],
      );
      if (begun.affectedRows === 0) return null;
      const [row] = await tx.query<{ attempts: number }>(
        "SELECT attempts FROM parked_message WHERE id = ?",
        [id],
      );
      return row?.attempts ?? null;
    });
  }

  async endReplay(
    id: number,
    attempt: number,
    end: ReplayEnd,
    replayedTicket: string | null,
  ): Promise<boolean> {
    const mine = "WHERE id = ? AND state = 'parked' AND attempts = ? AND replaying_since > 0";
    const { affectedRows } = end === "replayed"
      ? await this.database.execute(
        `UPDATE parked_message
            SET state = 'replayed', replayed_ticket = ?, decided_at = ?, replaying_since = NULL
          ${mine}`,
        [replayedTicket, this.clock(), id, attempt],
      )
      : await this.database.execute(
        `UPDATE parked_message SET replaying_since = ? ${mine}`,
        [end === "unsure" ? 0 : null, id, attempt],
      );
    return affectedRows > 0;
  }

  async refuseParked(id: number): Promise<boolean> {
    const { affectedRows } = await this.database.execute(
      `UPDATE parked_message SET state = 'refused', decided_at = ?
        WHERE id = ? AND state = 'parked' AND replaying_since IS NULL`,
      [this.clock(), id],
    );
    return affectedRows > 0;
  }

  listInbox(page: number, per: number) {
    return listInbox(this.database, page, per);
  }
}

function summaryOf(row: SqlRow): ParkedSummary {
  return {
    id: row.id as number,
    messageId: row.message_id as string,
    ticket: row.ticket as string | null,
    reason: row.reason as string,
    attempts: row.attempts as number,
    state: row.state as ParkedState,
    replayingSince: row.replaying_since as number | null,
    replayedTicket: row.replayed_ticket as string | null,
    createdAt: row.created_at as number,
    decidedAt: row.decided_at as number | null,
  };
}
