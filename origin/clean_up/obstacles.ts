import { type Clock, isoTime } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import type { Sale } from "../catalog/catalog.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { BundleOutcome } from "../proof/proof_book.ts";
import { type CleanUpFacts, READ_WITHIN_MS } from "./clean_up_book.ts";

/** What can stand in the way of cleaning up. */
export type ObstacleKind =
  | "not_over"
  | "unpaid"
  | "stock_events"
  | "parked"
  | "undelivered"
  | "young_events"
  | "uncounted"
  | "queued"
  | "processing"
  | "ledger"
  | "moving"
  | "violations"
  | "proof";

/** One of them, with how many there are and what to do, for operators. */
export interface Obstacle {
  kind: ObstacleKind;
  count: number;
  detail: string;
}

/** A sale that nobody closed counts as over this long after its end, ms. */
export const OVER_AFTER_END_MS = 24 * 60 * 60_000;

/** What the ledger and the order book are asked. */
export interface ObstacleParts {
  book: Pick<OrderBook, "readItems" | "totals">;
  ledger: Pick<StockLedger, "isUp" | "readStock" | "listOutbox">;
  clock: Clock;
}

/** Everything that can be said without counting every ticket; the final proof does that. */
export async function findObstacles(
  sale: Sale,
  facts: CleanUpFacts,
  parts: ObstacleParts,
): Promise<Obstacle[]> {
  const { unpaid, pendingStockEvents, parkedMessages, undelivered, uncounted } = facts;
  const found: (Obstacle | null)[] = [
    isOver(facts, parts.clock()) ? null : {
      kind: "not_over",
      count: 1,
      detail: "The sale must be closed, or have ended more than 24 hours ago: close it first.",
    },
    many(
      "unpaid",
      unpaid,
      "order is unpaid",
      "orders are unpaid",
      "Unpaid orders are paid or expire by themselves.",
    ),
    many(
      "stock_events",
      pendingStockEvents,
      "change of stock has not reached the ledger",
      "changes of stock have not reached the ledger",
      "A worker tells it within seconds.",
    ),
    many(
      "parked",
      parkedMessages,
      "parked message of this sale waits for a decision",
      "parked messages of this sale wait for a decision",
      "Replay or refuse under Messages.",
    ),
    many(
      "undelivered",
      undelivered,
      "order event was not told to the shop",
      "order events were not told to the shop",
      "See Shop webhook.",
    ),
    many(
      "uncounted",
      uncounted,
      "order event is not counted yet",
      "order events are not counted yet",
      "A worker does that within seconds.",
    ),
  ];
  const ofLedger = await obstaclesOfLedger(sale, parts);
  // Pieces whose change is pending are missing in both, and told already.
  const told = pendingStockEvents > 0
    ? ofLedger.filter(({ kind }) => kind !== "processing")
    : ofLedger;
  return [...found.filter((one) => one !== null), ...youngEvents(facts), ...told];
}

/** Events that a shop which reads the feed now and then may not have read; with until when. */
export function youngEvents(
  { youngEvents: count, youngUntil }: Pick<CleanUpFacts, "youngEvents" | "youngUntil">,
): Obstacle[] {
  if (youngUntil === null) return [];
  const until = `${isoTime(youngUntil).slice(0, 16).replace("T", " ")} UTC`;
  const days = READ_WITHIN_MS / (24 * 60 * 60_000);
  const found = many(
    "young_events",
    count,
    `order event is younger than ${days} days`,
    `order events are younger than ${days} days`,
    `A shop that reads the feed may not have seen them: they wait until ${until}, ` +
      "or go with the rest when that is asked for.",
  );
  return found === null ? [] : [found];
}

function isOver({ status, endsAt }: CleanUpFacts, nowMs: number): boolean {
  return status === "closed" || (status === "published" && endsAt < nowMs - OVER_AFTER_END_MS);
}

function many(
  kind: ObstacleKind,
  count: number,
  one: string,
  several: string,
  hint: string,
): Obstacle | null {
  if (count === 0) return null;
  const what = count === 1 ? one : several;
  return { kind, count, detail: `${count.toLocaleString("en")} ${what}. ${hint}` };
}

async function obstaclesOfLedger(
  sale: Sale,
  { book, ledger }: ObstacleParts,
): Promise<Obstacle[]> {
  const keys = sale.items.map(({ productId }) => itemKey(sale.saleId, productId));
  const states = await book.readItems(keys);
  const open = states.filter((state) => state !== null && state.openEpoch > 0)
    .map((state) => ({ item: state!.item, epoch: state!.openEpoch }));
  if (open.length === 0) return [];
  if (!ledger.isUp()) return [ledgerAway()];
  const [parts, left, totals] = await Promise.all([
    ledger.listOutbox(open.map((item) => ({ ...item, skip: 0, limit: 1 }))),
    ledger.readStock(open),
    book.totals(sale.saleId),
  ]).catch(() => [null, null, null] as const);
  if (parts === null) return [ledgerAway()];
  const queued = parts.reduce((sum, part) => sum + (part?.total ?? 0), 0);
  let processing = 0;
  for (const [at, { item }] of open.entries()) {
    const state = states.find((one) => one?.item === item)!;
    const sums = totals.find((one) => one.item === item);
    const remaining = left[at] ?? null;
    if (remaining === null || state.stock < 0 || !sums) continue;
    processing += Math.max(0, state.stock - remaining - sums.unpaid - sums.paid);
  }
  const wait = "A worker does that within seconds.";
  return [
    many("queued", queued, "message is not recorded", "messages are not recorded", wait),
    many("processing", processing, "piece is not recorded", "pieces are not recorded", wait),
  ].filter((one) => one !== null);
}

/** The obstacle of a ledger that does not answer. */
export function ledgerAway(): Obstacle {
  return { kind: "ledger", count: 1, detail: "The ledger is away: try again when it answers." };
}

/** What the final proof says against going on. */
export function obstaclesOfProof({ proof, totals }: BundleOutcome): Obstacle[] {
  const found: Obstacle[] = [];
  if (totals.violationCount > 0) {
    found.push({
      kind: "violations",
      count: totals.violationCount,
      detail: `The books do not balance (${totals.violationCount} faults): what a clean-up would ` +
        "remove is needed to find out why.",
    });
  }
  const wait = "A worker does that within seconds.";
  const { processing: count } = proof;
  const processing = many(
    "processing",
    count,
    "piece is not recorded",
    "pieces are not recorded",
    wait,
  );
  if (processing) found.push(processing);
  if (totals.moving) {
    found.push({ kind: "moving", count: 1, detail: "The sale changed while it was counted." });
  }
  return found;
}
