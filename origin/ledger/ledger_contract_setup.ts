import { assert } from "@std/assert";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type {
  Decision,
  ItemTerms,
  OpenOutcome,
  Reservation,
  ReserveOutcome,
  ReserveRequest,
  StockLedger,
  WishPass,
} from "./stock_ledger.ts";

/** A ledger with nothing in it, and what a test has to know of its surroundings. */
export interface LedgerUnderTest {
  ledger: StockLedger;
  /** The clock that the ledger decides by, ms. */
  now(): Promise<number>;
  /** True when messages wait in the ledger's outbox, false when they are in the queue at once. */
  hasOutbox: boolean;
  /** The text of a message where it waits, null when it waits nowhere. */
  messageText(item: ItemEpoch, messageId: string): Promise<string | null>;
  /** Frees everything, also what is on a server. */
  close(): Promise<void>;
}

/** Makes a ledger in which at most `room` messages may wait. */
export type MakeLedger = (options?: { room?: number }) => Promise<LedgerUnderTest>;

/** The item that most tests sell, and its first life. */
export const ITEM: ItemKey = "7-11";
export const LIFE: ItemEpoch = { item: ITEM, epoch: 3 };

/** Time enough for a busy test machine. */
export const BUDGET_MS = 10_000;

export const HOUR_MS = 3_600_000;
export const WINDOW_MS = 900_000;

/** Registers a test that gets a ledger of its own. */
export function ledgerTest(
  name: string,
  makeLedger: MakeLedger,
  body: (test: LedgerUnderTest) => Promise<void>,
  options?: { room?: number },
): void {
  Deno.test(name, async () => {
    const test = await makeLedger(options);
    try {
      await body(test);
    } finally {
      await test.close();
    }
  });
}

/** Terms of a sale that runs: from an hour ago until in an hour, one piece per buyer. */
export async function runningTerms(
  test: LedgerUnderTest,
  changes: Partial<ItemTerms> = {},
): Promise<ItemTerms> {
  const now = await test.now();
  return {
    version: 5,
    startsAt: now - HOUR_MS,
    endsAt: now + HOUR_MS,
    paused: false,
    perUserLimit: 1,
    paymentWindowMs: WINDOW_MS,
    ...changes,
  };
}

/** What to open a ledger with; the default is a running sale of 10 pieces that nobody holds. */
export interface Start {
  life?: ItemEpoch;
  remaining?: number;
  terms?: Partial<ItemTerms>;
  holders?: Reservation[];
}

/** Opens a ledger and says what became of it. */
export async function tryOpen(test: LedgerUnderTest, start: Start = {}): Promise<OpenOutcome> {
  const { life = LIFE, remaining = 10, holders = [] } = start;
  const terms = await runningTerms(test, start.terms);
  return await test.ledger.open({ ...life, remaining, terms }, inPages(holders));
}

/** Opens a ledger; fails the test when it does not open. */
export async function open(test: LedgerUnderTest, start: Start = {}): Promise<void> {
  const outcome = await tryOpen(test, start);
  assert(outcome === "opened", `the ledger must open, it is ${outcome}`);
}

/** The reservations in pages of three. */
export async function* inPages(holders: Reservation[]): AsyncGenerator<Reservation[]> {
  for (let at = 0; at < holders.length; at += 3) {
    yield await Promise.resolve(holders.slice(at, at + 3));
  }
}

/** A wish for one piece under the request id `<user>-1`, unless told otherwise. */
export function wish(userId: string, changes: Partial<ReserveRequest> = {}): ReserveRequest {
  return {
    userId,
    requestId: `${userId}-1`,
    quantity: 1,
    lookupOnly: false,
    pass: null,
    ...changes,
  };
}

/** A captcha pass by its name, with two minutes left, for a sale with one item unless told otherwise. */
export async function passOf(
  test: LedgerUnderTest,
  name: string,
  changes: Partial<WishPass> = {},
): Promise<WishPass> {
  const expiresAt = await test.now() + 120_000;
  return { passId: name.padEnd(22, "_"), expiresAt, isShared: false, ...changes };
}

/** Has one batch decided. */
export async function reserve(
  test: LedgerUnderTest,
  requests: ReserveRequest[],
  life: ItemEpoch = LIFE,
): Promise<ReserveOutcome> {
  const [outcome] = await test.ledger.reserve([{ ...life, requests }], BUDGET_MS);
  return outcome!;
}

/** Has one batch decided; fails the test when it is not. */
export async function decide(
  test: LedgerUnderTest,
  requests: ReserveRequest[],
  life: ItemEpoch = LIFE,
): Promise<Extract<ReserveOutcome, { kind: "decided" }>> {
  const outcome = await reserve(test, requests, life);
  assert(outcome.kind === "decided", `the batch must be decided, it is ${outcome.kind}`);
  return outcome;
}

/** The kinds of what is decided. */
export async function kinds(
  test: LedgerUnderTest,
  requests: ReserveRequest[],
  life: ItemEpoch = LIFE,
): Promise<Decision["kind"][]> {
  return (await decide(test, requests, life)).decisions.map((decision) => decision.kind);
}

/** The one decision about one wish; fails the test when it is not "reserved". */
export async function buy(
  test: LedgerUnderTest,
  request: ReserveRequest,
  life: ItemEpoch = LIFE,
): Promise<Extract<Decision, { kind: "reserved" }>> {
  const { decisions: [decision] } = await decide(test, [request], life);
  assert(decision?.kind === "reserved", `the buy must succeed, it is ${decision?.kind}`);
  return decision;
}

/** What is left. */
export async function stockOf(
  test: LedgerUnderTest,
  life: ItemEpoch = LIFE,
): Promise<number | null> {
  return (await test.ledger.readStock([life]))[0]!;
}

/** All reservations, by user. */
export async function holdersOf(
  test: LedgerUnderTest,
  life: ItemEpoch = LIFE,
  limit = 4,
): Promise<Map<string, Reservation>> {
  const all = new Map<string, Reservation>();
  let cursor = "0";
  for (let page = 0; page < 10_000; page += 1) {
    const found = await test.ledger.listReservations(life, cursor, limit);
    assert(found !== "closed", "the ledger must be open");
    for (const one of found.reservations) all.set(one.userId, one);
    cursor = found.cursor;
    if (cursor === "0") return all;
  }
  throw new RangeError("Cannot list the reservations as the pages must end: they do not");
}
