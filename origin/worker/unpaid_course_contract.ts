import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { InternalBuy } from "../../shared/internal_api.ts";
import { type ItemKey, itemKey, parseItemKey } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import { DEFAULT_LIMITS } from "../../shared/sale.ts";
import { BarredBuyers } from "../buy/barred_buyers.ts";
import { BatchBuyDesk } from "../buy/buy_desk.ts";
import { CatalogRegistry } from "../buy/sale_registry.ts";
import { SqlCatalog } from "../catalog/sql_catalog.ts";
import type { SqlOrderBook } from "../orders/sql_order_book.ts";
import { until } from "../queue/queue_contract.ts";
import { startWorker, type Worker, type WorkerParts } from "./worker.ts";

/** What one process of a profile works with. */
export type CourseParts = Omit<WorkerParts, "book" | "catalog"> & { book: SqlOrderBook };

/** A system with nothing in it. */
export interface CourseSystem {
  /** One per worker; the origin shares those of the first. */
  processes: [CourseParts, ...CourseParts[]];
  close(): Promise<void>;
}

/** The shortest payment window there is. */
const WINDOW_S = 1;

/** An unpaid order ends at most this long after its time. */
const ENDS_WITHIN_MS = 5_000;

/** What a cancel takes to reach the ledger; the edges need the rest of their second. */
const RESTORED_WITHIN_MS = 1_000;

const STOP_MS = 5_000;

/** A shop with workers and the buy path of one origin. */
class Course {
  readonly catalog: SqlCatalog;
  readonly desk: BatchBuyDesk;
  readonly registry: CatalogRegistry;
  readonly barred: BarredBuyers;
  readonly #workers: Worker[] = [];

  readonly parts: CourseParts;

  constructor(readonly system: CourseSystem) {
    this.parts = system.processes[0];
    const { book, clock, unpaid, ledger, queue } = this.parts;
    this.catalog = new SqlCatalog(book.database, clock);
    const log = logOf("test");
    this.registry = new CatalogRegistry(this.catalog, clock);
    this.barred = new BarredBuyers({ unpaid, registry: this.registry, clock, log });
    this.desk = new BatchBuyDesk({
      ledger,
      queue,
      registry: this.registry,
      restrict: (saleId, userId) => this.barred.restriction(saleId, userId),
      clock,
      log,
    });
  }

  async startWorkers(): Promise<void> {
    for (const parts of this.system.processes) {
      this.#workers.push(await startWorker({ ...parts, catalog: this.catalog }));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(STOP_MS)));
    await this.system.close();
  }

  /** A sale that is open, with that many pieces of each of its items. */
  async openSale(stock: number, { items = 1, maxExpiredHolds = 3 } = {}): Promise<ItemKey[]> {
    const products = [];
    for (let at = 0; at < items; at += 1) {
      products.push(
        await this.catalog.createProduct({
          name: "Lamp",
          subtitle: "",
          description: "",
          images: [],
          price: 100,
          currency: "EUR",
        }),
      );
    }
    const nowMs = this.parts.clock();
    const made = await this.catalog.createSale({
      title: "Sale",
      startsAt: nowMs - 60_000,
      endsAt: nowMs + 3_600_000,
      minLevel: 0,
      claims: [],
      captcha: "off",
      limits: DEFAULT_LIMITS,
      paymentWindowS: WINDOW_S,
      maxExpiredHolds,
      items: products.map(({ productId }) => ({ productId, stock, perUserLimit: 1 })),
    });
    assert(made.kind === "done");
    const { saleId } = made.value;
    await this.catalog.publishSale(saleId);
    const keys = products.map(({ productId }) => itemKey(saleId, productId));
    await until("the sale is open", async () => {
      await this.registry.refresh();
      return keys.every((key) => (this.registry.find(key)?.openEpoch ?? 0) > 0);
    });
    return keys;
  }

  /** One piece for each user; the answers in their order. */
  async buy(item: ItemKey, users: string[], requestId = "key-1") {
    const { saleId, productId } = parseItemKey(item);
    const buys = users.map((user): InternalBuy => [saleId, productId, user, 1, requestId, 0]);
    return (await this.desk.decide({ v: 1, budgetMs: 5_000, buys })).answers;
  }

  /** The same; every one of them must win. Returns the tickets. */
  async win(item: ItemKey, users: string[], requestId?: string): Promise<string[]> {
    const answers = await this.buy(item, users, requestId);
    return answers.map((answer) => {
      assert(answer.outcome === "reserved", `not reserved: ${answer.outcome}`);
      return answer.ticket;
    });
  }

  /** What the ledger has left. */
  async stockOf(item: ItemKey): Promise<number | null> {
    const epoch = this.registry.find(item)?.openEpoch ?? 0;
    return (await this.parts.ledger.readStock([{ item, epoch }]))[0]!;
  }

  async soldOf(item: ItemKey): Promise<number | undefined> {
    return (await this.parts.book.readItems([item]))[0]?.sold;
  }

  async ordersOf(tickets: string[]) {
    return (await this.parts.book.findOrders(tickets)).filter((order) => order !== null);
  }

  /** Waits until all orders are cancelled; returns how long after the last one's time that was. */
  async untilCancelled(tickets: string[]): Promise<number> {
    await until("every order is cancelled", async () => {
      const orders = await this.ordersOf(tickets);
      return orders.length === tickets.length &&
        orders.every(({ status }) => status === "cancelled");
    });
    const nowMs = this.parts.clock();
    const orders = await this.ordersOf(tickets);
    assertEquals(new Set(orders.map(({ reason }) => reason)), new Set(["expired"]));
    return nowMs - Math.max(...orders.map(({ payBy }) => payBy));
  }
}

/** The whole course of orders that nobody pays, with the real jobs of real workers. */
export function unpaidCourseContract(
  name: string,
  open: () => Promise<CourseSystem>,
): void {
  const test = (what: string, work: (course: Course) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      const course = new Course(await open());
      try {
        await course.startWorkers();
        await work(course);
      } finally {
        await course.close();
      }
    });

  test("orders that nobody pays end in time and their stock is sold again", async (course) => {
    const [item] = await course.openSale(400);
    const users = Array.from({ length: 400 }, (_, at) => `user-${at}`);
    const tickets = await course.win(item!, users);
    assertEquals((await course.buy(item!, ["late"])).map(({ outcome }) => outcome), ["sold_out"]);
    assertLessOrEqual(await course.untilCancelled(tickets), ENDS_WITHIN_MS);
    const cancelledAt = performance.now();
    await until("the stock is back", async () => await course.stockOf(item!) === 400);
    assertLessOrEqual(performance.now() - cancelledAt, RESTORED_WITHIN_MS);
    assertEquals(await course.soldOf(item!), 0);
    // Every piece is sold exactly once more: none is missing and none was given back twice.
    const second = users.map((user) => `${user}-again`);
    await course.win(item!, second);
    assertEquals((await course.buy(item!, ["late"])).map(({ outcome }) => outcome), ["sold_out"]);
  });

  test("a buyer's own cancel gives the stock back within a second", async (course) => {
    const [item] = await course.openSale(2);
    const { unpaid } = course.parts;
    const [ticket] = await course.win(item!, ["ann", "bob"]);
    await until("the order is written", async () => (await course.ordersOf([ticket!])).length > 0);
    assertEquals(await unpaid.cancelOrders([ticket!], "by_buyer"), ["cancelled"]);
    const cancelledAt = performance.now();
    await until("the piece is back", async () => (await course.stockOf(item!) ?? 0) > 0);
    assertLessOrEqual(performance.now() - cancelledAt, RESTORED_WITHIN_MS);
    assertEquals((await course.buy(item!, ["ann"])).map(({ outcome }) => outcome), ["order_ended"]);
    await course.win(item!, ["ann"], "key-2");
  });

  test("a buyer whose hold expired too often hears blocked, and keeps what he has", async (course) => {
    const [first, second] = await course.openSale(9, { items: 2, maxExpiredHolds: 1 });
    const { saleId } = parseItemKey(first!);
    const [lost] = await course.win(first!, ["ann"]);
    const [kept] = await course.win(second!, ["ann"]);
    await until(
      "both are written",
      async () => (await course.ordersOf([lost!, kept!])).length === 2,
    );
    const { database } = course.parts.book;
    await database.execute("UPDATE orders SET status = 'paid' WHERE ticket = ?", [kept!]);
    await course.untilCancelled([lost!]);
    await until("the origin has heard of it", async () => {
      await course.barred.refresh();
      return course.barred.restriction(saleId, "ann") === "blocked";
    });
    // Until then the ledger says, as it should, that she has it.
    await until("the piece is back", async () => await course.stockOf(first!) === 9);
    const outcomes = async (item: ItemKey, users: string[], requestId?: string) =>
      (await course.buy(item, users, requestId)).map(({ outcome }) => outcome);
    assertEquals(await outcomes(first!, ["ann", "bob"], "key-2"), ["blocked", "reserved"]);
    assertEquals(await outcomes(first!, ["ann"]), ["order_ended"]);
    assertEquals(await outcomes(second!, ["ann"]), ["reserved"]);
    assertEquals(await outcomes(second!, ["ann"], "key-2"), ["already_bought"]);
    await until("the stock says so", async () => await course.stockOf(first!) === 8);
  });
}
