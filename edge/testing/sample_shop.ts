import type {
  OrderStatus,
  OrderView,
  SnapshotItem,
  SnapshotSale,
} from "../../shared/internal_api.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Assets } from "../pages/assets.ts";
import { sampleItem, sampleSale } from "./sample_sale.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What the sample shop sells: name, subtitle, price in cents, stock, limit, pictures. */
const PRODUCTS: [string, string, number, number, number, number][] = [
  ["Aurora wireless headphones", "Forty hours, no wires, no noise", 9_900, 100, 1, 4],
  ["青花 porcelain tea set", "六杯一壶 · six cups and a pot", 26_800, 20, 2, 3],
  ["Northern Lights poster", "A print that nobody runs out of", 1_500, -1, 5, 1],
  ["Field notebook, dot grid, 240 pages of 100 g paper", "Lies flat", 1_990, 500, 1, 1],
  ["陶瓷手冲咖啡壶", "手工拉坯，每一只都不一样", 18_800, 60, 1, 2],
  ["Trail running vest 8 l", "Two flasks, one whistle", 8_450, 40, 1, 1],
];

const DESCRIPTION = "Made in small numbers and packed by hand.\n\nClosed-back, with a soft seal " +
  "and a case that charges on the way. The first hundred go at half the price.";

/** A product of the sample shop, 1 to 6, with drawings as pictures. */
export function shopItem(
  productId: number,
  assets: Assets,
  changes: Partial<SnapshotItem> = {},
): SnapshotItem {
  const [name, subtitle, price, stock, perUserLimit, pictures] = PRODUCTS[productId - 1]!;
  const images = Array.from(
    { length: pictures },
    (_, at) => assets.path(`placeholder-${(productId * 3 + at * 5) % 12}.svg`),
  );
  const product = { productId, name, subtitle, description: DESCRIPTION, images };
  return sampleItem(productId, { price, stock, perUserLimit, product, ...changes });
}

/** Five sales in four time slots around now: one is over, two run, two are to come. */
export function shopSales(assets: Assets, nowMs: number): SnapshotSale[] {
  const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const sale = (
    saleId: number,
    title: string,
    startsAt: number,
    hours: number,
    products: number[],
    changes: Partial<SnapshotSale> = {},
  ) =>
    sampleSale(saleId, {
      title,
      startsAt,
      endsAt: startsAt + hours * HOUR_MS,
      items: products.map((productId) => shopItem(productId, assets)),
      ...changes,
    });
  return [
    sale(5, "Tomorrow's early birds", hour + 20 * HOUR_MS, 2, [5, 6]),
    sale(4, "午后茶席 Tea in the afternoon", hour + 3 * HOUR_MS, 2, [2, 5]),
    sale(1, "Opening sale 开业秒杀", hour, 3, [1, 2, 3, 4]),
    sale(2, "Members' night", hour, 3, [6], { minLevel: 3 }),
    sale(3, "Morning run", hour - 5 * HOUR_MS, 2, [6, 4]),
  ];
}

/** An order of product `productId` in sale 1, in one state. */
export function shopOrder(
  status: OrderStatus,
  n: number,
  nowMs: number,
  changes: Partial<OrderView> = {},
): OrderView {
  const productId = 1 + (n % 6);
  return {
    ticket: `1-${productId}-paula-${1_000_000_000 + n}`,
    receipt: `eyJhbGciOiJIUzI1NiJ9.${"eyJ0aWNrZXQiOiIxLTEtcGF1bGEi".repeat(8)}.${
      "c2ln".repeat(10)
    }`,
    saleId: 1,
    productId,
    quantity: 1,
    amount: PRODUCTS[productId - 1]![2],
    currency: "EUR",
    status,
    ...(status === "unpaid" ? { payBy: isoTime(nowMs + 14 * MINUTE_MS) } : {}),
    ...changes,
  };
}
