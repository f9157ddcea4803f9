import { assert } from "@std/assert";
import type { ItemEpoch, ItemKey } from "../../../shared/item.ts";
import { parseItemKey } from "../../../shared/item.ts";
import { logOf } from "../../../shared/log.ts";
import { encodeOrderMessage, type OrderMessage } from "../../../shared/order_message.ts";
import { deriveProofSeed, openProofSigner } from "../../../shared/proof/proof_key.ts";
import type { StockLedger } from "../../ledger/stock_ledger.ts";
import { SqlOrderTallies } from "../../orders/fold_tallies.ts";
import { recordMessage } from "../../orders/record_message.ts";
import {
  batchOf,
  type BookShop,
  seqOf,
  TEST_NOW,
  ticketsIn,
} from "../../orders/testing/book_shop.ts";
import { SqlPaymentBook } from "../../payments/sql_payment_book.ts";
import { ProofMaker } from "../../proof/proof_maker.ts";
import { SqlProofBook } from "../../proof/sql_proof_book.ts";
import { restoreStock } from "../../worker/restore_stock.ts";
import { CleanUpDesk } from "../clean_up_desk.ts";
import { SqlCleanUpBook } from "../sql_clean_up_book.ts";

/** A ledger of its own for one test; `drain` empties the queue where the ledger writes to it. */
export interface LedgerOfTest {
  ledger: StockLedger;
  drain(item: ItemKey): Promise<void>;
  close(): Promise<void>;
}

export type OpenLedger = (shop: BookShop) => Promise<LedgerOfTest>;

/** Time enough for a busy test machine. */
const BUDGET_MS = 10_000;

const STOCK = 8;
const BUYERS = ["ann", "bob", "cid", "dan"];

/** A sale that was sold, and the messages that did it. */
export interface SoldSale {
  saleId: number;
  item: ItemKey;
  message: OrderMessage;
  content: string;
  tickets: string[];
}

/** A shop with everything that cleans up; every call of a part passes `at`. */
export class CleanUpShop {
  readonly proofs: SqlProofBook;
  readonly cleanUpBook: SqlCleanUpBook;
  readonly payments: SqlPaymentBook;
  readonly log = logOf("test");
  /** Items whose routes were closed. */
  readonly closedRoutes: ItemEpoch[] = [];
  /** Hears of every call that a clean-up makes, as `fence`, before and after it. */
  at: (point: string) => void = () => {};

  constructor(readonly shop: BookShop, readonly ledgerOfTest: LedgerOfTest) {
    const clock = () => shop.now;
    this.proofs = new SqlProofBook(shop.database, clock);
    this.cleanUpBook = new SqlCleanUpBook(shop.database, clock);
    this.payments = new SqlPaymentBook(shop.database, clock);
  }

  get ledger(): StockLedger {
    return this.ledgerOfTest.ledger;
  }

  /** A desk as a process has it that was just started. */
  desk(): { cleanUps: CleanUpDesk; proofMaker: ProofMaker } {
    const { shop } = this;
    const { catalog } = shop;
    const common = {
      book: this.#watched(shop.book),
      ledger: this.#watched(this.ledger),
      proofs: this.#watched(this.proofs),
      clock: () => shop.now,
      delay: () => Promise.resolve(),
      log: this.log,
    };
    const proofMaker = new ProofMaker({
      ...common,
      catalog,
      payments: this.payments,
      random: (bytes) => void crypto.getRandomValues(bytes),
      openSigner: () => openProofSigner(deriveProofSeed("a secret of the test")),
    });
    const cleanUps = new CleanUpDesk({
      ...common,
      proofMaker,
      cleanUpBook: this.#watched(this.cleanUpBook),
      queue: this.#watched({
        isUp: () => true,
        closeOlderRoutes: ({ item, epoch }: ItemEpoch) => {
          this.closedRoutes.push({ item, epoch });
          return Promise.resolve();
        },
      }),
      getSale: (saleId) => catalog.getSale(saleId),
      closeSale: async (saleId) => void await catalog.closeSale(saleId),
      catalogVersion: () => catalog.version(),
    });
    return { cleanUps, proofMaker };
  }

  /** A sale whose four buyers have paid, but for the last one, whose order was cancelled. */
  async sell(): Promise<SoldSale> {
    const { shop, ledger } = this;
    const item = await shop.closedItem(STOCK, { startsAt: 1, endsAt: TEST_NOW * 2 });
    const { saleId } = parseItemKey(item);
    const epoch = await shop.book.raiseEpoch(item);
    const snapshot = await shop.book.snapshotLedger({ item, epoch });
    const opened = await ledger.open({ item, epoch, ...snapshot! }, ReadableStream.from([[]]));
    assert(opened === "opened", opened);
    await shop.book.markOpen({ item, epoch });
    await this.reserve({ item, epoch }, BUYERS);
    const message = batchOf(item, BUYERS);
    const content = encodeOrderMessage(message);
    await recordMessage(shop.book, { messageId: `${item}-${seqOf(1, 1)}`, content });
    await ledger.settle([{ item, epoch, messageId: `${item}-${seqOf(1, 1)}` }]);
    await this.ledgerOfTest.drain(item);
    const tickets = ticketsIn(message);
    await shop.cancel(tickets[3]!);
    for (const ticket of tickets.slice(0, 3)) await this.pay(ticket);
    await this.settle();
    await shop.catalog.closeSale(saleId);
    return { saleId, item, message, content, tickets };
  }

  /** Has buyers reserve one piece each. */
  async reserve(life: ItemEpoch, users: string[]) {
    const requests = users.map((userId) => ({
      userId,
      requestId: `${userId}-1`,
      quantity: 1,
      lookupOnly: false,
      pass: null,
    }));
    const [outcome] = await this.ledger.reserve([{ ...life, requests }], BUDGET_MS);
    return outcome!;
  }

  async pay(ticket: string): Promise<void> {
    await this.payments.takePayment({
      eventId: `event-${ticket}`,
      paymentId: `payment-${ticket}`,
      ticket,
      amount: 19_900,
      currency: "EUR",
    });
  }

  /** What workers do within seconds. */
  async settle(): Promise<void> {
    const { shop, ledger, log } = this;
    await restoreStock({ book: shop.book, ledger, log });
    await new SqlOrderTallies(shop.database).fold();
  }

  /** The rows of a sale that stay for good, to compare. */
  async record(saleId: number): Promise<unknown> {
    const { database } = this.shop;
    const orders = await database.query(
      `SELECT ticket, quantity, amount, status, reason, live FROM orders WHERE sale_id = ?
        ORDER BY ticket`,
      [saleId],
    );
    const items = await database.query(
      "SELECT product_id, stock, sold FROM sale_item WHERE sale_id = ? ORDER BY product_id",
      [saleId],
    );
    const events = await database.query(
      "SELECT kind, ticket, state FROM stock_event WHERE sale_id = ? ORDER BY position",
      [saleId],
    );
    return { orders, items, events };
  }

  /** The same part, with every call told; what `at` throws fails the call. */
  #watched<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "isUp") return value.bind(target);
        return async (...args: unknown[]) => {
          this.at(`before ${String(name)}`);
          const result = await value.apply(target, args);
          this.at(`after ${String(name)}`);
          return result;
        };
      },
    });
  }
}
