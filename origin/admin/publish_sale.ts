import type { CatalogResult, Sale } from "../catalog/catalog.ts";
import type { Readiness } from "../readiness/readiness.ts";
import { keysOf } from "../readiness/store_checks.ts";
import type { AdminParts } from "./admin_parts.ts";
import { putInForce } from "./live_terms.ts";

/** How long publishing waits for the workers to open the items, and how often it looks. */
export const OPENING_TIMEOUT_MS = 10_000;
export const OPENING_POLL_MS = 100;

/**
 * Publishes a sale, waits until its items are open and the edges show it, and reports what buyers
 * depend on. A sale that is published already is only reported on.
 */
export async function publishSale(
  saleId: number,
  parts: AdminParts,
): Promise<CatalogResult<Readiness>> {
  const before = await parts.catalog.getSale(saleId);
  if (!before) return { kind: "not_found" };
  let sale = before;
  if (before.status !== "published") {
    const published = await parts.catalog.publishSale(saleId);
    if (published.kind !== "done") return published;
    sale = published.value;
  }
  await putInForce(saleId, parts);
  await waitForOpening(sale, parts);
  // The epochs that were opened meanwhile are what this origin has to know before it says "ready".
  await putInForce(saleId, parts);
  await parts.readiness.awaitEdges();
  return { kind: "done", value: await parts.readiness.check(sale) };
}

async function waitForOpening(sale: Sale, parts: AdminParts): Promise<void> {
  const keys = keysOf(sale);
  const deadline = parts.clock() + OPENING_TIMEOUT_MS;
  let states = await parts.book.readItems(keys);
  for (let polls = OPENING_TIMEOUT_MS / OPENING_POLL_MS; polls > 0; polls--) {
    if (states.every((state) => state && state.openEpoch > 0) || parts.clock() >= deadline) break;
    await parts.delay(OPENING_POLL_MS);
    states = await parts.book.readItems(keys);
  }
}
