import type { Clock } from "../../clock.ts";
import { type ItemKey, itemKey } from "../../item.ts";
import { DEFAULT_LIMITS } from "../../sale.ts";
import { SqlCatalog } from "../../../origin/catalog/sql_catalog.ts";
import type { Database } from "../../../origin/database/database.ts";
import type { StockLedger } from "../../../origin/ledger/stock_ledger.ts";
import type { SteppedBroker } from "./broker.ts";

/** What can happen to the servers of a ledger that lives outside the database. */
export interface LedgerServers {
  /** Forgets everything. */
  flush(server: number): Promise<void>;
  /** Keeps a copy of the item's data. */
  copy(server: number): Promise<void>;
  /** Puts the copy in place of the data, under a new identity: the server came back with old data. */
  restore(server: number): Promise<void>;
  /** Gives the server a new identity, as a restart or a demotion and promotion does. */
  rename(server: number): Promise<void>;
  /** Copies what one server holds to another, which is promoted. */
  replicate(from: number, to: number): Promise<void>;
  /** Lets the next wishes reach the servers only after so many ms. */
  delayWishes(ms: number): void;
}

/** Everything that a model test runs on; empty after `reset`. */
export interface Profile {
  name: "sqlite" | "services";
  database: Database;
  item: ItemKey;
  price: number;
  /** One per server. */
  ledgers: StockLedger[];
  /** Null where the ledger and the order book are one file. */
  servers: LedgerServers | null;
  broker: SteppedBroker;
  /** Most messages in an outbox before buyers hear `busy`. */
  room: number;
  /** What the clock of the order book says is up to the test. */
  setClock(clock: Clock): void;
  /** Empties everything; the item is published, closed, and has this stock. */
  reset(stock: number): Promise<void>;
  close(): Promise<void>;
}

/** What a buyer has to pay per piece, minor units. */
export const PRICE = 19_900;
export const CURRENCY = "EUR";
export const PER_USER_LIMIT = 2;
export const PAYMENT_WINDOW_S = 900;

/** Expired holds after which a buyer is barred. */
export const MAX_EXPIRED_HOLDS = 2;

/** The sale is on for so long around the moment at which the test began. */
const HALF_WINDOW_MS = 30 * 24 * 60 * 60_000;

/** Makes the product and the sale that every sequence uses. */
export async function makeItem(database: Database, clock: Clock): Promise<ItemKey> {
  const catalog = new SqlCatalog(database, clock);
  const { productId } = await catalog.createProduct({
    name: "Lamp",
    subtitle: "",
    description: "",
    images: [],
    price: PRICE,
    currency: CURRENCY,
  });
  const made = await catalog.createSale({
    title: "Sale",
    startsAt: clock() - HALF_WINDOW_MS,
    endsAt: clock() + HALF_WINDOW_MS,
    minLevel: 0,
    claims: [],
    captcha: "suspicious",
    limits: DEFAULT_LIMITS,
    paymentWindowS: PAYMENT_WINDOW_S,
    maxExpiredHolds: MAX_EXPIRED_HOLDS,
    items: [{ productId, stock: 1, perUserLimit: PER_USER_LIMIT }],
  });
  if (made.kind !== "done") throw new Error(`Cannot make a sale: ${JSON.stringify(made)}`);
  const { saleId } = made.value;
  await catalog.publishSale(saleId);
  return itemKey(saleId, productId);
}

/** The tables that a sequence fills. */
const FILLED = ["orders", "inbox", "stock_event", "payment", "parked_message", "barred_buyer"]
  .concat("expired_hold", "order_event", "order_tally");

/** Empties the order book; a few rows in one short transaction are far cheaper than a truncation. */
export function emptyBook(
  database: Database,
  stock: number,
  moreTables: string[] = [],
): Promise<void> {
  return database.transaction(async (tx) => {
    for (const table of [...FILLED, ...moreTables]) await tx.execute(`DELETE FROM ${table}`);
    await tx.execute(
      `UPDATE sale_item SET stock = ?, sold = 0, epoch = 0, ledger_epoch = 0, open_epoch = 0,
         drained_epoch = 0`,
      [stock],
    );
    await tx.execute("UPDATE catalog_version SET version = version + 1");
  });
}
