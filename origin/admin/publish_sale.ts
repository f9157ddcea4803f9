import type { ItemKey } from "../../shared/item.ts";
import { itemKey } from "../../shared/item.ts";
import type { CatalogResult, Sale } from "../catalog/catalog.ts";
import type { ItemState } from "../orders/order_book.ts";
import type { AdminParts } from "./admin_parts.ts";
import { putInForce } from "./live_terms.ts";

/** How long publishing waits for the workers to open the items, and how often it looks. */
export const OPENING_TIMEOUT_MS = 10_000;
export const OPENING_POLL_MS = 100;

/** Times that stock is compared before a difference counts: buys go on between two readings. */
const STOCK_ROUNDS = 3;

/** One part that buyers depend on. */
export interface ReadinessCheck {
  name: string;
  ok: boolean;
  detail: string;
}

/** Whether a sale could sell. */
export interface Readiness {
  saleId: number;
  status: Sale["status"];
  ready: boolean;
  checks: ReadinessCheck[];
}

/**
 * Publishes a sale, waits until its items are open, and reports what buyers depend on. A sale that
 * is published already is only reported on.
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
  const states = await waitForOpening(sale, parts);
  // The epochs that were opened meanwhile are what this origin has to know before it says "ready".
  await putInForce(saleId, parts);
  return { kind: "done", value: await report(sale, states, parts) };
}

async function waitForOpening(sale: Sale, parts: AdminParts): Promise<(ItemState | null)[]> {
  const keys = keysOf(sale);
  const deadline = parts.clock() + OPENING_TIMEOUT_MS;
  let states = await parts.book.readItems(keys);
  for (let polls = OPENING_TIMEOUT_MS / OPENING_POLL_MS; polls > 0; polls--) {
    if (states.every((state) => state && state.openEpoch > 0) || parts.clock() >= deadline) break;
    await parts.delay(OPENING_POLL_MS);
    states = await parts.book.readItems(keys);
  }
  return states;
}

async function report(
  sale: Sale,
  states: (ItemState | null)[],
  parts: AdminParts,
): Promise<Readiness> {
  const checks = [
    checkItems(sale, states),
    await checkLedger(sale, parts),
    await checkQueue(parts),
    checkRegistry(sale, parts),
  ];
  return {
    saleId: sale.saleId,
    status: sale.status,
    ready: checks.every((check) => check.ok),
    checks,
  };
}

function checkItems(sale: Sale, states: (ItemState | null)[]): ReadinessCheck {
  const closed = keysOf(sale).filter((_, at) => (states[at]?.openEpoch ?? 0) === 0);
  return {
    name: "items_open",
    ok: closed.length === 0,
    detail: closed.length === 0
      ? `${states.length} items are open`
      : `not open yet: ${closed.slice(0, 20).join(", ")}`,
  };
}

/** The ledger may have less left than the database: buys on their way to it. Never more. */
async function checkLedger(sale: Sale, parts: AdminParts): Promise<ReadinessCheck> {
  const { ledger, book, delay } = parts;
  const check = (ok: boolean, detail: string) => ({ name: "ledger_stock", ok, detail });
  if (!ledger.isUp()) return check(false, "the ledger is away");
  let wrong: string[] = [];
  try {
    for (let round = 1; round <= STOCK_ROUNDS; round++) {
      if (round > 1) await delay(OPENING_POLL_MS);
      const states = (await book.readItems(keysOf(sale))).filter((state) => state !== null);
      const open = states.filter((state) => state.openEpoch > 0);
      const left = await ledger.readStock(
        open.map(({ item, openEpoch }) => ({ item, epoch: openEpoch })),
      );
      wrong = open.flatMap((state, at) => compareStock(state, left[at] ?? null));
      if (wrong.length === 0) return check(true, `${open.length} ledgers agree with the database`);
    }
  } catch (error) {
    parts.log.warning("Cannot read the ledger: {error}", { error: String(error) });
    return check(false, "the ledger does not answer");
  }
  return check(false, wrong.slice(0, 20).join("; "));
}

function compareStock({ item, stock, sold }: ItemState, left: number | null): string[] {
  if (left === null) return [`the ledger of ${item} is closed`];
  if (stock < 0) return left < 0 ? [] : [`${item} has ${left} left and should be unlimited`];
  const most = stock - sold;
  return left >= 0 && left <= most ? [] : [`${item} has ${left} left and should have ${most}`];
}

async function checkQueue({ queue, log }: AdminParts): Promise<ReadinessCheck> {
  const check = (ok: boolean, detail: string) => ({ name: "queue", ok, detail });
  if (!queue.isUp()) return check(false, "the queue is away");
  try {
    const { ready, consumers } = await queue.depth();
    return check(true, `${ready} messages wait for ${consumers} consumers`);
  } catch (error) {
    log.warning("Cannot ask the queue for its depth: {error}", { error: String(error) });
    return check(false, "the queue does not answer");
  }
}

function checkRegistry(sale: Sale, { registry }: AdminParts): ReadinessCheck {
  const known = registry.current().sales.some(({ saleId }) => saleId === sale.saleId);
  const detail = known ? "this origin sells it" : "this origin has not read it yet";
  return { name: "origin", ok: known, detail };
}

function keysOf(sale: Sale): ItemKey[] {
  return sale.items.map((item) => itemKey(sale.saleId, item.productId));
}
