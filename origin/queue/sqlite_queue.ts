import type { ItemEpoch } from "../../shared/item.ts";
import { type Log, logOf } from "../../shared/log.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type {
  Consumer,
  DeliveryHandler,
  OrderQueue,
  OutboundMessage,
  PublishOutcome,
  QueueDepth,
} from "./order_queue.ts";
import { type Delay, SqliteConsumer, systemDelay } from "./sqlite_consumer.ts";

/** The only shard: one process, one thread, one worker. */
export const SQLITE_SHARD = 0;

/** How an idle consumer looks for rows that nobody told it of. */
export interface SqliteQueueOptions {
  idleFirstMs?: number;
  idleLastMs?: number;
  delay?: Delay;
  log?: Log;
  /** Waited for before each delivery; see `BuysFirst`. Must end by itself within a bound. */
  giveWay?: () => Promise<void>;
}

/**
 * The hand-over of the embedded profile: a table in the same file as the ledger. The ledger writes
 * its `orders` rows itself, in the transaction that deducts, and calls `wake()` afterwards;
 * `publish` is for everybody else.
 */
export class SqliteQueue implements OrderQueue {
  readonly #db: SqliteDatabase;
  readonly #options: Required<SqliteQueueOptions>;
  #consumer: SqliteConsumer | null = null;

  constructor(db: SqliteDatabase, options: SqliteQueueOptions = {}) {
    this.#db = db;
    this.#options = {
      idleFirstMs: 20,
      idleLastMs: 200,
      delay: systemDelay,
      log: logOf("origin", "queue"),
      giveWay: () => Promise.resolve(),
      ...options,
    };
  }

  /** Tells the consumer that rows were committed. */
  wake(): void {
    this.#consumer?.wake();
  }

  isUp(): boolean {
    return this.#db.isUp();
  }

  /** A commit is the confirm. A database that fails or is too late leaves all `unconfirmed`. */
  async publish(messages: OutboundMessage[], timeoutMs: number): Promise<PublishOutcome[]> {
    try {
      const writing = this.#db.exclusive(() => messages.map((message) => this.#insert(message)));
      return await withDeadline(writing, timeoutMs, "publishing");
    } catch (error) {
      this.#options.log.error("Cannot publish: {error}", { error: String(error) });
      return messages.map(() => "unconfirmed");
    } finally {
      this.wake();
    }
  }

  async openRoute({ item, epoch }: ItemEpoch): Promise<void> {
    await this.#db.execute(
      "INSERT INTO queue_route (item, epoch) VALUES (?, ?) ON CONFLICT (item, epoch) DO NOTHING",
      [item, epoch],
    );
  }

  async closeOlderRoutes({ item, epoch }: ItemEpoch): Promise<void> {
    await this.#db.execute("DELETE FROM queue_route WHERE item = ? AND epoch < ?", [item, epoch]);
  }

  /** Every barrier is a row of its own: one that was sent before stands too far ahead. */
  async sendBarrier({ item, epoch }: ItemEpoch): Promise<void> {
    await this.#db.execute(
      `INSERT INTO queue_message (shard, kind, message_id, item, epoch, content)
       SELECT ?, 'barrier', ? || '.' || (COALESCE(MAX(id), 0) + 1), ?, ?, '' FROM queue_message`,
      [SQLITE_SHARD, `${item}.${epoch}`, item, epoch],
    );
    this.wake();
  }

  /** One consumer at a time: a second worker in the same thread would gain nothing. */
  consume(handler: DeliveryHandler): Promise<Consumer> {
    if (this.#consumer) {
      return Promise.reject(
        new RangeError("Cannot consume as one consumer is allowed at a time: current value is 1"),
      );
    }
    const consumer = new SqliteConsumer({ db: this.#db, ...this.#options }, handler);
    this.#consumer = consumer;
    consumer.start();
    return Promise.resolve({
      failed: consumer.failed,
      stop: async (timeoutMs) => {
        await consumer.stop(timeoutMs);
        if (this.#consumer === consumer) this.#consumer = null;
      },
    });
  }

  async depth(): Promise<QueueDepth> {
    const [row] = await this.#db.query<{ ready: number }>(
      "SELECT COUNT(*) AS ready FROM queue_message WHERE id > ?",
      [this.#consumer?.handledId ?? 0],
    );
    return { ready: row?.ready ?? 0, consumers: this.#consumer ? 1 : 0 };
  }

  /** Stops the consumer; the database stays open, it is not the queue's. */
  async close(timeoutMs: number): Promise<void> {
    await this.#consumer?.stop(timeoutMs);
    this.#consumer = null;
  }

  #insert({ messageId, item, epoch, content, trail }: OutboundMessage): PublishOutcome {
    const route = this.#db.prepare("SELECT 1 FROM queue_route WHERE item = ? AND epoch = ?");
    if (!route.get(item, epoch)) return "returned";
    this.#db.prepare(
      `INSERT INTO queue_message (shard, kind, message_id, item, epoch, content, trail)
       VALUES (?, 'orders', ?, ?, ?, ?, ?) ON CONFLICT (kind, message_id) DO NOTHING`,
    ).run(
      SQLITE_SHARD,
      messageId,
      item,
      epoch,
      content,
      trail === undefined ? null : JSON.stringify(trail),
    );
    return "confirmed";
  }
}
