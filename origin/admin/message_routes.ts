import { createRoute } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { Page } from "../orders/order_book.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, idParams, pageOf } from "./admin_schemas.ts";
import {
  decidedMessageSchema,
  listedMessageSchema,
  messageQuery,
  messageSummarySchema,
  parkedMessageSchema,
} from "./message_schemas.ts";
import { viewParked, viewParkedSummary, viewRecorded, viewWaiting } from "./message_views.ts";
import type { ListedMessage } from "./message_views.ts";
import { type Decided, refuseMessage, replayMessage } from "./replay_message.ts";
import { listWaiting, sumWaiting } from "./waiting_messages.ts";

const list = createRoute({
  method: "get",
  path: "/messages",
  tags: ["Messages"],
  operationId: "listMessages",
  summary: "List messages of one state, newest first; what waits to be handed over, oldest first",
  request: { query: messageQuery },
  responses: answers(200, "A page of messages", pageOf(listedMessageSchema), ["invalid"]),
});

const summary = createRoute({
  method: "get",
  path: "/messages/summary",
  tags: ["Messages"],
  operationId: "summarizeMessages",
  summary: "How many messages there are of each state, and how long the queue is",
  responses: answers(200, "The messages at one look", messageSummarySchema),
});

const read = createRoute({
  method: "get",
  path: "/messages/{id}",
  tags: ["Messages"],
  operationId: "readMessage",
  summary: "Read a parked message with its text",
  request: { params: idParams },
  responses: answers(200, "The message", parkedMessageSchema, ["not_found"]),
});

const replay = createRoute({
  method: "post",
  path: "/messages/{id}/replay",
  tags: ["Messages"],
  operationId: "replayMessage",
  summary: "Buy a refused ticket anew, or record a whole message again; the same replay again " +
    "gives the same ticket",
  request: { params: idParams },
  responses: answers(200, "What came of it", decidedMessageSchema, [
    "not_found",
    "conflict",
    "paused",
    "busy",
  ]),
});

const refuse = createRoute({
  method: "post",
  path: "/messages/{id}/refuse",
  tags: ["Messages"],
  operationId: "refuseMessage",
  summary: "Close a parked message for good, without doing anything",
  request: { params: idParams },
  responses: answers(200, "The message", decidedMessageSchema, ["not_found", "conflict"]),
});

/** Messages: what waits, what was recorded, and what an operator has to decide about. */
export function addMessageRoutes(app: AdminApp, parts: AdminParts) {
  const { messages } = parts;

  // Before the route of one message, which would take "summary" for an id.

  return app
    .openapi(list, async (c) => {
      const { state, page, per } = c.req.valid("query");
      if (state === "pending" && !parts.ledger.isUp()) return ledgerAway();
      const find = async (page: number, per: number): Promise<Page<ListedMessage>> => {
        if (state === "pending") {
          const found = await listWaiting(parts, page, per);
          const now = parts.clock();
          return { ...found, items: found.items.map((message) => viewWaiting(message, now)) };
        }
        if (state === "recorded") {
          const found = await messages.listInbox(page, per);
          return { ...found, items: found.items.map(viewRecorded) };
        }
        const found = await messages.listParked(state, page, per);
        return { ...found, items: found.items.map(viewParkedSummary) };
      };
      return c.json(await listPage(page, per, find), 200);
    })
    .openapi(summary, async (c) => c.json(await summarize(parts), 200))
    .openapi(read, async (c) => {
      const message = await messages.getParked(c.req.valid("param").id);
      return message ? c.json(viewParked(message), 200) : problem("not_found");
    })
    .openapi(replay, async (c) => answer(await replayMessage(c.req.valid("param").id, parts)))
    .openapi(refuse, async (c) => answer(await refuseMessage(c.req.valid("param").id, parts)));
}

function answer(decided: Decided): Response {
  switch (decided.kind) {
    case "done":
      return Response.json({ ...viewParked(decided.message), outcome: decided.outcome });
    case "not_found":
      return problem("not_found");
    case "conflict":
      return problem("conflict", decided.detail, { reason: decided.reason });
    case "passing":
      return problem(decided.code, "The replay can be tried again in a moment");
  }
}

async function summarize(parts: AdminParts) {
  const { messages, ledger, queue, backlog, clock } = parts;
  const countOf = async (state: "parked" | "replayed" | "refused") =>
    (await messages.listParked(state, 1, 1)).total;
  const [parked, replayed, refused, inbox, waiting, depth] = await Promise.all([
    countOf("parked"),
    countOf("replayed"),
    countOf("refused"),
    messages.listInbox(1, 1),
    ledger.isUp() ? unlessAway("the outboxes", parts, sumWaiting(parts)) : null,
    unlessAway("the queue", parts, queue.depth()),
  ]);
  const oldestAgeMs = (oldestAt: number | null) =>
    oldestAt === null ? null : Math.max(0, Math.floor(clock() - oldestAt));
  return {
    parked,
    replayed,
    refused,
    recorded: inbox.total,
    pending: waiting && {
      messages: waiting.messages,
      items: waiting.items,
      oldestAgeMs: oldestAgeMs(waiting.oldestAt),
    },
    queue: depth,
    maxQueuedMessages: backlog.limit,
    buys: backlog.isOver() ? "busy" as const : "open" as const,
  };
}

/** A part that is away must not hide the others: this is where operators look then. */
function unlessAway<T>(what: string, { log }: AdminParts, asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    log.warning("Cannot read {what}: {error}", { what, error: String(error) });
    return null;
  });
}

function ledgerAway(): Response {
  return problem("unavailable", "The ledger is away, and with it what waits there");
}
