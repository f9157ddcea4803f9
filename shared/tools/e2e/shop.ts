import { type ReadyFile, waitFor } from "./system.ts";

/** An answer with its body read. */
export interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- tests look into bodies of every shape
  body: any;
  headers: Headers;
}

/** A call that no test can hang on. */
export async function call(
  method: string,
  url: string,
  options: { token?: string; body?: unknown; raw?: BodyInit; headers?: Record<string, string> } =
    {},
): Promise<Answer> {
  const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === null ? {} : { "content-type": "application/json" }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(body === null ? {} : { body }),
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  let parsed: unknown = text;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Pages are not JSON.
  }
  return { status: response.status, body: parsed, headers: response.headers };
}

/** What a test sells. */
export interface TestSale {
  saleId: number;
  productId: number;
}

/** Operators and buyers of one system, as they use it from outside. */
export class TestShop {
  constructor(readonly system: ReadyFile) {}

  admin(method: string, path: string, body?: unknown): Promise<Answer> {
    return call(method, `${this.system.originUrl}/admin/api${path}`, {
      token: this.system.adminToken,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** A published sale of one product that every edge knows. */
  async openSale(
    stock: number,
    options: { perUserLimit?: number; sale?: Record<string, unknown> } = {},
  ): Promise<TestSale> {
    const product = await this.admin("POST", "/products", {
      name: "Kettle",
      images: [],
      price: 2500,
      currency: "EUR",
    });
    const { productId } = product.body;
    const sale = await this.admin("POST", "/sales", {
      title: "Test sale",
      startsAt: new Date(Date.now() - 60_000).toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      items: [{ productId, stock, perUserLimit: options.perUserLimit ?? 1 }],
      limits: { ratePerSecond: 1e9, burst: 1e9, userPerMinute: 1e9, ipPerMinute: 1e9 },
      captcha: "off",
      ...options.sale,
    });
    const { saleId } = sale.body;
    const published = await this.admin("POST", `/sales/${saleId}/publish`);
    if (published.status !== 200) {
      throw new Error(`Cannot publish: ${JSON.stringify(published.body)}`);
    }
    await waitFor("the edge to know the sale", async () => {
      const { status, body } = await call("GET", `${this.system.edgeUrl}/api/sales/${saleId}`);
      return status === 200 && body.state !== "paused" ? true : null;
    });
    return { saleId, productId };
  }

  async signIn(userId: string): Promise<string> {
    const { status, body } = await call("POST", `${this.system.edgeUrl}/dev/login`, {
      body: { userId },
    });
    if (status !== 200) throw new Error(`Cannot sign in: ${JSON.stringify(body)}`);
    return body.token;
  }

  buy(
    { saleId, productId }: TestSale,
    token: string | undefined,
    options: { key?: string; quantity?: unknown } = {},
  ): Promise<Answer> {
    return call("POST", `${this.system.edgeUrl}/api/sales/${saleId}/buy`, {
      ...(token === undefined ? {} : { token }),
      body: {
        productId,
        ...(options.quantity === undefined ? {} : { quantity: options.quantity }),
      },
      headers: options.key === undefined ? {} : { "idempotency-key": options.key },
    });
  }

  order(ticket: string, token: string): Promise<Answer> {
    return call("GET", `${this.system.edgeUrl}/api/orders/${ticket}`, { token });
  }

  /** The order, once it is no longer processing. */
  writtenOrder(ticket: string, token: string): Promise<Answer> {
    return waitFor(`order ${ticket}`, async () => {
      const answer = await this.order(ticket, token);
      return answer.status === 200 && answer.body.status !== "processing" ? answer : null;
    });
  }

  proof(saleId: number): Promise<Answer> {
    return this.admin("GET", `/sales/${saleId}/proof`);
  }

  /** The proof, once every reservation has its order. */
  proofAtRest(saleId: number): Promise<Answer> {
    return waitFor(`sale ${saleId} to come to rest`, async () => {
      const answer = await this.proof(saleId);
      return answer.status === 200 && answer.body.processing === 0 ? answer : null;
    });
  }
}
