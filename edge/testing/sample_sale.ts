import type { SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import type { SaleLimits } from "../../shared/sale.ts";

/** A moment in which sample sales are open. */
export const SAMPLE_NOW_MS = Date.UTC(2030, 0, 15, 12);

/** Limits that no test meets by accident. */
export const NO_LIMITS: SaleLimits = {
  ratePerSecond: 1e9,
  burst: 1e9,
  userPerMinute: 1e9,
  ipPerMinute: 1e9,
};

/** A product in a sale. */
export function sampleItem(productId: number, changes: Partial<SnapshotItem> = {}): SnapshotItem {
  return {
    productId,
    price: 1_999,
    currency: "EUR",
    perUserLimit: 1,
    stock: 10,
    product: {
      productId,
      name: `Product ${productId}`,
      subtitle: "A fine thing",
      description: "Made to be wanted.",
      images: [],
    },
    ...changes,
  };
}

/** A sale that began an hour before `SAMPLE_NOW_MS` and lasts two, with product 1. */
export function sampleSale(saleId: number, changes: Partial<SnapshotSale> = {}): SnapshotSale {
  return {
    saleId,
    title: `Sale ${saleId}`,
    startsAt: SAMPLE_NOW_MS - 3_600_000,
    endsAt: SAMPLE_NOW_MS + 3_600_000,
    closed: false,
    paused: false,
    minLevel: 0,
    captcha: "off",
    limits: NO_LIMITS,
    claims: [],
    paymentWindowS: 900,
    items: [sampleItem(1)],
    ...changes,
  };
}
