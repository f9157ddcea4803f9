import { isoTime } from "../../shared/clock.ts";
import {
  type BuyAnswer,
  EDGE_KEY_HEADER,
  type InternalAnswers,
  type InternalBuy,
  internalBuysSchema,
  type OrderView,
  type Snapshot,
  type SnapshotLists,
  type SnapshotProducts,
  type SnapshotSale,
} from "../../shared/internal_api.ts";
import { type ItemKey, itemKey } from "../../shared/item.ts";
import { problem } from "../../shared/problem.ts";
import { formatTicket, SEQ_PER_EPOCH } from "../../shared/ticket.ts";
import type { Origin } from "../origin_pool.ts";

interface Holding {
  ticket: string;
  quantity: number;
  requestId: string;
  payBy: number;
  live: boolean;
  confirmed: boolean;
}

/** How a batch is answered instead of being decided. */
export type Misbehaviour = (batch: InternalBuy[]) => Response | Promise<Response> | null;

/**
 * An origin in memory: the internal API over a small ledger that keeps the rules of the real one.
 * Tests set its clock, change its sales, and let it misbehave.
 */
export class FakeOrigin implements Origin {
  readonly url: string;
  readonly edgeKey: string;
  readonly clock: () => number;
  sales: SnapshotSale[] = [];
  version = 1;
  /** What operators said of customers; `changeLists` changes it. */
  lists: SnapshotLists = {
    version: "1.0",
    blockedUsers: [],
    blockedCidrs: [],
    users: [],
    expiredHolds: [],
  };
  /** Pieces left; null while the ledger is closed. */
  readonly stock = new Map<ItemKey, number | null>();
  readonly holdings = new Map<string, Holding>();
  /** Ids of the captcha passes that made a reservation. */
  readonly spentPasses = new Set<string>();
  /** Every batch that was asked, in order. */
  readonly batches: { budgetMs: number; buys: InternalBuy[] }[] = [];
  snapshotCalls = 0;
  /** The ids of all products, when they are known. */
  products: SnapshotProducts | null = null;
  /** Answers every call when set: an origin that is away or hangs. */
  away: (() => Promise<Response>) | null = null;
  /** Looks at a batch before it is decided. */
  misbehave: Misbehaviour = () => null;
  /** Answers addresses that this origin has no answer of its own for. */
  other: (request: Request, path: string) => Response | Promise<Response> = () =>
    problem("not_found");
  /** Decides batches but is late to confirm them. */
  confirmsLate = false;
  #n = 0;

  constructor(options: { edgeKey: string; clock: () => number; url?: string }) {
    this.edgeKey = options.edgeKey;
    this.clock = options.clock;
    this.url = options.url ?? "http://origin.test";
  }

  /** Puts a sale up, its stock into the ledger. */
  publish(sale: SnapshotSale): void {
    this.sales = [sale, ...this.sales.filter((one) => one.saleId !== sale.saleId)];
    for (const item of sale.items) {
      const key = itemKey(sale.saleId, item.productId);
      if (!this.stock.has(key)) this.stock.set(key, item.stock);
    }
    this.version += 1;
  }

  /** Changes a sale's facts. */
  change(saleId: number, changes: Partial<SnapshotSale>): void {
    this.sales = this.sales.map((sale) => sale.saleId === saleId ? { ...sale, ...changes } : sale);
    this.version += 1;
  }

  /** Changes the lists, under a new version. */
  changeLists(changes: Partial<Omit<SnapshotLists, "version">>): void {
    const version = `${Number.parseInt(this.lists.version) + 1}.0`;
    this.lists = { ...this.lists, ...changes, version };
  }

  /** Ends a reservation and gives its pieces back. */
  cancel(saleId: number, productId: number, userId: string): void {
    const key = itemKey(saleId, productId);
    const holding = this.holdings.get(`${key} ${userId}`);
    if (!holding?.live) return;
    holding.live = false;
    this.stock.set(key, (this.stock.get(key) ?? 0) + holding.quantity);
  }

  async call(request: Request): Promise<Response> {
    if (this.away) return await this.away();
    if (request.headers.get(EDGE_KEY_HEADER) !== this.edgeKey) return problem("unauthenticated");
    const url = new URL(request.url);
    if (url.pathname === "/readyz") return Response.json({ status: "ready" });
    if (url.pathname === "/internal/snapshot") {
      const snapshot = this.#snapshot(url.searchParams);
      const known = url.searchParams.get("products") === this.products?.version;
      return Response.json(
        this.products === null || known ? snapshot : {
          ...snapshot,
          products: this.products,
        },
      );
    }
    if (url.pathname === "/internal/buys") return await this.#buys(await request.json());
    if (url.pathname === "/internal/orders") return this.#list(url.searchParams);
    const ticket = /^\/internal\/orders\/([^/]+)$/.exec(url.pathname)?.[1];
    if (ticket === undefined) return await this.other(request, url.pathname);
    const userId = url.searchParams.get("userId") ?? "";
    const view = this.#orders(userId).find((one) => one.ticket === decodeURIComponent(ticket));
    return view ? Response.json(view) : problem("not_found");
  }

  #snapshot(known: URLSearchParams): Snapshot {
    this.snapshotCalls += 1;
    const version = String(this.version);
    const live = this.sales.flatMap((sale) =>
      sale.items.map(({ productId }) => {
        const stock = this.stock.get(itemKey(sale.saleId, productId)) ?? null;
        return { saleId: sale.saleId, productId, stock };
      })
    );
    const facts = known.get("have") === version ? {} : { sales: this.sales };
    const lists = known.get("lists") === this.lists.version ? {} : { lists: this.lists };
    return { version, serverNow: this.clock(), live, ...facts, ...lists };
  }

  async #buys(body: unknown): Promise<Response> {
    const parsed = internalBuysSchema.safeParse(body);
    if (!parsed.success) return problem("invalid", parsed.error.message);
    const { budgetMs, buys } = parsed.data;
    this.batches.push({ budgetMs, buys });
    const instead = await this.misbehave(buys);
    if (instead) return instead;
    const answers = buys.map((buy) => this.#decide(buy));
    const keys = new Set(buys.map(([saleId, productId]) => itemKey(saleId, productId)));
    const stock = [...keys].flatMap((key) => {
      const [saleId, productId] = key.split("-").map(Number) as [number, number];
      const left = this.stock.get(key);
      return left === undefined || left === null ? [] : [{ saleId, productId, stock: left }];
    });
    return Response.json({ answers, stock } satisfies InternalAnswers);
  }

  #decide(buy: InternalBuy): BuyAnswer {
    const [saleId, productId, userId, quantity, requestId, lookup] = buy;
    const sale = this.sales.find((one) => one.saleId === saleId);
    const item = sale?.items.find((one) => one.productId === productId);
    const key = itemKey(saleId, productId);
    const stock = this.stock.get(key);
    if (!sale || !item || stock === undefined) return { outcome: "unknown_item" };
    if (stock === null) return { outcome: "paused" };
    const held = this.holdings.get(`${key} ${userId}`);
    if (held?.requestId === requestId) return this.#repeated(held, quantity);
    if (lookup === 1 && !held?.live) return { outcome: "unknown_buyer" };
    const nowMs = this.clock();
    if (nowMs < sale.startsAt) return { outcome: "not_started" };
    if (sale.closed || nowMs >= sale.endsAt) return { outcome: "ended" };
    if (sale.paused) return { outcome: "paused" };
    if (held?.live) return { outcome: "already_bought", ticket: held.ticket };
    if (quantity > item.perUserLimit) return { outcome: "invalid" };
    if (stock !== -1 && stock < quantity) return { outcome: "sold_out" };
    if (buy.length === 8) {
      if (this.spentPasses.has(buy[6])) return { outcome: "captcha_required" };
      this.spentPasses.add(buy[6]);
    }
    if (stock !== -1) this.stock.set(key, stock - quantity);
    this.#n += 1;
    const ticket = formatTicket(key, userId, SEQ_PER_EPOCH + this.#n);
    const payBy = nowMs + sale.paymentWindowS * 1000;
    const confirmed = !this.confirmsLate;
    const holding = { ticket, quantity, requestId, payBy, live: true, confirmed };
    this.holdings.set(`${key} ${userId}`, holding);
    return confirmed
      ? { outcome: "reserved", ticket, payBy, repeat: false }
      : { outcome: "processing", ticket };
  }

  #repeated(held: Holding, quantity: number): BuyAnswer {
    const { ticket, payBy } = held;
    if (held.quantity !== quantity) return { outcome: "idempotency_mismatch", ticket };
    if (!held.live) return { outcome: "order_ended", ticket };
    if (!held.confirmed) return { outcome: "processing", ticket };
    return { outcome: "reserved", ticket, payBy, repeat: true };
  }

  #orders(userId: string): OrderView[] {
    const views: OrderView[] = [];
    for (const [key, held] of this.holdings) {
      if (!key.endsWith(` ${userId}`)) continue;
      const [saleId, productId] = key.split(" ")[0]!.split("-").map(Number) as [number, number];
      const item = this.sales.find((one) => one.saleId === saleId)?.items
        .find((one) => one.productId === productId);
      views.push({
        ticket: held.ticket,
        receipt: "",
        saleId,
        productId,
        quantity: held.quantity,
        amount: (item?.price ?? 0) * held.quantity,
        currency: item?.currency ?? "EUR",
        status: !held.live ? "cancelled" : held.confirmed ? "unpaid" : "processing",
        payBy: isoTime(held.payBy),
        ...(held.live ? {} : { reason: "expired" }),
      });
    }
    return views.reverse();
  }

  #list(query: URLSearchParams): Response {
    const page = Number(query.get("page"));
    const per = Number(query.get("per"));
    const all = this.#orders(query.get("userId") ?? "");
    const items = all.slice((page - 1) * per, page * per);
    return Response.json({ items, page, per, total: all.length });
  }
}
