import { poll } from "./services/poll.ts";

/** What the demo sale sells: name, subtitle, description, price in cents, pieces. */
const PRODUCTS = [
  {
    name: "Aurora wireless headphones",
    subtitle: "Forty hours, no wires, no noise",
    description:
      "Closed-back headphones with active noise cancelling, a soft memory-foam seal and a case " +
      "that charges them on the way. The first hundred go at half the price.",
    price: 9900,
    stock: 100,
    perUserLimit: 1,
  },
  {
    name: "青花 porcelain tea set",
    subtitle: "六杯一壶 · six cups and a pot",
    description:
      "Hand-painted blue and white porcelain from Jingdezhen, fired at 1,300 °C. Every set is a " +
      "little different, and there are only twenty of them.",
    price: 26800,
    stock: 20,
    perUserLimit: 2,
  },
  {
    name: "Northern Lights poster",
    subtitle: "A print that nobody runs out of",
    description: "Printed on demand on 250 g paper, so its stock is unlimited.",
    price: 1500,
    stock: -1,
    perUserLimit: 5,
  },
];

const DAY_MS = 86_400_000;

/**
 * Makes and publishes a sale that is open now, or finds the one that an earlier start made.
 *
 * @throws when the admin API refuses anything.
 */
export async function seedDemoSale(
  originUrl: string,
  adminToken: string,
): Promise<{ saleId: number }> {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${originUrl}/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(
        `Cannot make the demo sale: ${method} ${path} said ${JSON.stringify(answer)}`,
      );
    }
    return answer;
  };

  const { items: sales } = await call("GET", "/sales?per=200");
  const open = sales.find((sale: { status: string; endsAt: string }) =>
    sale.status === "published" && Date.parse(sale.endsAt) > Date.now()
  );
  if (open) return { saleId: open.saleId };

  const items: { productId: number; stock: number; perUserLimit: number }[] = [];
  for (const { stock, perUserLimit, ...product } of PRODUCTS) {
    const { productId } = await call("POST", "/products", {
      ...product,
      images: [],
      currency: "EUR",
    });
    items.push({ productId, stock, perUserLimit });
  }
  const now = Date.now();
  const { saleId } = await call("POST", "/sales", {
    title: "Opening sale 开业秒杀",
    startsAt: new Date(now - 60_000).toISOString(),
    endsAt: new Date(now + 7 * DAY_MS).toISOString(),
    items,
  });
  await call("POST", `/sales/${saleId}/publish`);
  return { saleId };
}

/** How long an edge may take to hear of a sale that was published. */
const ON_SALE_TIMEOUT_MS = 5_000;

/** Waits until the edge knows the sale, so that whoever is told its address can buy. */
export async function untilOnSale(
  edgeUrl: string,
  saleId: number,
  signal?: AbortSignal,
): Promise<void> {
  await poll("the demo sale on the edge", async () => {
    const response = await fetch(`${edgeUrl}/api/sales/${saleId}`, signal ? { signal } : {});
    await response.body?.cancel();
    return response.ok || null;
  }, { timeoutMs: ON_SALE_TIMEOUT_MS, ...(signal ? { signal } : {}) });
}
