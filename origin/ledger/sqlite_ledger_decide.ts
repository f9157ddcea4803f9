import type { HolderRow, ItemRow } from "./sqlite_ledger_rows.ts";
import type { Decision, ReserveRequest } from "./stock_ledger.ts";

/** The decision that a wish can be met: somebody has to write it down. */
export const BUY = "buy";

/**
 * Decides one wish by what the ledger holds, in the precedence of `Decision`. The same rules stand
 * in `deduct.lua`; the contract suite compares both. `stock` is what is left at this wish.
 */
export function decide(
  request: ReserveRequest,
  held: HolderRow | undefined,
  item: ItemRow,
  stock: number,
  now: number,
): Decision | typeof BUY {
  if (held && held.request_id === request.requestId) return repeated(request, held);
  const live = held?.live === 1;
  if (request.lookupOnly && !live) return { kind: "unknown_buyer" };
  if (now < item.starts_at) return { kind: "not_started" };
  if (now >= item.ends_at) return { kind: "ended" };
  if (item.paused === 1) return { kind: "paused" };
  if (live) return { kind: "already_bought", seq: held!.seq };
  if (request.quantity > item.per_user_limit) return { kind: "over_limit" };
  if (stock !== -1 && stock < request.quantity) return { kind: "sold_out" };
  return BUY;
}

function repeated(request: ReserveRequest, held: HolderRow): Decision {
  if (held.quantity !== request.quantity) return { kind: "idempotency_mismatch", seq: held.seq };
  if (held.live !== 1) return { kind: "order_ended", seq: held.seq };
  return {
    kind: "reserved",
    seq: held.seq,
    quantity: held.quantity,
    payBy: held.pay_by,
    repeat: true,
    pendingMessage: null,
  };
}
