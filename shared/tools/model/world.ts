import { systemClock } from "../../clock.ts";
import { logOf } from "../../log.ts";
import { BarredBuyers } from "../../../origin/buy/barred_buyers.ts";
import { CatalogRegistry } from "../../../origin/buy/sale_registry.ts";
import { SqlCatalog } from "../../../origin/catalog/sql_catalog.ts";
import { SqlOrderBook } from "../../../origin/orders/sql_order_book.ts";
import { SqlUnpaidBook } from "../../../origin/orders/sql_unpaid_book.ts";
import type { PaymentNotice } from "../../../origin/payments/payment_book.ts";
import { SqlPaymentBook } from "../../../origin/payments/sql_payment_book.ts";
import type { Delivery } from "../../../origin/queue/order_queue.ts";
import { Actor, stepped, type Stop } from "./actor.ts";
import { compareRecord } from "./compare_record.ts";
import { bookMirror, ledgerMirror, paymentMirror, queueMirror, unpaidMirror } from "./mirrors.ts";
import { MAX_EXPIRED_HOLDS, PAYMENT_WINDOW_S, PER_USER_LIMIT, type Profile } from "./profile.ts";
import { SaleModel } from "./sale_model.ts";

/** Processes that are held at once; the one held longest goes on before another is. */
const MAX_HELD = 3;

/** What a pass is good for from when somebody first brings it, ms. */
const PASS_LIFE_MS = 120_000;

/** An origin, by what it knows of the sale. */
export interface Origin {
  registry: CatalogRegistry;
  barred: BarredBuyers;
  /** Whom it should know to be barred. */
  barredUsers: Set<string>;
  /** The server that it decides on. */
  server: number;
  /** The epoch that it uses; 0 while it is paused there. */
  epoch: number;
  /** False for one that learns of nothing until it is woken. */
  isAwake: boolean;
}

/** One sequence: the real parts of a sale, its model, and the processes that are held. */
export class World {
  readonly model: SaleModel;
  readonly log = logOf("model");
  readonly book: SqlOrderBook;
  readonly unpaid: SqlUnpaidBook;
  readonly payments: SqlPaymentBook;
  readonly awake: Origin;
  readonly sleeper: Origin;
  /** Processes that are held between two of their steps. */
  readonly held: Actor[] = [];
  /** Messages that were handed to a worker at least once. */
  readonly delivered: Extract<Delivery, { kind: "orders" }>[] = [];
  /** Payments of which the shop was told. */
  readonly notices: PaymentNotice[] = [];
  /** Tickets that no ledger gave out: what the order book makes of them is tried too. */
  readonly forged = new Set<string>();
  /** When the passes that were brought so far end, ms of the ledgers' clock. */
  readonly #passes = new Map<string, number>();
  now: number;
  /** How far the clock goes on whenever somebody reads it, ms. */
  msPerReading = 0;
  #numbers = 0;

  private constructor(readonly profile: Profile, stock: number, now: number) {
    this.now = now;
    const { database, item, price, room } = profile;
    this.model = new SaleModel({
      item,
      stock,
      price,
      room,
      paymentWindowMs: PAYMENT_WINDOW_S * 1_000,
      perUserLimit: PER_USER_LIMIT,
      maxExpiredHolds: MAX_EXPIRED_HOLDS,
      servers: profile.ledgers.length,
      hasOutbox: profile.name === "services",
      ledgerClock: profile.servers ? systemClock : () => this.now,
    }, this.clock);
    this.book = new SqlOrderBook(database, this.clock);
    this.unpaid = new SqlUnpaidBook(database, this.clock);
    this.payments = new SqlPaymentBook(database, this.clock);
    this.awake = this.#origin(true);
    this.sleeper = this.#origin(false);
  }

  #origin(isAwake: boolean): Origin {
    const { clock, log, unpaid } = this;
    const registry = new CatalogRegistry(new SqlCatalog(this.profile.database, clock), clock);
    const barred = new BarredBuyers({ unpaid, registry, clock, log });
    return { registry, barred, barredUsers: new Set(), server: 0, epoch: 0, isAwake };
  }

  /** An empty world with a closed item. It has to be ended. */
  static async begin(profile: Profile, stock: number, now: number): Promise<World> {
    const world = new World(profile, stock, now);
    profile.setClock(world.clock);
    await profile.reset(stock);
    return world;
  }

  /** The clock of everything but a Redis. */
  readonly clock = (): number => this.now += this.msPerReading;

  /** A pass by its name: the id and the end that an edge would send. */
  pass(name: string): [passId: string, expiresAt: number] {
    const { ledgerClock } = this.model.start;
    const expiresAt = this.#passes.get(name) ?? ledgerClock() + PASS_LIFE_MS;
    this.#passes.set(name, expiresAt);
    return [name.padEnd(22, "_"), expiresAt];
  }

  /** A number that was not used before in this sequence. */
  next(): number {
    return this.#numbers += 1;
  }

  /** Runs a job in a process of its own until it ends, dies or is held. */
  async act(name: string, stop: Stop | null, job: (actor: Actor) => Promise<void>): Promise<void> {
    const actor = new Actor(name, stop);
    await actor.start(() => job(actor));
    await this.#keep(actor);
  }

  /** Lets a held process go on. */
  async thaw(index: number, stop: Stop | null): Promise<void> {
    const [actor] = this.held.splice(index % this.held.length, 1);
    await actor?.thaw(stop);
    if (actor) await this.#keep(actor);
  }

  /** The real parts as one process uses them, each call a step that the model hears of. */
  parts(actor: Actor, server = this.model.primary) {
    const { model, profile } = this;
    return {
      ledger: stepped(actor, profile.ledgers[server]!, ledgerMirror(model, model.ledgers[server]!)),
      queue: stepped(actor, profile.broker, queueMirror(model)),
      book: stepped(actor, this.book, bookMirror(model)),
      unpaid: stepped(actor, this.unpaid, unpaidMirror(model)),
      payments: stepped(actor, this.payments, paymentMirror(model)),
    };
  }

  /** An origin reads what is in force: its epochs, and where the ledger is. */
  async refresh(origin: Origin): Promise<void> {
    await origin.registry.refresh();
    await origin.barred.refresh();
    origin.barredUsers = new Set(this.model.book.barred);
    origin.server = this.model.primary;
    origin.epoch = this.model.book.openEpoch;
  }

  /** Holds what is recorded against the model, and the promises that hold at every instant. */
  async check(): Promise<void> {
    await compareRecord(this);
  }

  /** Kills whatever is held. What it still rejects with does not matter any more. */
  async end(): Promise<void> {
    for (const actor of this.held.splice(0)) await actor.kill().catch(() => {});
  }

  async #keep(actor: Actor): Promise<void> {
    if (!actor.isFrozen) return;
    this.held.push(actor);
    if (this.held.length > MAX_HELD) await this.thaw(0, null);
  }
}
