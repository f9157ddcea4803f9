import type { Clock } from "../../../shared/clock.ts";
import type { Database } from "../../database/database.ts";
import { type FeedEvent, type FeedPlace, formatPlace } from "../order_feed.ts";
import { SqlOrderFeed } from "../sql_order_feed.ts";

/** Reads on in the feed of a database that other tests write to as well. */
export class FeedReader extends SqlOrderFeed {
  #next: FeedPlace;

  private constructor(database: Database, clock: Clock, readonly start: FeedPlace) {
    super(database, clock);
    this.#next = start;
  }

  /** One that begins with what happens from now on. */
  static async fromNow(database: Database, clock: Clock): Promise<FeedReader> {
    const [last] = await database.query<{ position: number | null }>(
      "SELECT MAX(position) AS position FROM order_event",
    );
    return new FeedReader(database, clock, { position: last?.position ?? 0, index: 1_000 });
  }

  /** Everything that was not read yet. */
  async rest(limit = 100): Promise<FeedEvent[]> {
    const events: FeedEvent[] = [];
    while (true) {
      const page = await this.read(this.#next, limit);
      events.push(...page.events);
      if (formatPlace(page.next) === formatPlace(this.#next)) return events;
      this.#next = page.next;
    }
  }

  /** Everything since the beginning. */
  again(limit = 100): Promise<FeedEvent[]> {
    this.#next = this.start;
    return this.rest(limit);
  }

  /** What was not read yet, as who and what. */
  async told(): Promise<[string, string][]> {
    return (await this.rest()).map(({ order, kind }) => [order.userId, kind]);
  }
}
