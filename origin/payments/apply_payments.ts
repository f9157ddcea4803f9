import type { Log } from "../../shared/log.ts";
import type { PaymentBook } from "./payment_book.ts";

/** Payments looked at per round. */
const PAYMENTS_PER_ROUND = 200;

/** What the sweep works with. */
export interface ApplyingParts {
  payments: Pick<PaymentBook, "applyStored">;
  log: Log;
}

/** One round of the sweep: payments that came before their order find it. Returns how many did. */
export async function applyPayments({ payments, log }: ApplyingParts): Promise<number> {
  const applied = await payments.applyStored(PAYMENTS_PER_ROUND);
  if (applied > 0) log.info("{applied} stored payments found their order", { applied });
  return applied;
}
