/** An independent look at the servers and processes: no code of edge, origin or worker takes part. */
export interface Probe {
  /** Sends a raw command to Redis, say `["HLEN", key]`. @throws when Redis is away. */
  redis(command: string[]): Promise<unknown>;
  /** The full name of one of the sale item's keys: `meta`, `holders`, `outbox`, `due`, `changes`. */
  key(part: string): string;
  /** Rows of the record. @throws when the database is away. */
  sql<Row extends object>(text: string, params?: (string | number | null)[]): Promise<Row[]>;
  /** Messages that are ready or unacknowledged, and consumers, over all order queues. */
  queues(): Promise<{ ready: number; unacked: number; consumers: number }>;
  /** Messages that are ready, and consumers, over all order queues: quick, for looking often. */
  waiting(): Promise<{ ready: number; consumers: number }>;
  /** The state letter of a process (`R`, `S`, `T` is stopped, `Z`), or null when it is gone. */
  processState(pid: number): Promise<string | null>;
  /** The item's row: epochs, sold, stock. */
  item(): Promise<
    { stock: number; sold: number; epoch: number; ledgerEpoch: number; openEpoch: number }
  >;
}
