import type { Hono } from "hono";
import { EDGE_KEY_HEADER, type InternalBuy } from "../../shared/internal_api.ts";
import { FIXTURE_SECRETS } from "./fixture_secrets.ts";

/** What operators and edges ask a fixture's origin. */
export abstract class FixtureRequests {
  abstract readonly app: Hono;
  abstract now: number;

  /** A request of an operator; `body` is sent as JSON unless it is text. */
  async admin(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return await this.app.request(`/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${FIXTURE_SECRETS.adminToken}`, ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
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
}
