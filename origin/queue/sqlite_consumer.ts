import { setImmediate } from "node:timers";
import type { ItemKey } from "../../shared/item.ts";
import { readTrail } from "../../shared/message_trail.ts";
import type { Log } from "../../shared/log.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type { Consumer, Delivery, DeliveryHandler } from "./order_queue.ts";

/** Rows read, and then deleted, at once: one commit for all of them instead of one each. */
const CHUNK_ROWS = 16;

/** The last wait before trying again when the database fails. */
const FAULT_WAIT_MS = 1_000;

/** Runs something once after a while; returns what takes it back. Injected for tests. */
export type Delay = (delayMs: number, run: () => void) => () => void;

/** The machine's timer. */
export const systemDelay: Delay = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

/** What a consumer works with. */
export interface SqliteConsumerSettings {
  db: SqliteDatabase;
  /** The first wait when nothing is there; it doubles up to the second. */
  idleFirstMs: number;
  idleLastMs: number;
  delay: Delay;
  log: Log;
  /** Waited for before each delivery: lets whoever shares the connection go first. */
  giveWay: () => Promise<void>;
}

interface MessageRow {
  id: number;
  kind: "orders" | "barrier";
  message_id: string;
  item: ItemKey;
  epoch: number;
  content: string;
  trail: string | null;
}

/**
 * Hands out the rows of the queue one after the other and deletes them after they were handled.
 * It shares its thread and its connection with the buy path, so it lets the event loop run between
 * any two deliveries.
 */
export class SqliteConsumer implements Consumer {
  readonly failed: Promise<never>;
  readonly #settings: SqliteConsumerSettings;
  readonly #handler: DeliveryHandler;
  readonly #fail: (error: unknown) => void;
  /** Every row up to this id was handled; those that are still there wait to be deleted. */
  #handledId = 0;
  #deletedId = 0;
  #stopping = false;
  #abandoned = false;
  #woken = false;
  #endIdle: () => void = () => {};
  #loop: Promise<void> | null = null;

  constructor(settings: SqliteConsumerSettings, handler: DeliveryHandler) {
    this.#settings = settings;
    this.#handler = handler;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.failed = promise;
    this.#fail = reject;
  }

  /** Rows up to this id are handled, whether they are still there or not. */
  get handledId(): number {
    return this.#handledId;
  }

  /** Begins to hand out. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** Looks for rows now instead of at the next poll. */
  wake(): void {
    this.#woken = true;
    this.#endIdle();
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    this.#endIdle();
    try {
      await withDeadline(this.#loop ?? Promise.resolve(), timeoutMs, "a delivery");
    } catch {
      // What is in hand stays in the table: its handler may still end, but nobody counts on it.
      this.#abandoned = true;
    }
    await this.#deleteHandled().catch((error) => this.#report(error));
  }

  async #run(): Promise<void> {
    const { idleFirstMs, idleLastMs } = this.#settings;
    let idleMs = idleFirstMs;
    while (!this.#stopping) {
      try {
        this.#woken = false;
        const rows = await this.#read();
        if (rows.length === 0) {
          if (await this.#idle(idleMs)) idleMs = idleFirstMs;
          else idleMs = Math.min(idleMs * 2, idleLastMs);
          continue;
        }
        idleMs = idleFirstMs;
        await this.#handOut(rows);
        await this.#deleteHandled();
      } catch (error) {
        this.#report(error);
        await this.#idle(FAULT_WAIT_MS);
      }
    }
  }

  async #handOut(rows: MessageRow[]): Promise<void> {
    for (const row of rows) {
      await this.#settings.giveWay();
      if (this.#stopping) return;
      try {
        await this.#handler(deliveryOf(row));
      } catch (error) {
        this.#stopping = true;
        this.#fail(error);
        return;
      }
      if (this.#abandoned) return;
      this.#handledId = row.id;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  #read(): Promise<MessageRow[]> {
    return this.#settings.db.query<MessageRow>(
      `SELECT id, kind, message_id, item, epoch, content, trail FROM queue_message
       WHERE id > ? ORDER BY id LIMIT ${CHUNK_ROWS}`,
      [this.#handledId],
    );
  }

  /** Ids only grow, so "up to" names exactly the rows that were handed out. */
  async #deleteHandled(): Promise<void> {
    const id = this.#handledId;
    if (id === this.#deletedId) return;
    await this.#settings.db.execute("DELETE FROM queue_message WHERE id <= ?", [id]);
    this.#deletedId = id;
  }

  /** Waits for the time or a wake-up; true when it was woken. */
  async #idle(delayMs: number): Promise<boolean> {
    if (!this.#woken && !this.#stopping) {
      await new Promise<void>((resolve) => {
        const cancel = this.#settings.delay(delayMs, resolve);
        this.#endIdle = () => {
          cancel();
          resolve();
        };
      });
    }
    return this.#woken;
  }

  #report(error: unknown): void {
    this.#settings.log.error("Cannot read the queue: {error}", { error: String(error) });
  }
}

function deliveryOf(row: MessageRow): Delivery {
  if (row.kind === "barrier") return { kind: "barrier", item: row.item, epoch: row.epoch };
  const { message_id: messageId, content } = row;
  const trail = readTrail(row.trail);
  return { kind: "orders", messageId, content, ...(trail === null ? {} : { trail }) };
}
