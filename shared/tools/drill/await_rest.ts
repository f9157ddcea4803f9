import { pause } from "../services/poll.ts";
import { type Books, readBooks } from "./books.ts";
import type { DrillStage } from "./stage.ts";

const REST_TIMEOUT_MS = 60_000;
const EVERY_MS = 250;

/** What the system looked like once nothing moved any more. */
export interface Rest {
  books: Books;
  /** What is still under way; empty at rest. */
  unrest: string[];
}

/** What is still under way in these books. */
export function unrestOf(books: Books, waiting: { ready: number }): string[] {
  const { item, ledger, orders, events, payments } = books;
  const liveOrders = orders.filter(({ live }) => live === 1).length;
  const liveHolders = ledger.holders.filter(({ live }) => live).length;
  const unrest: [string, boolean][] = [
    [`the item is closed (epoch ${item.epoch})`, item.openEpoch !== item.epoch],
    [
      `the ledger is of epoch ${ledger.epoch} and not ${item.openEpoch}`,
      ledger.epoch !== item.openEpoch,
    ],
    [`${ledger.outbox} messages are not settled`, ledger.outbox > 0],
    [`${waiting.ready} messages wait in the broker`, waiting.ready > 0],
    [`${liveHolders} reservations, ${liveOrders} orders are live`, liveHolders !== liveOrders],
    ["changes of stock are pending", events.some(({ state }) => state === "pending")],
    ["payments are not decided", payments.some(({ state }) => state === "stored")],
  ];
  return unrest.filter(([, holds]) => holds).map(([what]) => what);
}

/** Waits until the system is at rest, or for a minute; then the books tell what hangs. */
export async function awaitRest(stage: DrillStage, signal: AbortSignal): Promise<Rest> {
  const deadline = performance.now() + REST_TIMEOUT_MS;
  let last: Rest | null = null;
  let failure: unknown = null;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    try {
      const [books, waiting] = await Promise.all([
        readBooks(stage.probe, stage.sale),
        stage.probe.waiting(),
      ]);
      last = { books, unrest: unrestOf(books, waiting) };
      if (last.unrest.length === 0) {
        const answer = await stage.admin("GET", `/sales/${stage.sale.saleId}/proof`);
        const { ok, processing } = answer.body as { ok?: boolean; processing?: number };
        if (answer.status === 200 && ok === true && processing === 0) return last;
        last.unrest = [`the proof says ${JSON.stringify(answer.body)}`];
      }
    } catch (error) {
      failure = error;
    }
    await pause(EVERY_MS, signal);
  }
  if (last) return last;
  throw new Error(`Cannot read the books within ${REST_TIMEOUT_MS} ms: ${failure}`);
}
