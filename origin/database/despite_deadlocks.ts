import { DatabaseError } from "./database.ts";

/** Tries of a transaction that the server chose to roll back so that another could go on. */
const MAX_TRIES = 6;

/**
 * Runs a transaction again when it lost a deadlock: the server rolled all of it back, so nothing of
 * it happened. At once, because whoever won has what both wanted. For transactions that somebody
 * waits for and that have no retry table of their own.
 */
export async function despiteDeadlocks<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      const lost = error instanceof DatabaseError && error.fault === "deadlock";
      if (!lost || tries >= MAX_TRIES) throw error;
    }
  }
}
