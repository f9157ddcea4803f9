import type { SnapshotSale } from "../../shared/internal_api.ts";
import { type SaleState, saleState } from "../../shared/sale.ts";

/** The state of a sale as far as the clock and the operator decide it. */
export type SaleCourseState = Exclude<SaleState, "sold_out">;

/** A time slot: the sales that start in the same minute. Times in ms. */
export interface SaleSession {
  startsAt: number;
  /** When its last sale ends. */
  endsAt: number;
  state: SaleCourseState;
  sales: SnapshotSale[];
}

const MINUTE_MS = 60_000;

/** The state of a sale at a moment, its stock left aside. */
export function courseOf(sale: SnapshotSale, nowMs: number): SaleCourseState {
  // A sale that is not sold out never says so.
  return saleState({ ...sale, soldOut: false }, nowMs) as SaleCourseState;
}

/** The sales as time slots, earliest first. */
export function groupSessions(sales: readonly SnapshotSale[], nowMs: number): SaleSession[] {
  const byStart = new Map<number, SnapshotSale[]>();
  for (const sale of sales) {
    const minute = Math.floor(sale.startsAt / MINUTE_MS) * MINUTE_MS;
    const group = byStart.get(minute);
    if (group) group.push(sale);
    else byStart.set(minute, [sale]);
  }
  return [...byStart].sort(([a], [b]) => a - b).map(([startsAt, group]) => ({
    startsAt,
    endsAt: Math.max(...group.map((sale) => sale.endsAt)),
    state: stateOf(group, nowMs),
    sales: group,
  }));
}

/** A slot is what its liveliest sale is. */
function stateOf(sales: SnapshotSale[], nowMs: number): SaleCourseState {
  const states = new Set(sales.map((sale) => courseOf(sale, nowMs)));
  for (const state of ["open", "paused", "upcoming"] as const) if (states.has(state)) return state;
  return "ended";
}

const READING_ORDER: SaleCourseState[] = ["open", "paused", "upcoming", "ended"];

/** What runs first, then what comes, the soonest first; the past last, the newest first. */
function byInterest(
  a: { state: SaleCourseState; startsAt: number },
  b: { state: SaleCourseState; startsAt: number },
): number {
  const byState = READING_ORDER.indexOf(a.state) - READING_ORDER.indexOf(b.state);
  if (byState !== 0) return byState;
  return a.state === "upcoming" ? a.startsAt - b.startsAt : b.startsAt - a.startsAt;
}

/** The slots as they stand below one another. */
export function inReadingOrder(sessions: readonly SaleSession[]): SaleSession[] {
  return [...sessions].sort(byInterest);
}

/** The sales in the same order, so that a list which is cut loses those that matter least. */
export function salesByInterest(sales: readonly SnapshotSale[], nowMs: number): SnapshotSale[] {
  return sales.map((sale) => ({ sale, state: courseOf(sale, nowMs), startsAt: sale.startsAt }))
    .sort(byInterest).map(({ sale }) => sale);
}

/** When the state of one of these sales changes next by the clock, ms; infinite when none does. */
export function nextChangeMs(sales: readonly SnapshotSale[], nowMs: number): number {
  let next = Infinity;
  for (const { startsAt, endsAt, closed } of sales) {
    if (closed) continue;
    if (startsAt > nowMs) next = Math.min(next, startsAt);
    if (endsAt > nowMs) next = Math.min(next, endsAt);
  }
  return next;
}
