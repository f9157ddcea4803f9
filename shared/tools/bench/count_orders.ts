import type { JsonClient } from "./json_client.ts";

/** Shortest pause between two looks. */
const MIN_PAUSE_MS = 25;

/** How the writing of the orders went after the last answer. */
export interface SettleCount {
  /** Rows that the admin API counts for the sale, at the end of the wait. */
  rows: number;
  /** From the last answer until the count was reached; null when it never was. */
  tookMs: number | null;
}

/** The proof as the admin API gives it; quantities. */
export interface Proof {
  ok: boolean;
  stock: number;
  remaining: number;
  processing: number;
  unpaid: number;
  paid: number;
  cancelled: number;
  refused: number;
  refundDue: number;
  refunded: number;
  violations: unknown[];
}

/** How many rows the sale has in the order book. */
export async function countRows(admin: JsonClient, saleId: number): Promise<number> {
  const path = `/admin/api/orders?saleId=${saleId}&page=1&per=1`;
  const { total } = await admin.expect(200, "GET", path);
  if (typeof total !== "number") {
    throw new Error(`Cannot count orders as total must be a number: current value is ${total}`);
  }
  return total;
}

/**
 * Looks until the sale has `expected` rows. Gives up when there are too many, or when nothing was
 * written for `stallMs`. Each pause is as long as the look before it took, four times over, so that
 * counting a large table does not slow down the writing that is measured.
 */
export async function waitForRows(
  admin: JsonClient,
  saleId: number,
  expected: number,
  lastAnswerAtMs: number,
  stallMs: number,
  onCount: (rows: number) => void,
): Promise<SettleCount> {
  let best = -1;
  let movedAtMs = performance.now();
  for (;;) {
    const askedAtMs = performance.now();
    const rows = await countRows(admin, saleId);
    const nowMs = performance.now();
    onCount(rows);
    if (rows === expected) return { rows, tookMs: Math.max(0, nowMs - lastAnswerAtMs) };
    if (rows > best) {
      best = rows;
      movedAtMs = nowMs;
    }
    if (rows > expected || nowMs - movedAtMs > stallMs) return { rows, tookMs: null };
    const pauseMs = Math.max(MIN_PAUSE_MS, (nowMs - askedAtMs) * 4);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** The sale's proof: the first that is `ok`, else the last one after `timeoutMs`. */
export async function waitForProof(
  admin: JsonClient,
  saleId: number,
  timeoutMs: number,
): Promise<Proof> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const proof: Proof = await admin.expect(200, "GET", `/admin/api/sales/${saleId}/proof`);
    if (proof.ok === true && proof.processing === 0) return proof;
    if (performance.now() > deadline) return proof;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
