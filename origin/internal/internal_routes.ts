import { Hono, type MiddlewareHandler } from "hono";
import { EDGE_KEY_HEADER, MAX_BUYS_PER_BATCH } from "../../shared/internal_api.ts";
import { isMediaName, type MediaView } from "../../shared/media.ts";
import { problem } from "../../shared/problem.ts";
import { secretCheck } from "../../shared/secret.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";
import type { ProductDesk } from "../catalog/product_desk.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { MediaBook } from "../media/media_book.ts";
import type { OrderStatusDesk } from "../orders/order_status.ts";
import { answerInTime } from "./answer_in_time.ts";
import { readBoundedBody } from "./bounded_body.ts";
import { listPage } from "./far_page.ts";
import { readInternalBuys } from "./read_buys.ts";
import type { SnapshotDesk } from "./sale_snapshot.ts";

/** Most bytes of a batch: 512 buys of the longest ids are 105 KiB. */
export const MAX_BATCH_BYTES = 1024 * 1024;

/** How long an edge may take to send its batch. */
const BATCH_TIMEOUT_MS = 5_000;

/** Bounds of a list, as everywhere in the API. */
const DEFAULT_PER = 20;
const MAX_PER = 200;
const MAX_PAGE = 1_000_000_000;

/** What the internal API answers with. */
export interface InternalParts {
  desk: BuyDesk;
  orders: OrderStatusDesk;
  snapshots: SnapshotDesk;
  products: Pick<ProductDesk, "find">;
  mediaBook: Pick<MediaBook, "get">;
  /** Further routes behind the same key: paying and cancelling, reports of edges. */
  paying: Hono[];
  edgeKey: string;
}

/** What only edges may ask, below `/internal`; see `shared/internal_api.ts`. */
export function internalRoutes(parts: InternalParts): Hono {
  const app = new Hono();
  app.use("*", requireEdgeKey(parts.edgeKey));
  app.use("*", answerInTime());
  for (const routes of parts.paying) app.route("/", routes);

  app.post("/buys", async (c) => {
    const limits = { maxBytes: MAX_BATCH_BYTES, timeoutMs: BATCH_TIMEOUT_MS };
    const body = await readBoundedBody(c.req.raw, limits);
    if (body.kind === "too_large") {
      return problem("too_large", `A batch has at most ${MAX_BATCH_BYTES} bytes`);
    }
    const request = body.kind === "read" ? readInternalBuys(body.text) : null;
    if (!request) {
      return problem(
        "invalid",
        `A batch is {v, budgetMs, buys} with 1 to ${MAX_BUYS_PER_BATCH} buys`,
      );
    }
    return c.json(await parts.desk.decide(request));
  });

  app.get("/snapshot", async (c) => {
    const { have, lists, products } = c.req.query();
    const snapshot = await parts.snapshots.take({ have, lists, products });
    return snapshot ? c.json(snapshot) : problem("unavailable", "The sales were not read yet");
  });

  app.get("/products/:id", async (c) => {
    const id = Number(c.req.param("id"));
    if (!Number.isSafeInteger(id) || id < 1) return problem("invalid", "No product id");
    try {
      const product = await parts.products.find(id);
      return product ? c.json(product) : problem("not_found", "There is no such product");
    } catch {
      return problem("unavailable", "The products cannot be read");
    }
  });

  app.get("/media/:name", async (c) => {
    const name = c.req.param("name");
    const file = isMediaName(name) ? await parts.mediaBook.get(name) : null;
    return file ? c.json(file satisfies MediaView) : problem("not_found", "No such picture");
  });

  app.get("/orders/:ticket", async (c) => {
    const userId = readUserId(c.req.query("userId"));
    if (userId === null) return problem("invalid", "userId is missing or no user id");
    const found = await parts.orders.find(c.req.param("ticket"), userId);
    switch (found.kind) {
      case "found":
        return c.json(found.order);
      case "not_found":
        return problem("not_found", "There is no such order of this user");
      case "unavailable":
        return problem("unavailable", "The order book is away");
    }
  });

  app.get("/orders", async (c) => {
    const userId = readUserId(c.req.query("userId"));
    if (userId === null) return problem("invalid", "userId is missing or no user id");
    const page = readCount(c.req.query("page"), 1, MAX_PAGE);
    const per = readCount(c.req.query("per"), DEFAULT_PER, MAX_PER);
    if (page === null || per === null) {
      return problem("invalid", `page starts at 1, per is 1 to ${MAX_PER}`);
    }
    const list = (page: number, per: number) => parts.orders.list(userId, page, per);
    return c.json(await listPage(page, per, list));
  });

  return app;
}

function requireEdgeKey(edgeKey: string): MiddlewareHandler {
  const isEdgeKey = secretCheck(edgeKey);
  return async function edgeKeyGuard(c, next) {
    if (!isEdgeKey(c.req.header(EDGE_KEY_HEADER))) {
      return problem("unauthenticated", "The edge key is missing or wrong");
    }
    return await next();
  };
}

function readUserId(given: string | undefined): string | null {
  return given !== undefined && USER_ID_PATTERN.test(given) ? given : null;
}

function readCount(given: string | undefined, fallback: number, max: number): number | null {
  if (given === undefined) return fallback;
  const count = Number(given);
  return /^[1-9]\d{0,9}$/.test(given) && count <= max ? count : null;
}
