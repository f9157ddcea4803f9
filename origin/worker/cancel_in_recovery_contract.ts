import { assert, assertEquals } from "@std/assert";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import { formatTicket } from "../../shared/ticket.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import {
  batchOf,
  BookShop,
  type OpenDatabase,
  seqOf,
  TEST_NOW,
} from "../orders/testing/book_shop.ts";
import { recoverLedger } from "./recover_ledger.ts";
import { restoreStock } from "./restore_stock.ts";

/** A ledger of its own for one test. */
export type OpenLedger = (
  shop: BookShop,
) => Promise<{ ledger: StockLedger; close(): Promise<void> }>;

/** Time enough for a busy test machine. */
const BUDGET_MS = 10_000;

const STOCK = 5;
const BUYERS = ["ann", "bob", "cid"];

/** Runs `at` before and after every call of a part that an opening makes. */
function withPoints<T extends object>(part: T, at: (point: string) => Promise<void>): T {
  return new Proxy(part, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        await at(`before ${String(name)}`);
        const result = await value.apply(target, args);
        await at(`after ${String(name)}`);
        return result;
      };
    },
  });
}

/** One recovery of an item, with something happening at its points. */
async function recover(
  item: ItemKey,
  { book, ledger }: { book: BookShop["book"]; ledger: StockLedger },
  at: (point: string) => Promise<void>,
): Promise<ItemEpoch> {
  const queue = {
    closeOlderRoutes: () => Promise.resolve(),
    sendBarrier: (mine: ItemEpoch) => book.markDrained(mine),
    openRoute: () => Promise.resolve(),
  };
  const epoch = await recoverLedger(item, {
    ledger: withPoints(ledger, at),
    queue: withPoints(queue, at),
    book: withPoints(book, at),
    log: logOf("test"),
    sleep: () => Promise.resolve(),
  });
  return { item, epoch };
}

/** A sold item, open in epoch 1, of which every buyer holds an order. */
async function sellItem(shop: BookShop, ledger: StockLedger): Promise<ItemKey> {
  const item = await shop.closedItem(STOCK, { startsAt: 1, endsAt: TEST_NOW * 2 });
  const life = await recover(item, { book: shop.book, ledger }, () => Promise.resolve());
  await buy(ledger, life, BUYERS);
  await shop.write(batchOf(item, BUYERS));
  await ledger.settle([{ ...life, messageId: `${item}-${seqOf(1, 1)}` }]);
  return item;
}

async function buy(ledger: StockLedger, life: ItemEpoch, users: string[]) {
  const requests = users.map((userId) => ({
    userId,
    requestId: `${userId}-in-${life.epoch}`,
    quantity: 1,
    lookupOnly: false,
    pass: null,
  }));
  const [outcome] = await ledger.reserve([{ ...life, requests }], BUDGET_MS);
  assert(outcome?.kind === "decided", `not decided: ${outcome?.kind}`);
  return outcome;
}

/** A cancel may happen at any step of a recovery: its stock comes back once, and is sold once. */
export function cancelInRecoveryContract(
  name: string,
  openDatabase: OpenDatabase,
  openLedger: OpenLedger,
): void {
  const test = (
    what: string,
    work: (shop: BookShop, ledger: StockLedger) => Promise<void>,
  ) =>
    Deno.test(`${name}: ${what}`, () =>
      BookShop.with(openDatabase, async (shop) => {
        const { ledger, close } = await openLedger(shop);
        try {
          await work(shop, ledger);
        } finally {
          await close();
        }
      }));

  test("a cancel at any step of a recovery gives its stock back once", async (shop, ledger) => {
    const points = new Set<string>();
    await recover(await sellItem(shop, ledger), { book: shop.book, ledger }, (point) => {
      points.add(point);
      return Promise.resolve();
    });
    for (const step of ["raiseEpoch", "close", "sendBarrier", "snapshotLedger", "open"]) {
      assert(points.has(`after ${step}`), `the recovery calls ${step}`);
    }
    for (const point of points) await cancelAt(point, shop, ledger);
  });
}

async function cancelAt(point: string, shop: BookShop, ledger: StockLedger): Promise<void> {
  const parts = { ledger, book: shop.book, log: logOf("test") };
  const item = await sellItem(shop, ledger);
  const ann = formatTicket(item, "ann", seqOf(1, 1));
  let cancelled = false;
  const life = await recover(item, parts, async (now) => {
    if (now === point && !cancelled) {
      cancelled = true;
      await shop.cancel(ann);
    }
    // A worker's job that knows nothing of the recovery.
    await restoreStock(parts);
  });
  assert(cancelled, point);
  for (const _ of ["first", "again"]) await restoreStock(parts);
  assertEquals(await shop.eventsOf(item), [], point);
  assertEquals((await shop.state(item)).openEpoch, life.epoch, `${point}: the item stays open`);
  assertEquals(await ledger.readStock([life]), [STOCK - 2], point);

  const held = await ledger.findReservations(life, BUYERS);
  assert(held !== "closed");
  assertEquals(held.map((one) => one?.live), [false, true, true], point);
  const { decisions, remaining } = await buy(ledger, life, BUYERS);
  assertEquals(decisions.map(({ kind }) => kind), [
    "reserved",
    "already_bought",
    "already_bought",
  ], point);
  assertEquals(remaining, STOCK - 3, point);
  // What the buyer has now, no late event of the old ticket may touch.
  const release = { ...life, userId: "ann", seq: seqOf(1, 1), restock: true };
  assertEquals(await ledger.release([release]), ["not_held"], point);
}
