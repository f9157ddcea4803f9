import { withDeadline } from "../../shared/shutdown.ts";

/** How long a provider may take to prepare a payment: its buyer is waiting. */
export const CREATE_TIMEOUT_MS = 5_000;

/** How long it may take to give money back: a worker that drains waits for it. */
export const REFUND_TIMEOUT_MS = 8_000;

/** How long checking a notification may take. */
export const VERIFY_TIMEOUT_MS = 5_000;

/**
 * A call of a gateway that ends at its deadline, also when the gateway does not watch the signal.
 *
 * @throws {DeadlineError} after `timeoutMs`, and whatever the call throws.
 */
export async function callGateway<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  const abort = new AbortController();
  try {
    return await withDeadline(work(abort.signal), timeoutMs, what);
  } finally {
    abort.abort();
  }
}
