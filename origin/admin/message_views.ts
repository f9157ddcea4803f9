import type { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { parseItemKey } from "../../shared/item.ts";
import type { WaitingMessage } from "../ledger/stock_ledger.ts";
import type { InboxEntry, ParkedMessage, ParkedSummary } from "../orders/message_book.ts";
import type { listedMessageSchema, parkedMessageSchema } from "./message_schemas.ts";

/** A message in a list as operators see it. */
export type ListedMessage = z.infer<typeof listedMessageSchema>;

/** A parked message without its text. */
export function viewParkedSummary(message: ParkedSummary) {
  const { id, messageId, ticket, state, reason, attempts, replayedTicket, decidedAt } = message;
  return {
    id,
    messageId,
    ...(ticket === null ? {} : { ticket }),
    state,
    reason,
    attempts,
    replaying: message.replayingSince !== null,
    ...(replayedTicket === null ? {} : { replayedTicket }),
    createdAt: isoTime(message.createdAt),
    ...(decidedAt === null ? {} : { decidedAt: isoTime(decidedAt) }),
  };
}

/** A parked message with its text. */
export function viewParked(message: ParkedMessage): z.infer<typeof parkedMessageSchema> {
  return { ...viewParkedSummary(message), content: message.content };
}

/** A message that was decided and not handed over. */
export function viewWaiting(message: WaitingMessage, nowMs: number): ListedMessage {
  const { messageId, item, epoch, reservedAt, sends, size, buyers } = message;
  const ageMs = Math.max(0, Math.floor(nowMs - reservedAt));
  return { state: "pending", messageId, ...parseItemKey(item), epoch, ageMs, sends, size, buyers };
}

/** A message that was written. */
export function viewRecorded({ messageId, contentHash, createdAt }: InboxEntry): ListedMessage {
  return { state: "recorded", messageId, contentHash, recordedAt: isoTime(createdAt) };
}
