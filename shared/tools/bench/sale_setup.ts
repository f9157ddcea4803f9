import { isoTime } from "../../clock.ts";
import type { CaptchaPolicy } from "../../sale.ts";
import type { HttpTarget } from "./http_target.ts";
import { JsonClient } from "./json_client.ts";

/** Longest time until the edge shows a published sale as open. */
const OPEN_TIMEOUT_MS = 20_000;
const POLL_EVERY_MS = 50;

/** A limit that nobody reaches: the tool measures buying, not being refused. */
const NO_LIMIT = 1_000_000_000;

/** What is sold in one run. */
export interface BenchSale {
  saleId: number;
  productId: number;
  stock: number;
}

/** Makes a product and a sale with it, publishes it and waits until the edge sells it. */
export async function openSale(
  admin: JsonClient,
  edge: HttpTarget,
  title: string,
  stock: number,
  captcha: CaptchaPolicy = "off",
): Promise<BenchSale> {
  const { productId } = await admin.expect(201, "POST", "/admin/api/products", {
    name: title,
    images: [],
    price: 4900,
    currency: "EUR",
  });
  const now = Date.now();
  const { saleId } = await admin.expect(201, "POST", "/admin/api/sales", {
    title,
    startsAt: isoTime(now - 60_000),
    endsAt: isoTime(now + 24 * 3600_000),
    items: [{ productId, stock, perUserLimit: 1 }],
    limits: {
      ratePerSecond: NO_LIMIT,
      burst: NO_LIMIT,
      userPerMinute: NO_LIMIT,
      ipPerMinute: NO_LIMIT,
    },
    captcha,
    // A day: no order of a run is cancelled while it is being counted.
    paymentWindowS: 86_400,
  });
  await admin.expect(200, "POST", `/admin/api/sales/${saleId}/publish`);
  await waitUntilOpen(new JsonClient(edge), saleId);
  return { saleId, productId, stock };
}

async function waitUntilOpen(buyer: JsonClient, saleId: number): Promise<void> {
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    const { status, body } = await buyer.call("GET", `/api/sales/${saleId}`);
    if (status === 200 && body?.state === "open") return;
    if (performance.now() > deadline) {
      throw new Error(
        `Cannot begin as sale ${saleId} must be open at the edge within ${OPEN_TIMEOUT_MS} ms: ` +
          `current value is ${status} ${body?.state ?? JSON.stringify(body)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
}
