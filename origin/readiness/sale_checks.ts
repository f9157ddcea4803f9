import { isoTime } from "../../shared/clock.ts";
import type { Sale } from "../catalog/catalog.ts";
import {
  always,
  bad,
  type Check,
  count,
  type Finding,
  good,
  some,
  type Subject,
} from "./readiness.ts";

/** A sale shorter than this is more likely a slip of the pen. */
const SHORT_SALE_MS = 60_000;

/** What can be known of a sale by itself, also of a draft. */
export const SALE_CHECKS: Check[] = [
  {
    name: "times",
    appliesTo: always,
    advice: "Try again.",
    look: ({ sale, nowMs }) => lookAtTimes(sale, nowMs),
  },
  {
    name: "stock",
    appliesTo: always,
    advice: "Try again.",
    look: lookAtStock,
  },
  {
    name: "prices",
    appliesTo: always,
    advice: "See that the database answers.",
    look: lookAtPrices,
  },
  {
    name: "pictures",
    appliesTo: always,
    advice: "See that the database answers.",
    look: lookAtPictures,
  },
  {
    name: "other_sales",
    appliesTo: always,
    advice: "Try again.",
    look: (subject, { registry }) => lookAtOtherSales(subject, registry.current().sales),
  },
];

function lookAtTimes(sale: Sale, nowMs: number): Finding {
  const { startsAt, endsAt } = sale;
  if (sale.status === "closed") {
    return bad("It is closed for good", "Make a new sale: a closed one never opens again.");
  }
  if (endsAt <= nowMs) {
    return bad(`It ended at ${isoTime(endsAt)}`, "Move its end into the future.");
  }
  if (sale.paused) {
    return bad("It is paused: nobody can buy", "Resume it before buyers come.");
  }
  const window = `${isoTime(startsAt)} to ${isoTime(endsAt)}`;
  if (endsAt - startsAt < SHORT_SALE_MS) {
    return good(window, "It is open for less than a minute: is that meant?");
  }
  if (startsAt > nowMs) return good(window);
  return sale.status === "draft"
    ? good(window, "Its start is past: it opens the moment it is published.")
    : good(`Open since ${isoTime(startsAt)}, until ${isoTime(endsAt)}`);
}

function lookAtStock({ sale, products }: Subject): Finding {
  const finite = sale.items.filter(({ stock }) => stock >= 0);
  const pieces = finite.reduce((sum, { stock }) => sum + stock, 0);
  const unlimited = sale.items.length - finite.length;
  if (pieces === 0 && unlimited === 0) {
    return bad("No item has a piece to sell", "Give the items stock.");
  }
  const told = [
    ...(finite.length > 0
      ? [`${count(pieces, "piece")} of ${count(finite.length, "product")}`]
      : []),
    ...(unlimited > 0 ? [`${count(unlimited, "product")} without a limit`] : []),
  ].join(", ");
  const empty = finite.filter(({ stock }) => stock === 0);
  return good(
    told,
    empty.length === 0
      ? null
      : `Nothing to sell of ${some(empty.map((item) => nameOf(item.productId, products)))}: ` +
        "it shows as sold out from the start.",
  );
}

/** The prices of a sale are its own: they stay when a product's price changes. */
function lookAtPrices({ sale, products }: Subject): Finding {
  const free = sale.items.filter(({ price }) => price === 0);
  const other = sale.items.filter(({ productId, price }) => {
    const product = products.get(productId);
    return product !== undefined && product.price !== price;
  });
  const unread = sale.items.filter(({ productId }) => !products.has(productId));
  if (unread.length > 0) {
    return bad(
      `Not every product could be read: ${some(unread.map(({ productId }) => `${productId}`))}`,
      "See that the database answers, then check again.",
    );
  }
  const currency = sale.items[0]?.currency ?? "";
  const told = `${count(sale.items.length, "price")} in ${currency}` +
    (other.length > 0 ? `, ${other.length} other than the product’s own` : "");
  return good(
    told,
    free.length === 0
      ? null
      : `${
        some(free.map((item) => nameOf(item.productId, products)))
      } costs nothing: is that meant?`,
  );
}

function lookAtPictures({ sale, products }: Subject): Finding {
  const { items } = sale;
  const without = items.filter(({ productId }) => products.get(productId)?.images.length === 0);
  if (without.length === 0) return good("Every product has a picture");
  const have = without.length === 1 ? "has" : "have";
  return good(
    `${without.length} of ${count(items.length, "product")} ${have} no picture`,
    `Add one to ${some(without.map((item) => nameOf(item.productId, products)))}.`,
  );
}

/** Other sales of the same products at the same time: allowed, and worth knowing. */
function lookAtOtherSales({ sale, products }: Subject, others: Sale[]): Finding {
  const mine = new Set(sale.items.map(({ productId }) => productId));
  const shared = others.flatMap((other) => {
    if (other.saleId === sale.saleId || other.status !== "published") return [];
    if (other.endsAt <= sale.startsAt || other.startsAt >= sale.endsAt) return [];
    const same = other.items.filter(({ productId }) => mine.has(productId));
    if (same.length === 0) return [];
    const names = some(same.map(({ productId }) => nameOf(productId, products)), 3);
    return [`${names} in sale ${other.saleId} (${other.title})`];
  });
  return shared.length === 0 ? good("No other sale has these products at that time") : good(
    `At the same time: ${some(shared)}`,
    "Each sale has its own stock and its own limit per buyer: a buyer may buy in both.",
  );
}

function nameOf(productId: number, products: Subject["products"]): string {
  return products.get(productId)?.name ?? `product ${productId}`;
}
