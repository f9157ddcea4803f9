import { isoTime } from "../../shared/clock.ts";
import { postDelivery, type PostParts } from "./post_delivery.ts";
import type { SenderBook } from "./webhook_book.ts";

/** What answering works with. */
export interface AnsweringParts extends PostParts {
  book: Pick<SenderBook, "takeTest" | "answerTest">;
}

/**
 * Sends the shop a `ping` when an operator asked for one, and tells what came of it. A worker does
 * this, so that the test takes the very way that events take. It waits for no delivery.
 */
export async function answerTests(parts: AnsweringParts): Promise<void> {
  const { book, clock } = parts;
  const testId = await book.takeTest();
  if (testId === null) return;
  const began = clock();
  const deliveryId = `ping-${testId}`;
  const ping = { eventId: deliveryId, type: "ping", at: isoTime(began) };
  const result = await postDelivery(deliveryId, { deliveryId, events: [ping] }, parts);
  const delivered = result.kind === "delivered";
  await book.answerTest(testId, {
    delivered,
    detail: delivered ? `The shop answered ${result.status}` : result.error,
    tookMs: clock() - began,
  });
}
