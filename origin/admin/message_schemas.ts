import { z } from "@hono/zod-openapi";
import { idSchema, pageQuery } from "./admin_schemas.ts";

const time = () => z.string().openapi({ format: "date-time" });
const count = () => z.number().int().min(0);

/** Which messages to list. */
export const messageQuery = pageQuery.extend({
  state: z.enum(["parked", "replayed", "refused", "pending", "recorded"]).default("parked").openapi(
    {
      description:
        "parked: could not be written, and nobody has decided. replayed, refused: decided. " +
        "pending: decided by the ledger and not handed over. recorded: the inbox",
    },
  ),
});

const parkedFields = {
  id: idSchema,
  messageId: z.string(),
  ticket: z.string().optional().openapi({
    description: "The one ticket that was poison; left out when the whole message is kept",
  }),
  state: z.enum(["parked", "replayed", "refused"]),
  reason: z.string(),
  attempts: count().openapi({ description: "How often it was replayed" }),
  replaying: z.boolean().openapi({
    description: "A replay is under way, or the last one had no clear end",
  }),
  replayedTicket: z.string().optional().openapi({ description: "What a replay reserved" }),
  createdAt: time(),
  decidedAt: time().optional(),
};

/** A parked message without its text. */
export const parkedSummarySchema = z.object(parkedFields).openapi("ParkedSummary");

/** A parked message with its text. */
export const parkedMessageSchema = z.object({ ...parkedFields, content: z.string() })
  .openapi("ParkedMessage");

/** A message in a list; what it tells depends on its state. */
export const listedMessageSchema = z.discriminatedUnion("state", [
  z.object({ ...parkedFields, state: z.literal("parked") }),
  z.object({ ...parkedFields, state: z.literal("replayed") }),
  z.object({ ...parkedFields, state: z.literal("refused") }),
  z.object({
    state: z.literal("pending"),
    messageId: z.string(),
    saleId: idSchema,
    productId: idSchema,
    epoch: z.number().int(),
    ageMs: count().openapi({ description: "Since the ledger decided it" }),
    sends: count().openapi({ description: "How often a relay has claimed it" }),
    size: count().openapi({ description: "Characters of its text" }),
    buyers: count(),
  }),
  z.object({
    state: z.literal("recorded"),
    messageId: z.string(),
    contentHash: z.string(),
    recordedAt: time(),
  }),
]).openapi("Message");

/** What came of a decision about a parked message. */
export const decidedMessageSchema = z.object({
  ...parkedFields,
  content: z.string(),
  outcome: z.enum(["reserved", "order_ended", "processing", "recorded", "refused"]).openapi({
    description: "reserved: a new ticket. order_ended: the new ticket has ended meanwhile. " +
      "processing: it is on its way, replay again to hear its end. recorded: the message was written",
  }),
}).openapi("DecidedMessage");

/** The messages at one look. */
export const messageSummarySchema = z.object({
  parked: count(),
  replayed: count(),
  refused: count(),
  recorded: count(),
  pending: z.object({
    messages: count(),
    items: count(),
    oldestAgeMs: count().nullable(),
  }).nullable().openapi({ description: "Not handed over; null while the ledger cannot be read" }),
  queue: z.object({ ready: count(), consumers: count() }).nullable()
    .openapi({ description: "Handed over and not written; null while the queue cannot be read" }),
  maxQueuedMessages: count(),
  buys: z.enum(["open", "busy"])
    .openapi({ description: "busy: new buys are refused until the queue is shorter" }),
}).openapi("MessageSummary");
