import { assert } from "@std/assert";
import { itemKey } from "../../../shared/item.ts";
import { logOf } from "../../../shared/log.ts";
import { DEFAULT_LIMITS } from "../../../shared/sale.ts";
import { BatchBuyDesk } from "../../buy/buy_desk.ts";
import { CatalogRegistry } from "../../buy/sale_registry.ts";
import type { Sale, SaleFields } from "../../catalog/catalog.ts";
import { SqlCatalog } from "../../catalog/sql_catalog.ts";
import { until } from "../../queue/queue_contract.ts";
import type { CourseParts } from "../../worker/unpaid_course_contract.ts";
import { startWorker, type Worker } from "../../worker/worker.ts";
import type { RehearsalParts } from "../rehearsal_stage.ts";
import { Rehearsals } from "../rehearsals.ts";
import { SqlRehearsalBook } from "../sql_rehearsal_book.ts";

/** A system with nothing in it, on either profile. */
export interface RehearsalSystem {
  parts: CourseParts;
  relay: RehearsalParts["relay"];
  /** Names of what the ledger keeps outside of the database. */
  ledgerKeys(): Promise<string[]>;
  /** The tables of the database. */
  tables(): Promise<string[]>;
  close(): Promise<void>;
}

const STOP_MS = 5_000;

/** Waits of the product that are only caution take this long here, ms. */
const LONGEST_WAIT_MS = 20;

/** Sales that are no copies; the first of them has the id 1. */
const REAL = "(SELECT id FROM sale WHERE rehearsal_of IS NULL)";

/** What workers move by themselves of real orders is left out: only what is of others counts. */
const ONLY: Record<string, string> = {
  queue_reminder: ` WHERE content NOT LIKE '["1-%'`,
  order_tally: ` WHERE sale_id NOT IN ${REAL}`,
  order_tally_change: ` WHERE sale_id NOT IN ${REAL}`,
};

/** A shop with a worker, a sale with orders, and rehearsals. */
export class RehearsalShop {
  readonly log = logOf("test");
  readonly catalog: SqlCatalog;
  readonly registry: CatalogRegistry;
  readonly book: SqlRehearsalBook;
  #worker: Worker | null = null;

  private constructor(readonly system: RehearsalSystem) {
    const { book, clock } = system.parts;
    this.catalog = new SqlCatalog(book.database, clock);
    this.registry = new CatalogRegistry(this.catalog, clock);
    this.book = new SqlRehearsalBook(book.database, clock);
  }

  /** Runs `work` in a shop whose worker runs, and closes it whatever happens. */
  static async with(
    open: () => Promise<RehearsalSystem>,
    work: (shop: RehearsalShop) => Promise<void>,
  ): Promise<void> {
    const shop = new RehearsalShop(await open());
    try {
      await shop.startWorker();
      await work(shop);
    } finally {
      await shop.stopWorker();
      await shop.system.close();
    }
  }

  async startWorker(): Promise<void> {
    this.#worker = await startWorker({ ...this.system.parts, catalog: this.catalog });
  }

  async stopWorker(): Promise<void> {
    await this.#worker?.stop(STOP_MS);
    this.#worker = null;
  }

  /** What rehearsals work with; `changes` stand in for parts of it. */
  parts(changes: Partial<RehearsalParts> = {}): RehearsalParts {
    const { ledger, queue, book, unpaid, payments, clock } = this.system.parts;
    return {
      rehearsals: this.book,
      catalog: this.catalog,
      ledger,
      queue,
      relay: this.system.relay,
      book,
      unpaid,
      payments,
      restrict: () => null,
      restoreSoon: () => {},
      clock,
      monotonic: () => performance.now(),
      delay: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, LONGEST_WAIT_MS))),
      log: this.log,
      ...changes,
    };
  }

  rehearsals(changes: Partial<RehearsalParts> = {}): Rehearsals {
    return new Rehearsals({ ...this.parts(changes), sales: this.registry });
  }

  /** Runs a rehearsal to its end; returns its id. */
  async rehearse(sale: Sale, buyers?: number, changes: Partial<RehearsalParts> = {}) {
    const rehearsals = this.rehearsals(changes);
    const wish = { sale, buyers, force: true, startedBy: "the-operator" };
    const start = await rehearsals.start(wish);
    assert(start.kind === "started", JSON.stringify(start));
    await rehearsals.idle();
    return start.rehearsalId;
  }

  /** A published sale of so many pieces of each product, three of the first of them sold. */
  async openSale(stocks: number[], fields: Partial<SaleFields> = {}): Promise<Sale> {
    const { clock, ledger, queue, book } = this.system.parts;
    const products = [];
    for (const [at] of stocks.entries()) {
      products.push(
        await this.catalog.createProduct({
          name: `Lamp ${at}`,
          subtitle: "",
          description: "",
          images: [],
          price: 19_900,
          currency: "EUR",
        }),
      );
    }
    const made = await this.catalog.createSale({
      title: "Spring",
      startsAt: clock() - 60_000,
      endsAt: clock() + 3_600_000,
      minLevel: 0,
      claims: [],
      captcha: "off",
      limits: DEFAULT_LIMITS,
      paymentWindowS: 900,
      maxExpiredHolds: 3,
      items: products.map(({ productId }, at) => ({
        productId,
        stock: stocks[at]!,
        perUserLimit: 1,
      })),
      ...fields,
    });
    assert(made.kind === "done");
    const sale = made.value;
    await this.catalog.publishSale(sale.saleId);
    await until("the sale is open", async () => {
      await this.registry.refresh();
      return this.registry.openItems().length >= stocks.length;
    });
    const desk = new BatchBuyDesk({
      ledger,
      queue,
      registry: this.registry,
      clock,
      log: this.log,
    });
    const productId = sale.items[0]!.productId;
    const { answers } = await desk.decide({
      v: 1,
      budgetMs: 5_000,
      buys: ["ann", "bob", "cid"].map((user) => [sale.saleId, productId, user, 1, "key", 0]),
    });
    assert(answers.every(({ outcome }) => outcome === "reserved"));
    await until("the orders are written", async () => {
      const [state] = await book.readItems([itemKey(sale.saleId, productId)]);
      return state?.sold === 3;
    });
    return { ...sale, status: "published" };
  }

  /**
   * Everything that is there: rows by table (without the rehearsals themselves), what a ledger keeps
   * beside them, and the whole text of the tables of sales.
   */
  async inventory(): Promise<Record<string, unknown>> {
    const { database } = this.system.parts.book;
    const found: Record<string, unknown> = { keys: await this.system.ledgerKeys() };
    for (const table of await this.system.tables()) {
      if (table === "rehearsal") continue;
      const counted = `${table}${ONLY[table] ?? ""}`;
      const [row] = await database.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${counted}`);
      found[table] = row?.n;
    }
    for (const table of ["sale", "sale_item", "orders"]) {
      found[`rows of ${table}`] = JSON.stringify(await database.query(`SELECT * FROM ${table}`));
    }
    return found;
  }
}
