import type { Log } from "../../shared/log.ts";
import { viewEvent } from "../feed/event_view.ts";
import { postDelivery, type PostParts, type PostResult } from "./post_delivery.ts";
import {
  deliveryPauseMs,
  MAX_DELIVERY_TRIES,
  type SenderBook,
  type WebhookDelivery,
} from "./webhook_book.ts";
import { shownUrl } from "./webhook_settings.ts";

/** Deliveries of one round; with a slow shop each takes its 10 s. */
const DELIVERIES_PER_ROUND = 200;

/** Deliveries that are sent again in one round. */
const RESENDS_PER_ROUND = 20;

/** What telling the shop works with. */
export interface TellingParts extends PostParts {
  book: SenderBook;
  log: Log;
  /** From 0 to 1. */
  random(): number;
}

/**
 * One round: sends what happened since, a delivery at a time and in order, until nothing is left or
 * one fails. Of all workers one does it at a time. Whatever ends it in between, the next round sends
 * the delivery again under the same name. Returns how many the shop took.
 */
export async function tellShop(parts: TellingParts): Promise<number> {
  const { book, webhook, signal } = parts;
  await book.beat(shownUrl(webhook));
  if (!await book.hasWork()) return 0;
  let sent = 0;
  await book.withSenderLock(async () => {
    sent += await sendAgain(parts);
    for (let at = 0; at < DELIVERIES_PER_ROUND && !signal.aborted; at += 1) {
      await book.beat(shownUrl(webhook));
      const delivery = await book.nextDelivery();
      if (!delivery) return;
      const result = await post(delivery, parts);
      // What a stop broke off was no try of the shop's.
      if (signal.aborted && result.kind === "failed") return;
      if (!await settle(delivery, result, parts)) return;
      if (result.kind === "delivered") sent += 1;
    }
  });
  return sent;
}

/** Writes down what came of a try; false when the next delivery has to wait. */
async function settle(
  delivery: WebhookDelivery,
  result: PostResult,
  { book, log, random }: TellingParts,
): Promise<boolean> {
  if (result.kind === "delivered") {
    await book.delivered(delivery);
    return true;
  }
  const { deliveryId, events } = delivery;
  const { error } = result;
  const tries = delivery.attempts + 1;
  if (result.final || tries >= MAX_DELIVERY_TRIES) {
    await book.giveUp(delivery, error);
    log.error("Gave up telling the shop of {count} events, delivery {deliveryId}: {error}", {
      count: events.length,
      deliveryId,
      error,
      tries,
      alarm: true,
    });
    return true;
  }
  const pauseMs = deliveryPauseMs(tries, random());
  await book.failed(delivery, error, pauseMs);
  log.warning("Cannot tell the shop of delivery {deliveryId}, try {tries}: {error}", {
    deliveryId,
    tries,
    error,
    pauseMs,
  });
  return false;
}

/** Sends what operators want sent again, each once. */
async function sendAgain(parts: TellingParts): Promise<number> {
  const { book, signal } = parts;
  let sent = 0;
  for (let at = 0; at < RESENDS_PER_ROUND && !signal.aborted; at += 1) {
    const next = await book.nextResend();
    if (!next) break;
    const { failureId, delivery } = next;
    const result = delivery.events.length === 0
      ? { kind: "failed" as const, error: "Its events were cleaned up" }
      : await post(delivery, parts);
    if (signal.aborted && result.kind === "failed") break;
    await book.finishResend(failureId, result.kind === "failed" ? result.error : null);
    if (result.kind === "delivered") sent += 1;
  }
  return sent;
}

function post({ deliveryId, events }: WebhookDelivery, parts: TellingParts): Promise<PostResult> {
  return postDelivery(deliveryId, { deliveryId, events: events.map(viewEvent) }, parts);
}
