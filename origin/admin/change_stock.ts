import { createHash } from "node:crypto";
import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { StockEvent } from "../orders/order_book.ts";
import type { AdminParts } from "./admin_parts.ts";

/** A wish to change an item's stock. */
export interface StockWish {
  saleId: number;
  productId: number;
  /** Not 0; negative takes unsold pieces back. */
  delta: number;
  /** The operator's `Idempotency-Key`, if there was one. */
  requestId: string | undefined;
}

/** What came of it. `pending`: on record, and a worker will tell the ledger. */
export type StockAnswer =
  | { kind: "changed"; state: "applied" | "pending"; stock: number; remaining: number | null }
  | { kind: "not_found" }
  | { kind: "conflict"; reason: string }
  /** The same `Idempotency-Key` was used with another delta. */
  | { kind: "mismatch" }
  | { kind: "recovering" };

type ChangeParts = Pick<AdminParts, "catalog" | "book" | "ledger" | "newId" | "log">;

/**
 * Changes an item's stock: on record first, then in the ledger, then the ledger's answer on record.
 * Whatever is left half done is finished by a worker, because the ledger does each change once.
 */
export async function changeStock(wish: StockWish, parts: ChangeParts): Promise<StockAnswer> {
  const item = itemKey(wish.saleId, wish.productId);
  const sale = await parts.catalog.getSale(wish.saleId);
  if (!sale?.items.some(({ productId }) => productId === wish.productId)) {
    return { kind: "not_found" };
  }
  if (sale.status !== "published") {
    const reason = sale.status === "draft"
      ? "The sale is a draft: change its items"
      : "The sale is closed";
    return { kind: "conflict", reason };
  }
  const changeId = changeIdOf(item, wish.requestId ?? parts.newId());
  const request = await parts.book.requestStockChange(item, changeId, wish.delta);
  switch (request.kind) {
    case "unknown_item":
      return { kind: "not_found" };
    case "recovering":
      return { kind: "recovering" };
    case "refused":
      return { kind: "conflict", reason: request.reason };
    case "accepted":
      if (request.event.delta !== wish.delta) return { kind: "mismatch" };
      return await tellLedger(request.event, wish, parts);
  }
}

/**
 * The id of a change, at most 46 characters: bound to its item, and never one that Dropgate gives
 * to its own events, whatever key the operator chose.
 */
export function changeIdOf(item: ItemKey, requestId: string): string {
  return `op-${createHash("sha256").update(`${item} ${requestId}`).digest("base64url")}`;
}

async function tellLedger(
  event: StockEvent,
  wish: StockWish,
  parts: ChangeParts,
): Promise<StockAnswer> {
  const { item, epoch, id, delta } = event;
  let state: "applied" | "pending" = "pending";
  try {
    const [outcome] = parts.ledger.isUp()
      ? await parts.ledger.adjust([{ item, epoch, changeId: id, delta }])
      : ["closed"];
    if (outcome === "refused") {
      await parts.book.finishStockEvents([{ id, state: "void" }]);
      return { kind: "conflict", reason: `Less than ${-delta} is unsold` };
    }
    if (outcome === "applied" || await isOvertaken(event, parts)) {
      // A take-back whose ledger is over was done before that, or never will be.
      const wanted = outcome === "applied" || delta > 0 ? "done" : "void";
      const [got] = await parts.book.finishStockEvents([{ id, state: wanted }]);
      if (got === "void") return voided(wish);
      state = "applied";
    }
  } catch (error) {
    parts.log.warning("Cannot finish the stock change {id} at once, a worker will: {error}", {
      id,
      error: String(error),
    });
  }
  return { kind: "changed", state, ...await readStock(item, parts) };
}

/** True when a later ledger was built from rows that already say what became of the change. */
async function isOvertaken(
  { item, epoch }: StockEvent,
  { book }: Pick<ChangeParts, "book">,
): Promise<boolean> {
  const [state] = await book.readItems([item]);
  return state !== null && state !== undefined && state.ledgerEpoch > epoch;
}

/** The item was recovered in between and its new ledger knows nothing of the change. */
function voided({ requestId }: StockWish): StockAnswer {
  if (requestId === undefined) return { kind: "recovering" };
  return {
    kind: "conflict",
    reason: "The item was recovered before this was done: ask again with another Idempotency-Key",
  };
}

async function readStock(
  item: ItemKey,
  { book, ledger, log }: ChangeParts,
): Promise<{ stock: number; remaining: number | null }> {
  const [state] = await book.readItems([item]);
  const stock = state?.stock ?? 0;
  if (!state || state.openEpoch === 0 || !ledger.isUp()) return { stock, remaining: null };
  try {
    const [remaining] = await ledger.readStock([{ item, epoch: state.openEpoch }]);
    return { stock, remaining: remaining ?? null };
  } catch (error) {
    log.warning("Cannot read the stock of {item}: {error}", { item, error: String(error) });
    return { stock, remaining: null };
  }
}
