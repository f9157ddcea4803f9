/** Why orders end, in words for operators. */
const REASONS: Record<string, string> = {
  late: "It reached the order book after its epoch was over",
  lost_in_recovery: "It was lost before it was confirmed, and the ledger was rebuilt without it",
  expired: "It was not paid in time",
  by_buyer: "The buyer cancelled it",
  by_operator: "An operator cancelled it",
  unwritable: "The database would not take it: it is parked as a message",
  ledger_wrong: "The ledger gave away what was not there; it was rebuilt",
};

/** The reason of an order as a sentence; an unknown one as it is. */
export function reasonText(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason]! : reason.replaceAll("_", " ");
}

/** The statuses that orders can be filtered by. */
export const ORDER_STATUSES = [
  "unpaid",
  "paid",
  "cancelled",
  "refused",
  "refund_due",
  "refunded",
] as const;
