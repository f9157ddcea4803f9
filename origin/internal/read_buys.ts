import {
  type InternalBuy,
  type InternalBuys,
  MAX_BUYS_PER_BATCH,
  PASS_ID_PATTERN,
} from "../../shared/internal_api.ts";
import { REQUEST_ID_PATTERN, USER_ID_PATTERN } from "../../shared/ticket.ts";

/** Bounds of `internalBuysSchema`. */
const MAX_BUDGET_MS = 30_000;
const MAX_QUANTITY = 1_000_000_000;

/**
 * The batch in a request's text, or null when it breaks a rule of `internalBuysSchema`. Written by
 * hand because every buy passes here; a test holds it to the schema's verdict.
 */
export function readInternalBuys(text: string): InternalBuys | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { v, budgetMs, buys } = value as Record<string, unknown>;
  if (v !== 1 || !isIntegerUpTo(budgetMs, MAX_BUDGET_MS)) return null;
  if (!Array.isArray(buys) || buys.length === 0 || buys.length > MAX_BUYS_PER_BATCH) return null;
  if (!buys.every(isInternalBuy)) return null;
  return { v, budgetMs, buys };
}

function isInternalBuy(value: unknown): value is InternalBuy {
  if (!Array.isArray(value) || (value.length !== 6 && !endsInPass(value))) return false;
  const [saleId, productId, userId, quantity, requestId, lookupOnly] = value;
  return isIntegerUpTo(saleId, Number.MAX_SAFE_INTEGER) &&
    isIntegerUpTo(productId, Number.MAX_SAFE_INTEGER) &&
    typeof userId === "string" && USER_ID_PATTERN.test(userId) &&
    isIntegerUpTo(quantity, MAX_QUANTITY) &&
    typeof requestId === "string" && REQUEST_ID_PATTERN.test(requestId) &&
    (lookupOnly === 0 || lookupOnly === 1);
}

/** The id and the end of a captcha pass are the last two of eight. */
function endsInPass(value: unknown[]): boolean {
  if (value.length !== 8) return false;
  const [passId, expiresAt] = value.slice(6);
  return typeof passId === "string" && PASS_ID_PATTERN.test(passId) &&
    isIntegerUpTo(expiresAt, Number.MAX_SAFE_INTEGER);
}

function isIntegerUpTo(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max;
}
