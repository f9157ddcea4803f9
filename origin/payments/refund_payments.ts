import type { Log } from "../../shared/log.ts";
import { callGateway, REFUND_TIMEOUT_MS } from "./gateway_deadline.ts";
import type { PaymentBook, PaymentRecord, RefundResult } from "./payment_book.ts";
import type { PaymentGateway } from "./payment_gateway.ts";
import { MAX_REFUND_ATTEMPTS } from "./refund_rows.ts";

/** Refunds of one round, all at once. Together they end well before the claim of the first. */
const REFUNDS_PER_ROUND = 20;

/** What giving money back works with. */
export interface RefundingParts {
  payments: Pick<PaymentBook, "dueRefunds" | "finishRefund">;
  gateway: Pick<PaymentGateway, "givesBack" | "refund">;
  log: Log;
}

/**
 * One round: asks the provider to give back what is due, and writes down what it said. A refund
 * that broke off is asked for again under the same key. Returns how many went through.
 */
export async function refundPayments(parts: RefundingParts): Promise<number> {
  if (!parts.gateway.givesBack) return 0;
  const due = await parts.payments.dueRefunds(REFUNDS_PER_ROUND);
  const ends = await Promise.allSettled(due.map((payment) => refundOne(payment, parts)));
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) throw failure.reason;
  return ends.filter((end) => end.status === "fulfilled" && end.value).length;
}

async function refundOne(payment: PaymentRecord, parts: RefundingParts): Promise<boolean> {
  const { paymentId, ticket, amount, currency, refundAttempts } = payment;
  const result = await askGateway(payment, parts.gateway);
  await parts.payments.finishRefund(paymentId, result);
  const facts = { paymentId, ticket, amount, currency };
  if (result.kind === "refunded") {
    parts.log.info("Payment {paymentId} of {ticket} was given back", facts);
    return true;
  }
  const last = refundAttempts + 1 >= MAX_REFUND_ATTEMPTS;
  const words = "Payment {paymentId} of {ticket} cannot be given back: {error}";
  if (last) parts.log.error(words, { ...facts, error: result.error, alarm: true });
  else parts.log.warning(words, { ...facts, error: result.error });
  return false;
}

async function askGateway(
  { paymentId, amount, currency }: PaymentRecord,
  gateway: RefundingParts["gateway"],
): Promise<RefundResult> {
  const request = { paymentId, amount, currency, refundKey: `refund-${paymentId}` };
  try {
    await callGateway(
      (signal) => gateway.refund(request, signal),
      REFUND_TIMEOUT_MS,
      `giving ${paymentId} back`,
    );
    return { kind: "refunded" };
  } catch (error) {
    return { kind: "failed", error: error instanceof Error ? error.message : String(error) };
  }
}
