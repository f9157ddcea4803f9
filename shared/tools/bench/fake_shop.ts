import { DatabaseSync } from "node:sqlite";

/**
 * Ways to be wrong. Each breaks one promise, so that a test can see that the load tool notices.
 *
 * - `oversell` hands out one piece more than there is
 * - `undersell` says sold out one piece too early
 * - `lose` never writes the order of one reserved ticket
 * - `double` writes a second order for one buyer
 * - `swap` does both, so that all sums are right again
 * - `same_ticket` gives two buyers the same ticket
 * - `server_error` answers 500 once
 * - `refuse` answers 429 once
 * - `break_promise` refuses a ticket that was answered `processing`
 * - `proof` is right about everything, but its proof is not ok
 */
export type Fault =
  | "none"
  | "oversell"
  | "undersell"
  | "lose"
  | "double"
  | "swap"
  | "same_ticket"
  | "server_error"
  | "refuse"
  | "break_promise"
  | "proof";

interface Row {
  saleId: number;
  ticket: string;
  userId: string;
  status: string;
}

interface FakeSale {
  stock: number;
  left: number;
  productId: number;
  buys: number;
  holders: Map<string, string>;
}

const TOKEN_PREFIX = "token-of-";

/** Edge and origin in one small server, honest but for one fault. For tests only. */
export class FakeShop {
  readonly rows: Row[] = [];
  readonly #byTicket = new Map<string, Row>();
  readonly #sales: FakeSale[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #db: DatabaseSync | null;
  signedIn = 0;

  constructor(readonly fault: Fault, readonly adminToken: string, databaseFile?: string) {
    this.#db = databaseFile === undefined ? null : new DatabaseSync(databaseFile);
    this.#db?.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; " +
        "CREATE TABLE orders (ticket TEXT, user_id TEXT, status TEXT)",
    );
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#handle(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async close(): Promise<void> {
    await this.#server.shutdown();
    this.#db?.close();
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const call = `${request.method} ${url.pathname}`;
    if (url.pathname.startsWith("/admin/")) {
      if (request.headers.get("authorization") !== `Bearer ${this.adminToken}`) {
        return Response.json({ code: "unauthenticated" }, { status: 401 });
      }
      return this.#admin(call, url, request.method === "POST" ? await request.text() : "");
    }
    if (call === "POST /dev/login") {
      this.signedIn += 1;
      const { userId } = await request.json();
      return Response.json({ token: TOKEN_PREFIX + userId, expiresAt: "2099-01-01T00:00:00.000Z" });
    }
    const userId = request.headers.get("authorization")?.slice(`Bearer ${TOKEN_PREFIX}`.length);
    const buy = /^POST \/api\/sales\/(\d+)\/buy$/.exec(call);
    if (buy) {
      await request.text();
      return this.#buy(Number(buy[1]), userId ?? "");
    }
    const order = /^GET \/api\/orders\/(.+)$/.exec(call);
    if (order) return this.#order(order[1]!, userId ?? "");
    const sale = /^GET \/api\/sales\/(\d+)$/.exec(call);
    if (sale) return Response.json({ saleId: Number(sale[1]), state: "open" });
    return Response.json({ code: "not_found" }, { status: 404 });
  }

  #admin(call: string, url: URL, body: string): Response {
    if (call === "POST /admin/api/products") {
      return Response.json({ productId: 7 }, { status: 201 });
    }
    if (call === "POST /admin/api/sales") {
      const { productId, stock } = JSON.parse(body).items[0];
      const sale = { stock, left: stock, productId, buys: 0, holders: new Map() };
      this.#sales.push(sale);
      return Response.json({ saleId: this.#sales.length }, { status: 201 });
    }
    if (call.endsWith("/publish")) return Response.json({});
    if (call === "GET /admin/api/orders") {
      const saleId = Number(url.searchParams.get("saleId"));
      const total = this.rows.filter((row) => row.saleId === saleId).length;
      return Response.json({ items: [], page: 1, per: 1, total });
    }
    const proof = /^GET \/admin\/api\/sales\/(\d+)\/proof$/.exec(call);
    if (proof) return Response.json(this.#proof(Number(proof[1])));
    return Response.json({ code: "not_found" }, { status: 404 });
  }

  /** What the ledger thinks: blind for its own fault, so that the tool must find it elsewhere. */
  #proof(saleId: number): Record<string, unknown> {
    const sale = this.#sales[saleId - 1]!;
    const refused = this.rows.filter((row) => row.saleId === saleId && row.status === "refused");
    const unpaid = sale.holders.size - refused.length;
    return {
      ok: this.fault !== "proof",
      stock: sale.stock,
      remaining: sale.stock - unpaid,
      processing: 0,
      unpaid,
      paid: 0,
      cancelled: 0,
      refused: refused.length,
      refundDue: 0,
      refunded: 0,
      violations: this.fault === "proof" ? ["I1"] : [],
    };
  }

  #buy(saleId: number, userId: string): Response {
    const sale = this.#sales[saleId - 1]!;
    sale.buys += 1;
    // The fifth buy is the one that goes wrong: neither the first nor the last.
    const wrong = sale.buys === 5;
    if (wrong && this.fault === "server_error") {
      return Response.json({ code: "internal" }, { status: 500 });
    }
    if (wrong && this.fault === "refuse") {
      return Response.json({ code: "rate_limited" }, { status: 429 });
    }
    const floor = this.fault === "oversell" ? -1 : this.fault === "undersell" ? 1 : 0;
    if (sale.left <= floor) return Response.json({ code: "sold_out" }, { status: 409 });
    sale.left -= 1;
    const seq = 1_000_000_000 + sale.holders.size + 1;
    const twin = wrong && this.fault === "same_ticket" ? [...sale.holders.values()][0] : undefined;
    const ticket = twin ?? `${saleId}-${sale.productId}-${userId}-${seq}`;
    sale.holders.set(userId, ticket);
    const broken = wrong && this.fault === "break_promise";
    const status = broken ? "refused" : "unpaid";
    const lost = wrong && (this.fault === "lose" || this.fault === "swap");
    if (!lost) this.#write({ saleId, ticket, userId, status });
    if (sale.buys === 6 && (this.fault === "double" || this.fault === "swap")) {
      this.#write({ saleId, ticket: `${ticket}0`, userId, status });
    }
    // Every seventh answer is late, as it is allowed to be.
    if (broken || sale.buys % 7 === 0) {
      return Response.json({ outcome: "processing", ticket }, { status: 202 });
    }
    return Response.json(
      { outcome: "reserved", ticket, payBy: "2099-01-01T00:00:00.000Z" },
      { status: 201 },
    );
  }

  #write(row: Row): void {
    this.rows.push(row);
    this.#byTicket.set(row.ticket, row);
    this.#db?.prepare("INSERT INTO orders (ticket, user_id, status) VALUES (?, ?, ?)")
      .run(row.ticket, row.userId, row.status);
  }

  #order(ticket: string, userId: string): Response {
    const row = this.#byTicket.get(ticket);
    if (row?.userId !== userId) return Response.json({ code: "not_found" }, { status: 404 });
    return Response.json({ ticket, status: row.status });
  }
}
