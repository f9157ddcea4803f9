import { formatPlace } from "../feed/order_feed.ts";
import type { WebhookFailure } from "./webhook_book.ts";

/** Characters of an error that are kept. */
const MAX_ERROR_LENGTH = 300;

/** The columns of a `FailureRow`. */
export const FAILURE_FIELDS =
  "id, first_position, first_index, last_position, last_index, event_count, attempts, error, " +
  "state, created_at, updated_at";

/** A row of `webhook_failure`. */
export interface FailureRow {
  id: number;
  first_position: number;
  first_index: number;
  last_position: number;
  last_index: number;
  event_count: number;
  attempts: number;
  error: string;
  state: WebhookFailure["state"];
  created_at: number;
  updated_at: number;
}

/** A failure as the book shows it. */
export function failureOf(row: FailureRow): WebhookFailure {
  const first = { position: row.first_position, index: row.first_index };
  const last = { position: row.last_position, index: row.last_index };
  return {
    id: row.id,
    deliveryId: `${formatPlace(first)}_${formatPlace(last)}`,
    eventCount: row.event_count,
    attempts: row.attempts,
    error: row.error,
    state: row.state,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** An error as it is kept: bounded, and nothing that a column would refuse. */
export function keptError(error: string): string {
  return error.toWellFormed().slice(0, MAX_ERROR_LENGTH).toWellFormed();
}
