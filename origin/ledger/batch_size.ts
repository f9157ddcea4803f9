import { MAX_ORDERS_PER_MESSAGE } from "../../shared/order_message.ts";
import type { ReserveBatch } from "./stock_ledger.ts";

/** The bound of a batch, in every ledger. @throws {RangeError} when one has more requests. */
export function checkBatchSizes(batches: ReserveBatch[]): void {
  for (const { requests } of batches) {
    if (requests.length > MAX_ORDERS_PER_MESSAGE) {
      throw new RangeError(
        `Cannot decide a batch as it must hold at most ${MAX_ORDERS_PER_MESSAGE} requests: ` +
          `current value is ${requests.length}`,
      );
    }
  }
}
