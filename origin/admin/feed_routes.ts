import { createRoute, z } from "@hono/zod-openapi";
import { EVENT_TYPES, orderEventSchema, viewEvent } from "../feed/event_view.ts";
import {
  type FeedPage,
  type FeedPlace,
  formatPlace,
  MAX_FEED_EVENTS,
  parsePlace,
} from "../feed/order_feed.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers } from "./admin_schemas.ts";

/** Longest time that a request may wait for events, s. */
const MAX_WAIT_S = 20;

/** How often it looks meanwhile. */
const LOOK_EVERY_MS = 500;

/** Requests that wait at the same time in one process; others are answered at once. */
const MAX_WAITING = 50;

/** Stretches of the feed without an event for the shop that one request passes over. */
const MAX_EMPTY_PAGES = 100;

/** A whole number in a query. */
function numberText(fallback: number, least: number, most: number) {
  return z.string().regex(/^\d{1,6}$/, "must be a whole number").default(String(fallback))
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)
    .openapi({ type: "integer", minimum: least, maximum: most, default: fallback });
}

const feedQuery = z.object({
  after: z.string().default("0").transform((text, context) => {
    const place = parsePlace(text);
    if (place) return place;
    context.addIssue({ code: "custom", message: "must be 0 or what `next` said before" });
    return z.NEVER;
  }).openapi({ type: "string", default: "0", example: "4711-0" }),
  limit: numberText(100, 1, MAX_FEED_EVENTS),
  wait: numberText(0, 0, MAX_WAIT_S),
});

const feedSchema = z.object({
  events: z.array(z.object(orderEventSchema.shape).openapi("OrderEvent")),
  next: z.string().openapi({ description: "What to ask for `after` next" }),
}).openapi("OrderFeed");

const feed = createRoute({
  method: "get",
  path: "/orders/feed",
  tags: ["Orders"],
  operationId: "readFeed",
  summary: "What happened to orders, oldest first: " + EVENT_TYPES.join(", "),
  description: "Every event comes at least once, those of one order in the order in which they " +
    "happened, with the same `eventId` whenever they are asked for. `wait` lets the answer wait so " +
    "many seconds for a first event.",
  request: { query: feedQuery },
  responses: answers(200, "The events behind `after`", feedSchema, ["invalid"]),
});

/** The feed of order events, for shops that rather ask than be told. */
export function addFeedRoutes(app: AdminApp, parts: AdminParts) {
  let waiting = 0;
  return app.openapi(feed, async (c) => {
    const { after, limit, wait } = c.req.valid("query");
    const mayWait = wait > 0 && waiting < MAX_WAITING;
    waiting += mayWait ? 1 : 0;
    try {
      const looks = mayWait ? wait * 1_000 / LOOK_EVERY_MS : 0;
      const { events, next } = await readPatiently(after, limit, looks, c.req.raw.signal, parts);
      return c.json({ events: events.map(viewEvent), next: formatPlace(next) }, 200);
    } finally {
      waiting -= mayWait ? 1 : 0;
    }
  });
}

/** Reads until there is an event, or so many looks found none, or nobody waits any more. */
async function readPatiently(
  after: FeedPlace,
  limit: number,
  looks: number,
  signal: AbortSignal,
  { feed, delay }: Pick<AdminParts, "feed" | "delay">,
): Promise<FeedPage> {
  let place = after;
  let empty = 0;
  for (let look = 0;;) {
    const page = await feed.read(place, limit);
    if (page.events.length > 0) return page;
    const moved = formatPlace(page.next) !== formatPlace(place);
    place = page.next;
    if (moved && empty < MAX_EMPTY_PAGES) {
      empty += 1;
      continue;
    }
    if (look >= looks || signal.aborted) return page;
    look += 1;
    await delay(LOOK_EVERY_MS);
  }
}
