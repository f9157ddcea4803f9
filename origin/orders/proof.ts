import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Sale, SaleItem } from "../catalog/catalog.ts";
import type { ItemState, OrderBook } from "./order_book.ts";
import type { PaymentProofParts } from "./proof_payments.ts";
import { closedLedger, type ProvenLedger, ReadableLedger } from "./proof_ledger.ts";
import {
  isSteady,
  type ItemCounters,
  judgeSold,
  judgeSums,
  type Violation,
} from "./proof_rules.ts";
import { ItemWalk, MAX_VIOLATIONS, type Walk } from "./proof_walk.ts";

/** Times that an item is counted before what does not add up is a violation. */
export const PROOF_ROUNDS = 3;

/** Between two rounds, ms: long enough for a batch to settle. */
export const ROUND_PAUSE_MS = 200;

/** Stock events that a proof takes into account. */
const MAX_PENDING = 1_000;

/** What a proof recomputes the invariants from. */
export interface ProofParts extends PaymentProofParts {
  book: Pick<
    OrderBook,
    "readItems" | "totals" | "pendingStockEvents" | "findOrders" | "listTickets"
  >;
  ledger: ProvenLedger;
}

/** Quantities of an item, or summed over a sale; `stock` and `remaining` −1 when unlimited. */
export interface ProofSums {
  stock: number;
  remaining: number;
  processing: number;
  unpaid: number;
  paid: number;
  cancelled: number;
  refused: number;
  refundDue: number;
  refunded: number;
}

/** The sums of one item. */
export interface ItemProof extends ProofSums {
  productId: number;
  /** Quantity in changes of stock that the ledger has still to hear of. */
  pending: number;
  /** It sold in every round, so that its sums could not be held against each other. */
  moving: boolean;
}

/** The invariants of a sale, recomputed. */
export interface Proof extends ProofSums {
  ok: boolean;
  moving: boolean;
  /** At most 100; `violationCount` counts them all. */
  violations: Violation[];
  violationCount: number;
  items: ItemProof[];
}

/** The same with a ledger that either answers or throws `LedgerAwayError`. */
type ReadableParts = Omit<ProofParts, "ledger"> & { ledger: ReadableLedger };

/** One item with what the last round said of it. */
interface Verdict {
  proof: ItemProof;
  violations: Violation[];
  violationCount: number;
}

/**
 * Recomputes the invariants of a sale from the order book and the ledger, in pages. What does not
 * add up is counted again, because a sale that is running moves between two readings.
 *
 * @throws {LedgerAwayError} when the ledger cannot be read.
 */
export async function proveSale(sale: Sale, parts: ProofParts): Promise<Proof> {
  const readable = { ...parts, ledger: new ReadableLedger(parts.ledger) };
  const verdicts = new Map<ItemKey, Verdict>();
  let open = sale.items;
  for (let round = 1; round <= PROOF_ROUNDS && open.length > 0; round++) {
    if (round > 1) await parts.delay(ROUND_PAUSE_MS);
    for (const [key, verdict] of await runRound(sale, open, readable)) verdicts.set(key, verdict);
    open = open.filter((item) => {
      const verdict = verdicts.get(itemKey(sale.saleId, item.productId))!;
      return verdict.proof.moving || verdict.violationCount > 0;
    });
  }
  return summarize([...verdicts.values()]);
}

async function runRound(
  sale: Sale,
  items: SaleItem[],
  parts: ReadableParts,
): Promise<Map<ItemKey, Verdict>> {
  const keys = items.map((item) => itemKey(sale.saleId, item.productId));
  const before = await readCounters(sale, keys, parts);
  const walks = new Map<ItemKey, Walk>();
  for (const [at, item] of items.entries()) {
    const { state } = before[at]!;
    if (state.openEpoch === 0) continue;
    const opened = { item: keys[at]!, epoch: state.openEpoch };
    const walk = new ItemWalk(opened, item.perUserLimit, parts);
    walks.set(keys[at]!, await walk.run());
  }
  const after = await readCounters(sale, keys, parts);
  return new Map(keys.map((key, at) => [key, judge(key, before[at]!, after[at]!, walks.get(key))]));
}

function judge(
  item: ItemKey,
  before: ItemCounters,
  after: ItemCounters,
  walk: Walk | undefined,
): Verdict {
  const steady = isSteady(before, after);
  const processing = walk?.processing ?? 0;
  const sums = [
    ...judgeSold(item, before, after),
    ...(steady ? judgeSums(item, after, processing) : []),
  ];
  const { state, totals, remaining, pending } = after;
  const { unpaid, paid, cancelled, refused, refundDue, refunded } = totals;
  return {
    proof: {
      productId: Number(item.split("-")[1]),
      stock: state.stock,
      remaining,
      processing,
      unpaid,
      paid,
      cancelled,
      refused,
      refundDue,
      refunded,
      pending: pending.reduce((sum, event) => sum + Math.abs(event.delta), 0),
      moving: !steady,
    },
    violations: [...sums, ...(walk?.violations ?? [])],
    violationCount: sums.length + (walk?.violationCount ?? 0),
  };
}

async function readCounters(
  sale: Sale,
  keys: ItemKey[],
  { book, ledger }: ReadableParts,
): Promise<ItemCounters[]> {
  const states = await book.readItems(keys);
  const totals = new Map((await book.totals(sale.saleId)).map((entry) => [entry.item, entry]));
  const pending = await book.pendingStockEvents(MAX_PENDING);
  const opened = states.map((state, at) => openedState(sale, keys[at]!, state));
  const asked = opened.filter((state) => state.openEpoch > 0);
  const left = await ledger.readStock(
    asked.map(({ item, openEpoch }) => ({ item, epoch: openEpoch })),
  );
  return opened.map((state) => {
    return {
      state,
      totals: totals.get(state.item) ?? NO_ROWS,
      remaining: left[asked.indexOf(state)] ?? state.stock,
      pending: pending.filter((event) => event.item === state.item),
    };
  });
}

const NO_ROWS = { unpaid: 0, paid: 0, cancelled: 0, refused: 0, refundDue: 0, refunded: 0 };

/** Only an item that was never opened has no ledger and needs none. */
function openedState(sale: Sale, item: ItemKey, state: ItemState | null): ItemState {
  if (!state) throw new Error(`Cannot prove ${item} as it has no row`);
  if (state.openEpoch === 0 && (state.epoch > 0 || sale.status === "published")) {
    throw closedLedger(state);
  }
  return state;
}

function summarize(verdicts: Verdict[]): Proof {
  const items = verdicts.map((verdict) => verdict.proof);
  const violations = verdicts.flatMap((verdict) => verdict.violations).slice(0, MAX_VIOLATIONS);
  const violationCount = verdicts.reduce((sum, verdict) => sum + verdict.violationCount, 0);
  const sum = (of: keyof ProofSums) => items.reduce((total, item) => total + item[of], 0);
  const unlimited = items.some((item) => item.stock < 0);
  return {
    ok: violationCount === 0,
    moving: items.some((item) => item.moving),
    stock: unlimited ? -1 : sum("stock"),
    remaining: unlimited ? -1 : sum("remaining"),
    processing: sum("processing"),
    unpaid: sum("unpaid"),
    paid: sum("paid"),
    cancelled: sum("cancelled"),
    refused: sum("refused"),
    refundDue: sum("refundDue"),
    refunded: sum("refunded"),
    violations,
    violationCount,
    items,
  };
}
