import { poll } from "../services/poll.ts";
import type { DrillPlan } from "./drill.ts";

/** Price of a piece in every drill. */
export const PRICE = { amount: 2_500, currency: "EUR" };

const CALL_TIMEOUT_MS = 20_000;
const ON_SALE_TIMEOUT_MS = 20_000;

/** An answer of the admin API. */
export interface AdminAnswer {
  status: number;
  body: unknown;
}

/** Calls the admin API of whichever origin answers. @throws when none does. */
export async function callAdmin(
  originUrls: readonly string[],
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<AdminAnswer> {
  let last: unknown = new Error("there is no origin");
  for (const url of originUrls) {
    try {
      const response = await fetch(`${url}/admin/api${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

type Admin = (method: string, path: string, body?: unknown) => Promise<AdminAnswer>;

/** Publishes a sale of one product, as the plan says, and waits until the edge sells it. */
export async function openStageSale(
  admin: Admin,
  edgeUrl: string,
  plan: DrillPlan,
  signal: AbortSignal,
): Promise<{ saleId: number; productId: number }> {
  const product = await expect(admin, 201, "POST", "/products", {
    name: "Kettle",
    images: [],
    price: PRICE.amount,
    currency: PRICE.currency,
  });
  const productId = Number(product.productId);
  const sale = await expect(admin, 201, "POST", "/sales", {
    title: "Drill",
    startsAt: new Date(Date.now() - 60_000).toISOString(),
    endsAt: new Date(Date.now() + 86_400_000).toISOString(),
    items: [{ productId, stock: plan.stock, perUserLimit: 1 }],
    limits: { ratePerSecond: 1e9, burst: 1e9, userPerMinute: 1e9, ipPerMinute: 1e9 },
    captcha: "off",
    paymentWindowS: plan.paymentWindowS,
  });
  const saleId = Number(sale.saleId);
  await expect(admin, 200, "POST", `/sales/${saleId}/publish`);
  await poll("the sale on the edge", async () => {
    const response = await fetch(`${edgeUrl}/api/sales/${saleId}`, {
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const { state } = await response.json();
    return response.status === 200 && state === "open" ? true : null;
  }, { timeoutMs: ON_SALE_TIMEOUT_MS, everyMs: 50, signal });
  return { saleId, productId };
}

async function expect(
  admin: Admin,
  status: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await admin(method, path, body);
  if (answer.status === status) return answer.body as Record<string, unknown>;
  throw new Error(
    `Cannot ${method} ${path} as the answer must be ${status}: ` +
      `current value is ${answer.status} ${JSON.stringify(answer.body)}`,
  );
}
