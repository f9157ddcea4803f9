import type { Clock } from "../../../shared/clock.ts";
import { type ItemKey, itemKey } from "../../../shared/item.ts";
import { encodeOrderMessage, type OrderMessage } from "../../../shared/order_message.ts";
import { DEFAULT_LIMITS, DEFAULT_MAX_EXPIRED_HOLDS } from "../../../shared/sale.ts";
import { formatTicket, SEQ_PER_EPOCH } from "../../../shared/ticket.ts";
import type { SaleFields } from "../../catalog/catalog.ts";
import { SqlCatalog } from "../../catalog/sql_catalog.ts";
import type { Database } from "../../database/database.ts";
import { SqlOrderBook } from "../sql_order_book.ts";
import { SqlUnpaidBook } from "../sql_unpaid_book.ts";

/** Opens the database that a contract runs against, migrated. The caller closes it. */
export type OpenDatabase = (clock: Clock) => Promise<Database>;

/** The moment at which every test begins. */
export const TEST_NOW = 1_800_000_000_000;

const PRICE = 19_900;

/** A shop in a test database, with a clock that the test sets. */
export class BookShop {
  now = TEST_NOW;
  readonly book: SqlOrderBook;
  readonly unpaid: SqlUnpaidBook;
  readonly catalog: SqlCatalog;

  private constructor(readonly database: Database, clock: { now: Clock }) {
    clock.now = () => this.now;
    this.book = new SqlOrderBook(database, clock.now);
    this.unpaid = new SqlUnpaidBook(database, clock.now);
    this.catalog = new SqlCatalog(database, clock.now);
  }

  static async open(open: OpenDatabase): Promise<BookShop> {
    const clock: { now: Clock } = { now: () => TEST_NOW };
    return new BookShop(await open(() => clock.now()), clock);
  }

  /** Runs `work` in a shop and closes its database whatever happens. */
  static async with(open: OpenDatabase, work: (shop: BookShop) => Promise<void>): Promise<void> {
    const shop = await BookShop.open(open);
    try {
      await work(shop);
    } finally {
      await shop.database.close();
    }
  }

  /** A product that costs 199.00. */
  product(fields: { name?: string; currency?: string; price?: number } = {}) {
    return this.catalog.createProduct({
      name: "Lamp",
      subtitle: "",
      description: "",
      images: [],
      price: PRICE,
      currency: "EUR",
      ...fields,
    });
  }

  /** The fields of a sale that is on for an hour around `TEST_NOW`. */
  saleFields(
    items: SaleFields["items"],
    fields: Partial<SaleFields> = {},
  ): SaleFields {
    return {
      title: "Sale",
      startsAt: TEST_NOW - 1_800_000,
      endsAt: TEST_NOW + 1_800_000,
      minLevel: 0,
      claims: [],
      captcha: "suspicious",
      limits: DEFAULT_LIMITS,
      paymentWindowS: 900,
      maxExpiredHolds: DEFAULT_MAX_EXPIRED_HOLDS,
      items,
      ...fields,
    };
  }

  /** An item of a published sale of its own, still without an epoch. */
  async closedItem(stock: number, fields: Partial<SaleFields> = {}): Promise<ItemKey> {
    const { productId } = await this.product();
    const items = [{ productId, stock, perUserLimit: 2 }];
    const made = await this.catalog.createSale(this.saleFields(items, fields));
    if (made.kind !== "done") throw new Error(`no sale: ${JSON.stringify(made)}`);
    await this.catalog.publishSale(made.value.saleId);
    return itemKey(made.value.saleId, productId);
  }

  /** The same, open in epoch 1. */
  async item(stock: number, fields: Partial<SaleFields> = {}): Promise<ItemKey> {
    const item = await this.closedItem(stock, fields);
    await this.reopen(item);
    return item;
  }

  /** Opens the next epoch of an item as a recovery would. */
  async reopen(item: ItemKey): Promise<number> {
    const epoch = await this.book.raiseEpoch(item);
    await this.book.snapshotLedger({ item, epoch });
    await this.book.markOpen({ item, epoch });
    return epoch;
  }

  async state(item: ItemKey) {
    const [state] = await this.book.readItems([item]);
    if (!state) throw new Error(`no item ${item}`);
    return state;
  }

  /** Writes a batch that must go through in one piece. */
  async write(message: OrderMessage): Promise<void> {
    const outcome = await this.book.writeOrders(message, encodeOrderMessage(message));
    if (outcome.kind !== "written") throw new Error(`not written: ${outcome.kind}`);
  }

  /** Ends an order that is unpaid, as its buyer. */
  async cancel(ticket: string): Promise<void> {
    const [outcome] = await this.unpaid.cancelOrders([ticket], "by_buyer");
    if (outcome !== "cancelled") throw new Error(`not cancelled: ${ticket} is ${outcome}`);
  }

  /** Pending events of one item: the database may hold those of other tests too. */
  async eventsOf(item: ItemKey) {
    const events = await this.book.pendingStockEvents(10_000);
    return events.filter((event) => event.item === item);
  }
}

/** The seq of the n-th reservation of an epoch. */
export function seqOf(epoch: number, n: number): number {
  return epoch * SEQ_PER_EPOCH + n;
}

/** A batch of one piece for each user, the first with number `n` of the epoch. */
export function batchOf(
  item: ItemKey,
  users: string[],
  { epoch = 1, n = 1, payBy = TEST_NOW + 900_000, quantity = 1 } = {},
): OrderMessage {
  return {
    v: 1,
    item,
    epoch,
    firstSeq: seqOf(epoch, n),
    reservedAt: TEST_NOW,
    payBy,
    orders: users.map((userId) => ({ userId, quantity, requestId: `request-${userId}-${n}` })),
  };
}

/** The tickets of a batch. */
export function ticketsIn(message: OrderMessage): string[] {
  return message.orders.map(({ userId }, at) =>
    formatTicket(message.item, userId, message.firstSeq + at)
  );
}

/** Names of many users. */
export function users(count: number, prefix = "user"): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
}
