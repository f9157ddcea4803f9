import type { Pool } from "mysql2/promise";

/** The connections of a pool. */
export interface PoolState {
  open: number;
  /** Of the open ones, those that work for somebody. */
  inUse: number;
  /** Callers that wait for one. */
  waiting: number;
}

interface Sized {
  length: number;
}

/**
 * Looks into a pool. The driver tells of it in events only, and of a connection that is thrown away
 * in none, so its own lists are read; a test on a real server notices when they change their names.
 */
export function poolState(pool: Pool): PoolState {
  const { pool: inner } = pool as unknown as {
    pool: Partial<Record<"_allConnections" | "_freeConnections" | "_connectionQueue", Sized>>;
  };
  const open = inner._allConnections?.length ?? 0;
  const free = inner._freeConnections?.length ?? 0;
  return { open, inUse: open - free, waiting: inner._connectionQueue?.length ?? 0 };
}
