import type { ItemEpoch, ItemKey } from "../../item.ts";
import type { SqliteDatabase } from "../../../origin/database/sqlite_database.ts";
import type { OutboundMessage, PublishOutcome } from "../../../origin/queue/order_queue.ts";
import { SqliteQueue } from "../../../origin/queue/sqlite_queue.ts";
import { type HeldDelivery, nameOf, type SteppedBroker, type Wire } from "./broker.ts";

interface QueueRow {
  id: number;
  kind: "orders" | "barrier";
  message_id: string;
  item: ItemKey;
  epoch: number;
  content: string;
}

/**
 * The queue of the embedded profile, its real table, handed out row by row. There is no wire: what
 * the ledger decides stands in the table with the same commit.
 */
export class TableBroker implements SteppedBroker {
  readonly onTheWay: OutboundMessage[] = [];
  readonly #queue: SqliteQueue;
  /** The latest hand-out of each row. */
  readonly #tags = new Map<number, number>();
  #handedOut = 0;

  constructor(readonly db: SqliteDatabase) {
    this.#queue = new SqliteQueue(db);
  }

  publish(messages: OutboundMessage[], _wire: Wire): Promise<PublishOutcome[]> {
    return this.#queue.publish(messages, 1_000);
  }

  openRoute(item: ItemEpoch): Promise<void> {
    return this.#queue.openRoute(item);
  }

  closeOlderRoutes(item: ItemEpoch): Promise<void> {
    return this.#queue.closeOlderRoutes(item);
  }

  sendBarrier(item: ItemEpoch): Promise<void> {
    return this.#queue.sendBarrier(item);
  }

  async take(): Promise<HeldDelivery | null> {
    const [row] = await this.#rows(1);
    if (!row) return null;
    const tag = this.#handedOut += 1;
    this.#tags.set(row.id, tag);
    return { delivery: deliveryOf(row), tag };
  }

  async acknowledge({ tag }: HeldDelivery): Promise<boolean> {
    for (const [id, latest] of this.#tags) {
      if (latest !== tag) continue;
      this.#tags.delete(id);
      await this.db.execute("DELETE FROM queue_message WHERE id = ?", [id]);
      return true;
    }
    return false;
  }

  async waiting(): Promise<string[]> {
    return (await this.#rows(1_000)).map((row) => nameOf(deliveryOf(row)));
  }

  arrive(_index: number): void {}

  /** The table is emptied with all others. */
  clear(): void {
    this.#tags.clear();
  }

  #rows(limit: number): Promise<QueueRow[]> {
    return this.db.query<QueueRow>(
      `SELECT id, kind, message_id, item, epoch, content FROM queue_message ORDER BY id LIMIT ?`,
      [limit],
    );
  }
}

function deliveryOf({ kind, item, epoch, message_id, content }: QueueRow) {
  return kind === "barrier"
    ? { kind, item, epoch } as const
    : { kind, messageId: message_id, content } as const;
}
