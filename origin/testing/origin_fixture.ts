import type { Hono } from "hono";
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
import { KeptAnswers } from "../clean_up/kept_answers.ts";
import { SqlCleanUpBook } from "../clean_up/sql_clean_up_book.ts";
import { SqlCustomerBook } from "../customers/sql_customer_book.ts";
import { SqlOrderFeed } from "../feed/sql_order_feed.ts";
import { openSqlite } from "../database/open_database.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import { SqliteLedger } from "../ledger/sqlite_ledger.ts";
import { LiveDesk } from "../live/live_desk.ts";
import { MemoryReports } from "../live/memory_reports.ts";
import { MediaDesk } from "../media/media_desk.ts";
import { resizeInThread } from "../media/resize_picture.ts";
import { SqlMediaBook } from "../media/sql_media_book.ts";
import { SqlMessageBook } from "../orders/sql_message_book.ts";
import { SqlOrderBook } from "../orders/sql_order_book.ts";
import { SqlUnpaidBook } from "../orders/sql_unpaid_book.ts";
import { openGateway, type PaymentSettings } from "../payments/gateways.ts";
import type { Role, SignedIn } from "../operators/principal.ts";
import { SqlPaymentBook } from "../payments/sql_payment_book.ts";
import { openProving, type Proving, stopProving } from "../proof/open_proofs.ts";
import { SqlProofBook } from "../proof/sql_proof_book.ts";
import { SqliteQueue } from "../queue/sqlite_queue.ts";
import { SqlRehearsalBook } from "../rehearsal/sql_rehearsal_book.ts";
import { SqlWebhookBook } from "../webhook/sql_webhook_book.ts";
import { breakable, type Fault } from "./breakable.ts";
import { FixtureRequests } from "./fixture_requests.ts";
import { FIXTURE_SECRETS } from "./fixture_secrets.ts";

export { FIXTURE_SECRETS };
import { fixtureReadiness, fixtureRehearsals } from "./fixture_readiness.ts";
import {
  FIXTURE_CSRF,
  fixtureForm,
  type FixtureOffice,
  type FixtureSession,
  openFixtureOffice,
  openFixtureSession,
} from "./fixture_session.ts";

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
export class OriginFixture extends FixtureRequests {
  override now = FIXTURE_START;
  /** Lets items be opened while somebody waits, as a worker does. */
  workerRuns = true;
  /** Who is signed in to the back office, whatever cookie is shown; null: who shows a cookie. */
  signedIn: SignedIn | null = null;
  /** What `delay` was asked for, ms. */
  readonly waits: number[] = [];
  /** How often somebody wanted stock restored soon. */
  restores = 0;
  override readonly app: Hono;
  readonly deps: OriginDeps;
  readonly book: SqlOrderBook;
  readonly messages: SqlMessageBook;
  readonly proofs: SqlProofBook;
  readonly cleanUpBook: SqlCleanUpBook;
  readonly proving: Proving;
  readonly audit: FixtureOffice["audit"];
  readonly operatorBook: FixtureOffice["operatorBook"];
  readonly operators: FixtureOffice["operators"];
  readonly payments: SqlPaymentBook;
  readonly rehearsalBook: SqlRehearsalBook;
  readonly unpaid: SqlUnpaidBook;
  readonly customers: SqlCustomerBook;
  readonly webhook: SqlWebhookBook;
  readonly lists: ListsInForce;
  readonly ledger: SqliteLedger;
  readonly reports: MemoryReports;
  readonly live: LiveDesk;
  /** Follows the queue when a test refreshes it; 100 messages may wait. */
  readonly backlog: Backlog;
  readonly faults: Record<
    "ledger" | "book" | "catalog" | "queue" | "payments" | "customers",
    Fault
  >;
  /** Runs before every answer of `delay`. */
  onDelay: () => Promise<void> = () => Promise.resolve();

  private constructor(readonly db: SqliteDatabase, changes: Partial<OriginDeps>) {
    super();
    const clock = () => this.now;
    this.book = new SqlOrderBook(db, clock);
    this.messages = new SqlMessageBook(db, clock);
    this.proofs = new SqlProofBook(db, clock);
    this.cleanUpBook = new SqlCleanUpBook(db, clock);
    this.payments = new SqlPaymentBook(db, clock);
    this.unpaid = new SqlUnpaidBook(db, clock);
    this.customers = new SqlCustomerBook(db, clock);
    this.webhook = new SqlWebhookBook(db, clock);
    this.ledger = new SqliteLedger(db, clock);
    const ledger = breakable(this.ledger);
    const book = breakable(this.book);
    const catalog = breakable(new SqlCatalog(db, clock));
    const mediaBook = new SqlMediaBook(db, clock);
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
    let ids = 0;
    const newId = () => `id-${ids += 1}`;
    const office = openFixtureOffice(db, { ...FIXTURE_SECRETS, clock, newId, log });
    ({ audit: this.audit, operatorBook: this.operatorBook, operators: this.operators } = office);
    const registry = new CatalogRegistry(catalog.part, clock);
    const holds = new HoldCounts({ unpaid: this.unpaid, registry, clock });
    this.lists = new ListsInForce({ customers: customers.part, holds, clock });
    this.backlog = new Backlog({ queue: queue.part, maxQueuedMessages: 100, log });
    const restrict = () => this.backlog.restriction();
    const parts = { ledger: ledger.part, queue: queue.part, registry, restrict, clock, log };
    this.reports = new MemoryReports(clock);
    const live = { ...parts, book: book.part, reports: this.reports, health: [] };
    this.live = new LiveDesk(live);
    this.proving = openProving({
      ...parts,
      catalog: catalog.part,
      book: book.part,
      payments: payments.part,
      proofs: this.proofs,
      cleanUpBook: this.cleanUpBook,
      secrets: FIXTURE_SECRETS,
      delay: (ms) => this.#delay(ms),
    });
    const productIds = new ProductIds(catalog.part);
    const gateway = openGateway(FIXTURE_PAYMENT);
    const delay = (ms: number) => this.#delay(ms);
    const restoreSoon = () => {
      this.restores += 1;
    };
    this.rehearsalBook = new SqlRehearsalBook(db, clock);
    const ready = { ...parts, book: book.part, catalog: catalog.part, reports: this.reports };
    const { webhook } = this;
    this.deps = {
      ...parts,
      readiness: fixtureReadiness({ ...ready, db, productIds, gateway, webhook, delay }),
      rehearsalBook: this.rehearsalBook,
      rehearsals: fixtureRehearsals({ ...this, ...ready, restoreSoon, delay }),
      ...this.proving,
      proofs: this.proofs,
      catalog: catalog.part,
      book: book.part,
      messages: this.messages,
      payments: payments.part,
      unpaid: this.unpaid,
      customers: customers.part,
      feed: new SqlOrderFeed(db, clock),
      webhook: this.webhook,
      lists: this.lists,
      productIds,
      productCache: null,
      mediaBook,
      media: new MediaDesk({ book: mediaBook, resize: resizeInThread }),
      audit: this.audit,
      operators: this.operators,
      operatorSessions: {
        read: (headers) =>
          this.signedIn ? Promise.resolve(this.signedIn) : this.operators.sessions.read(headers),
      },
      payment: FIXTURE_PAYMENT,
      gateway,
      restoreSoon,
      backlog: this.backlog,
      reports: this.reports,
      live: this.live,
      desk: new KeptAnswers(new BatchBuyDesk(parts), { ...parts, cleanUpBook: this.cleanUpBook }),
      delay: (ms) => this.#delay(ms),
      newId,
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
    await this.live.stop();
    await stopProving(this.proving);
    await this.db.close();
  }

  /** Signs an operator of this role in; every later request of a page is his. */
  signIn(role: Role): void {
    this.signedIn = {
      principal: { name: `the-${role}`, role, via: "session", operatorId: 1 },
      csrf: FIXTURE_CSRF,
    };
  }

  /** An operator in the table with a session of his own, for `page`; instead of `signIn`. */
  session(role: Role): Promise<FixtureSession> {
    return openFixtureSession(this, role);
  }

  /** A page of the back office, `path` below `/admin`; with fields, a form that is sent. */
  async page(
    path: string,
    fields?: Record<string, string>,
    session?: FixtureSession,
  ): Promise<Response> {
    const headers: Record<string, string> = session ? { cookie: session.cookie } : {};
    const init = fields === undefined ? { headers } : fixtureForm(fields, session);
    return await this.app.request(`/admin${path}`, init);
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
