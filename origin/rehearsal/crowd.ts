import { type BuyAnswer, type InternalBuy, MAX_BUYS_PER_BATCH } from "../../shared/internal_api.ts";
import type { RehearsalStage } from "./rehearsal_stage.ts";

/** Buys per batch: what an edge gathers in a rush while a batch is under way. */
export const BATCH_BUYS = Math.min(256, MAX_BUYS_PER_BATCH);

/** Batches under way at once, as from a few edges. */
const BATCHES_IN_FLIGHT = 4;

/** How long each batch's answer is waited for, as edges do. */
const BUDGET_MS = 1_200;

/** Of each batch of the rush so many are sent again at once, as an edge does that heard nothing. */
const SENT_AGAIN = 0.1;

/** Tries of a wish that hears of trouble, and the pause between them. */
const MAX_TRIES = 20;
const RETRY_PAUSE_MS = 250;

/** Answers after which the same request is worth another try. */
const PASSING: BuyAnswer["outcome"][] = ["busy", "unavailable", "paused"];

/** One buyer's wish for one piece, and what he heard in the end. */
export interface Wish {
  productId: number;
  userId: string;
  requestId: string;
  answer: BuyAnswer | null;
}

/** What the crowd did. */
export interface CrowdCount {
  /** Requests that were sent, further tries included. */
  asked: number;
  /** Second sendings whose answer was another than the first. */
  unlike: number;
  sentAgain: number;
  /** What the batches took, ms. */
  batchesMs: number[];
}

/** Wishes for the items of a plan, those of different items mixed as in a crowd. */
export function crowdFor(
  rehearsalId: number,
  items: { productId: number; wishes: number }[],
  from = 0,
): Wish[] {
  const places = items.flatMap(({ productId, wishes }) =>
    Array.from({ length: wishes }, (_, at) => ({ productId, place: (at + 0.5) / wishes }))
  );
  places.sort((a, b) => a.place - b.place);
  return places.map(({ productId }, at) => ({
    productId,
    userId: `rehearsal-${rehearsalId}-${from + at}`,
    requestId: `rehearsal-${from + at}`,
    answer: null,
  }));
}

/** The ticket of an answer that promises a piece, or null. */
export function ticketOf(answer: BuyAnswer | null): string | null {
  return answer?.outcome === "reserved" || answer?.outcome === "processing" ? answer.ticket : null;
}

/** The whole crowd at once: several batches in flight, some requests sent twice. */
export async function rush(stage: RehearsalStage, wishes: Wish[]): Promise<CrowdCount> {
  const count: CrowdCount = { asked: 0, unlike: 0, sentAgain: 0, batchesMs: [] };
  let next = 0;
  const send = async (): Promise<void> => {
    while (next < wishes.length) {
      const batch = wishes.slice(next, next + BATCH_BUYS);
      next += batch.length;
      await ask(stage, batch, count);
      const again = batch.slice(0, Math.ceil(batch.length * SENT_AGAIN));
      await sendAgain(stage, again, count);
      const { progress } = stage.report;
      progress.answered += batch.filter(({ answer }) => answer !== null).length;
      progress.accepted += batch.filter(({ answer }) => ticketOf(answer) !== null).length;
      await stage.beat();
    }
  };
  // All of them have ended before anybody goes on, say to remove what they buy from.
  const ended = await Promise.allSettled(Array.from({ length: BATCHES_IN_FLIGHT }, send));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return count;
}

/** Asks for each wish until it hears something that lasts, with the same request id each time. */
export async function ask(stage: RehearsalStage, wishes: Wish[], count: CrowdCount): Promise<void> {
  let open = wishes;
  for (let tries = 1; open.length > 0 && tries <= MAX_TRIES; tries += 1) {
    if (tries > 1) {
      await stage.beat();
      await stage.parts.delay(RETRY_PAUSE_MS);
      // An item that was distrusted may be open again.
      await stage.registry.refresh();
    }
    const beganAt = stage.parts.monotonic();
    const answers = await decide(stage, open);
    count.batchesMs.push(stage.parts.monotonic() - beganAt);
    count.asked += open.length;
    open = open.filter((wish, at) => {
      const answer = answers[at];
      if (!answer || PASSING.includes(answer.outcome)) return true;
      wish.answer = answer;
      return false;
    });
  }
}

/** The same requests once more: a buyer hears the same, above all the same ticket. */
export async function sendAgain(
  stage: RehearsalStage,
  wishes: Wish[],
  count: CrowdCount,
): Promise<void> {
  const answered = wishes.filter(({ answer }) => answer !== null);
  const copies = answered.map((wish) => ({ ...wish, answer: null }));
  await ask(stage, copies, count);
  count.sentAgain += answered.length;
  count.unlike += answered.filter((wish, at) => !isSame(wish.answer, copies[at]!.answer)).length;
}

function isSame(first: BuyAnswer | null, second: BuyAnswer | null): boolean {
  const ticket = ticketOf(first);
  if (ticket !== null) return ticket === ticketOf(second);
  return first?.outcome === second?.outcome;
}

async function decide(stage: RehearsalStage, wishes: Wish[]): Promise<BuyAnswer[]> {
  const { saleId } = stage.copySale;
  const answers: BuyAnswer[] = [];
  for (let at = 0; at < wishes.length; at += BATCH_BUYS) {
    const buys = wishes.slice(at, at + BATCH_BUYS)
      .map(({ productId, userId, requestId }): InternalBuy => [
        saleId,
        productId,
        userId,
        1,
        requestId,
        0,
      ]);
    answers.push(...(await stage.desk.decide({ v: 1, budgetMs: BUDGET_MS, buys })).answers);
  }
  return answers;
}
