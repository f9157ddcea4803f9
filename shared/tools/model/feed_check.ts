import { statusOf } from "../../../origin/feed/order_events.ts";
import { FEED_START, type FeedPlace, formatPlace } from "../../../origin/feed/order_feed.ts";
import { SqlOrderFeed } from "../../../origin/feed/sql_order_feed.ts";
import { SqlOrderTallies } from "../../../origin/orders/fold_tallies.ts";
import { recountAll } from "../../../origin/orders/testing/many_orders.ts";
import { promise } from "./broken_promise.ts";
import type { World } from "./world.ts";

/** Events of one read: fewer than most sequences make, so that rows are cut in the middle. */
const PER_READ = 7;

/** The clock stands far behind everything, so that no gap is young. */
const LATER_MS = 3_600_000;

/**
 * What the shop was told: whoever replays the feed from its beginning knows the status of every
 * order, and hears of no refusal that no money came for.
 */
export async function checkFeed({ model, profile, now }: World): Promise<void> {
  const feed = new SqlOrderFeed(profile.database, () => now + LATER_MS);
  const replayed = new Map<string, string>();
  for (let place: FeedPlace = FEED_START;;) {
    const { events, next } = await feed.read(place, PER_READ);
    for (const { kind, order } of events) {
      const before = replayed.get(order.ticket);
      const isNew = before === undefined && kind !== "refund_due";
      promise(
        "feed",
        isNew === (kind === "created"),
        () => `${order.ticket} is told to be ${kind} after ${before}`,
      );
      replayed.set(order.ticket, statusOf(kind));
    }
    if (formatPlace(next) === formatPlace(place)) break;
    place = next;
  }
  for (const { ticket, status } of model.book.orders.values()) {
    const told = replayed.get(ticket) ?? "refused";
    promise("feed", told === status, () => `${ticket} is ${status}, the feed says ${told}`);
    replayed.delete(ticket);
  }
  const [more] = replayed.keys();
  promise("feed", more === undefined, () => `the feed tells of ${more}, which has no row`);
}

/** The numbers behind the lists of orders, before and after they are added up. */
export async function checkTallies({ profile }: World): Promise<void> {
  const { database } = profile;
  const wrong = await recountAll(database);
  promise("tally", wrong === 0, () => `the numbers of orders are wrong by ${wrong}`);
  await new SqlOrderTallies(database).fold();
  const later = await recountAll(database);
  promise("tally", later === 0, () => `added up, the numbers of orders are wrong by ${later}`);
}
