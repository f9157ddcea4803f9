import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Repeating } from "../../shared/repeat.ts";
import type { OrderTallies } from "../orders/fold_tallies.ts";
import { answerTests } from "../webhook/answer_tests.ts";
import { tellShop } from "../webhook/tell_shop.ts";
import type { SenderBook } from "../webhook/webhook_book.ts";
import type { ShopWebhook } from "../webhook/webhook_settings.ts";

/** How often each job looks for work, ms. A recount takes two stretches: a million in 20 min. */
const INTERVALS = { shop: 1_000, tests: 1_000, tallies: 1_000, recounts: 10_000 };

/** What is made of order events. */
export interface ShopJobParts {
  webhook: SenderBook;
  /** Null where the shop wants to be told nothing. */
  shopWebhook: ShopWebhook | null;
  tallies: OrderTallies;
  clock: Clock;
  log: Log;
}

/** Runs a job again and again, and counts how it goes. */
export type Repeat = (
  name: string,
  everyMs: number,
  log: Log,
  job: () => Promise<void>,
) => Repeating;

/** The jobs that tell the shop of order events, and add them up for the lists of orders. */
export function startShopJobs(
  { webhook: book, shopWebhook, tallies, clock, log }: ShopJobParts,
  signal: AbortSignal,
  repeat: Repeat,
): Repeating[] {
  const jobs = [
    repeat("adding up orders", INTERVALS.tallies, log, async () => {
      await tallies.fold();
    }),
    repeat("recounting orders", INTERVALS.recounts, log, async () => {
      const wrong = await tallies.recount();
      if (wrong > 0) log.info("Put the numbers of orders right by {wrong}", { wrong });
    }),
  ];
  if (shopWebhook === null) {
    // Once, so that nobody waits for deliveries that nobody makes.
    void book.beat(null).catch(() => {});
    return jobs;
  }
  const parts = { book, webhook: shopWebhook, clock, log, signal, fetch, random: Math.random };
  return [
    ...jobs,
    repeat("telling the shop", INTERVALS.shop, log, async () => {
      await tellShop(parts);
    }),
    repeat("testing the webhook", INTERVALS.tests, log, () => answerTests(parts)),
  ];
}
