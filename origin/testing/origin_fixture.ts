import type { Hono } from "hono";
import { EDGE_KEY_HEADER, type InternalBuy } from "../../shared/internal_api.ts";
import { logOf } from "../../shared/log.ts";
import { decodeOrderMessage } from "../../shared/order_message.ts";
import { createOriginApp, type OriginDeps } from "../app.ts";
import { Backlog } from "../buy/backlog.ts";
import { BatchBuyDesk } from "../buy/buy_desk.ts";
import { CatalogRegistry } from "../buy/sale_registry.ts";
import { ProductIds } from "../catalog/product_ids.ts";
import { SqlCatalog } from "../catalog/sql_catalog.ts";
import { HoldCounts } from "../customers/hold_counts.ts";
import { ListsInForce } from "../customers/lists_in_force.ts";
import { SqlCustomerBook } from "../customers/sql_customer_book.ts";
import { openSqlite } from "../database/open_database.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import { SqliteLedger } from "../ledger/sqlite_ledger.ts";
import { SqlMessageBook } from "../orders/sql_message_book.ts";
import { SqlOrderBook } from "../orders/sql_order_book.ts";
import { SqlUnpaidBook } from "../orders/sql_unpaid_book.ts";
import { openGateway, type PaymentSettings } from "../payments/gateways.ts";
import type { Role, SignedIn } from "../operators/principal.ts";
import { SqlPaymentBook } from "../payments/sql_payment_book.ts";
import { SqliteQueue } from "../queue/sqlite_queue.ts";
import { breakable, type Fault } from "./breakable.ts";

/** The secrets of every fixture. */
export const FIXTURE_SECRETS = {
  edgeKey: "edge-key-0123456789",
  receiptKey: "receipt-key-0123456789",
  adminToken: "admin-token-0123456789",
};

/** How every fixture is paid: with the sandbox. */
export const FIXTURE_PAYMENT: PaymentSettings = {
  gateway: "sandbox",
  webhookKeys: ["webhook-key-0123456789", "webhook-key-before-it"],
  providerUrl: null,
  providerKey: null,
};

/** When a fixture's time begins. */
export const FIXTURE_START = Date.UTC(2026, 5, 1, 10);

/** Rows read at once by `drain`. */
const DRAIN_ROWS = 1_000;

/**
 * An origin on the SQLite adapters in memory, without HTTP and without a worker: `openItems` and
 * `drain` do a worker's steps when a test wants them, and time stands still until somebody waits.
 */
export class OriginFixture {
  now = FIXTURE_START;
  /** Lets items be opened while somebody waits, as a worker does. */
  workerRuns = true;
  /** Who is signed in to the back office, whatever cookie is shown. */
  signedIn: SignedIn | null = null;
  /** What `delay` was asked for, ms. */
  readonly waits: number[] = [];
  /** How often somebody wanted stock restored soon. */
  restores = 0;
  readonly app: Hono;
  readonly deps: OriginDeps;
  readonly book: SqlOrderBook;
  readonly messages: SqlMessageBook;
  readonly payments: SqlPaymentBook;
  readonly unpaid: SqlUnpaidBook;
  readonly customers: SqlCustomerBook;
  readonly lists: ListsInForce;
  readonly ledger: SqliteLedger;
  /** Follows the queue when a test refreshes it; 100 messages may wait. */
  readonly backlog: Backlog;
  readonly faults: Record<
    "ledger" | "book" | "catalog" | "queue" | "payments" | "customers",
    Fault
  >;
  /** Runs before every answer of `delay`. */
  onDelay: () => Promise<void> = () => Promise.resolve();

  private constructor(readonly db: SqliteDatabase, changes: Partial<OriginDeps>) {
    const clock = () => this.now;
    this.book = new SqlOrderBook(db, clock);
    this.messages = new SqlMessageBook(db, clock);
    this.payments = new SqlPaymentBook(db, clock);
    this.unpaid = new SqlUnpaidBook(db, clock);
    this.customers = new SqlCustomerBook(db, clock);
    this.ledger = new SqliteLedger(db, clock);
    const ledger = breakable(this.ledger);
    const book = breakable(this.book);
    const catalog = breakable(new SqlCatalog(db, clock));
    const queue = breakable(new SqliteQueue(db));
    const payments = breakable(this.payments);
    const customers = breakable(this.customers);
    this.faults = {
      ledger: ledger.fault,
      book: book.fault,
      catalog: catalog.fault,
      queue: queue.fault,
      payments: payments.fault,
      customers: customers.fault,
    };
    const log = logOf("origin");
    const registry = new CatalogRegistry(catalog.part, clock);
    const holds = new HoldCounts({ unpaid: this.unpaid, registry, clock });
    this.lists = new ListsInForce({ customers: customers.part, holds, clock });
    this.backlog = new Backlog({ queue: queue.part, maxQueuedMessages: 100, log });
    const restrict = () => this.backlog.restriction();
    const parts = { ledger: ledger.part, queue: queue.part, registry, restrict, clock, log };
    let ids = 0;
    this.deps = {
      ...parts,
      catalog: catalog.part,
      book: book.part,
      messages: this.messages,
      payments: payments.part,
      unpaid: this.unpaid,
      customers: customers.part,
      lists: this.lists,
      productIds: new ProductIds(catalog.part),
      productCache: null,
      operatorSessions: { read: () => Promise.resolve(this.signedIn) },
      payment: FIXTURE_PAYMENT,
      gateway: openGateway(FIXTURE_PAYMENT),
      restoreSoon: () => {
        this.restores += 1;
      },
      backlog: this.backlog,
      desk: new BatchBuyDesk(parts),
      delay: (ms) => this.#delay(ms),
      newId: () => `id-${ids += 1}`,
      secrets: FIXTURE_SECRETS,
      health: [],
      ...changes,
    };
    this.app = createOriginApp(this.deps);
  }

  /** A fixture with empty tables, its lists read. Close it at the end. */
  static async open(changes: Partial<OriginDeps> = {}): Promise<OriginFixture> {
    const db = await openSqlite(":memory:", () => FIXTURE_START);
    const fixture = new OriginFixture(db, changes);
    await fixture.deps.lists.refresh();
    return fixture;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close();
  }

  /** A request of an operator; `body` is sent as JSON unless it is text. */
  async admin(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return await this.app.request(`/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${FIXTURE_SECRETS.adminToken}`, ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
  }

  /** Signs an operator of this role in; every later request of a page is his. */
  signIn(role: Role): void {
    this.signedIn = {
      principal: { name: `the-${role}`, role, via: "session", operatorId: 1 },
      csrf: "csrf-of-the-fixture",
    };
  }

  /** A page of the back office, `path` below `/admin`; with fields, a form that is sent. */
  async page(path: string, fields?: Record<string, string>): Promise<Response> {
    if (fields === undefined) return await this.app.request(`/admin${path}`);
    const body = new URLSearchParams({ csrf: "csrf-of-the-fixture", ...fields }).toString();
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(body.length),
      "sec-fetch-site": "same-origin",
    };
    return await this.app.request(`/admin${path}`, { method: "POST", headers, body });
  }

  /** A request of an edge. */
  async internal(path: string, init: RequestInit = {}) {
    const headers = { [EDGE_KEY_HEADER]: FIXTURE_SECRETS.edgeKey };
    return await this.app.request(`/internal${path}`, { headers, ...init });
  }

  /** The answers to some buys. */
  async buy(...buys: InternalBuy[]) {
    const body = JSON.stringify({ v: 1, budgetMs: 1_000, buys });
    const response = await this.internal("/buys", { method: "POST", body });
    return (await response.json()).answers;
  }

  /** Makes a product and a published sale of it that is open; returns their ids. */
  async openSale(
    { stock = 10, perUserLimit = 2, price = 9_900 } = {},
  ): Promise<{ saleId: number; productId: number }> {
    const product = { name: "Kettle", price, currency: "CNY" };
    const { productId } = await (await this.admin("POST", "/products", product)).json();
    const { saleId } = await (await this.admin("POST", "/sales", {
      title: "Spring",
      startsAt: new Date(this.now - 60_000).toISOString(),
      endsAt: new Date(this.now + 3_600_000).toISOString(),
      items: [{ productId, stock, perUserLimit }],
    })).json();
    const report = await (await this.admin("POST", `/sales/${saleId}/publish`)).json();
    if (!report.ready) throw new Error(`Cannot open a sale: ${JSON.stringify(report)}`);
    return { saleId, productId };
  }

  /** A worker's step: opens every item that is published and closed. */
  async openItems(): Promise<void> {
    for (const { item } of await this.book.itemsToOpen()) {
      const mine = { item, epoch: await this.book.raiseEpoch(item) };
      const snapshot = await this.book.snapshotLedger(mine);
      if (!snapshot) throw new Error(`Cannot open ${item} as its epoch is not the highest`);
      const held = await this.book.listReservations(mine, "", DRAIN_ROWS);
      await this.ledger.open({ ...mine, ...snapshot }, ReadableStream.from([held]));
      await this.book.markOpen(mine);
    }
  }

  /** A worker's step: writes what waits in the queue to the order book. */
  async drain(): Promise<void> {
    const rows = await this.db.query<{ id: number; content: string }>(
      "SELECT id, content FROM queue_message WHERE kind = 'orders' ORDER BY id LIMIT ?",
      [DRAIN_ROWS],
    );
    for (const { id, content } of rows) {
      await this.book.writeOrders(decodeOrderMessage(content), content);
      await this.db.execute("DELETE FROM queue_message WHERE id = ?", [id]);
    }
  }

  async #delay(ms: number): Promise<void> {
    this.now += ms;
    this.waits.push(ms);
    await this.onDelay();
    if (this.workerRuns && ms > 0) await this.openItems();
  }
}
