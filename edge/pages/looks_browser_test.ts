import type { BrowserContext } from "playwright-core";
import { isoTime } from "../../shared/clock.ts";
import type { SandboxView, SnapshotSale } from "../../shared/internal_api.ts";
import { itemKey } from "../../shared/item.ts";
import { problem } from "../../shared/problem.ts";
import { openPageHouse, type PageHouse } from "../testing/page_house.ts";
import { type Look, openWindow, PageVisit } from "../testing/page_visit.ts";
import { shopItem, shopOrder, shopSales } from "../testing/sample_shop.ts";
import { Assets, readStaticFiles } from "./assets.ts";

const MINUTE_MS = 60_000;

const assets = new Assets(await readStaticFiles(new URL("../../static/", import.meta.url)));

function sandboxView(nowMs: number): SandboxView {
  return {
    ticket: "1-1-paula-1000000006",
    saleId: 1,
    paymentId: "sandbox-1-1-paula-1000000006",
    amount: 9_900,
    currency: "EUR",
    status: "unpaid",
    payBy: isoTime(nowMs + 14 * MINUTE_MS),
    serverNow: isoTime(nowMs),
  };
}

/** One state of one page: how it comes about, where it is, and what shows that it is there. */
interface View {
  name: string;
  path: string;
  prepare?: (house: PageHouse, nowMs: number) => void;
  /** Signed in as. */
  userId?: string;
  /** What the visitor does there. */
  act?: (visit: PageVisit) => Promise<void>;
  /** A selector of what the page shows when it is done. */
  shows: string;
}

const key = itemKey(1, 1);

const VIEWS: View[] = [
  { name: "list", path: "/", shows: ".tile [data-low], .tile .stock-text" },
  {
    name: "list-empty",
    path: "/",
    prepare: ({ origin }) => origin.sales = [],
    shows: ".blank",
  },
  { name: "sale-open", path: "/sales/1", shows: "[data-part=button]:enabled" },
  {
    name: "sale-upcoming",
    path: "/sales/4",
    userId: "paula",
    shows: ".badge[data-state=upcoming]",
  },
  {
    name: "sale-sold-out",
    path: "/sales/1",
    prepare({ origin, live }, nowMs) {
      for (const productId of [1, 2, 3, 4]) origin.stock.set(itemKey(1, productId), 0);
      live.set(key, { soldOutAt: nowMs - 3 * MINUTE_MS, mayReturnAt: nowMs + 9 * MINUTE_MS });
    },
    shows: ".badge[data-state=sold_out]",
  },
  {
    name: "sale-paused",
    path: "/sales/1",
    prepare: ({ origin }) => origin.change(1, { paused: true }),
    shows: ".badge[data-state=paused]",
  },
  { name: "sale-ended", path: "/sales/3", shows: ".badge[data-state=ended]" },
  {
    name: "product-open",
    path: "/sales/1/products/1",
    userId: "paula",
    shows: "[data-part=button]:enabled",
  },
  { name: "product-signed-out", path: "/sales/1/products/2", shows: "[data-part=button]:enabled" },
  {
    name: "product-sold-out",
    path: "/sales/1/products/1",
    userId: "paula",
    prepare({ origin, live }, nowMs) {
      origin.stock.set(key, 0);
      live.set(key, { soldOutAt: nowMs - 3 * MINUTE_MS, mayReturnAt: nowMs + 9 * MINUTE_MS });
    },
    shows: "text=/Sold out at|售罄/",
  },
  {
    name: "product-get-ready",
    path: "/sales/6/products/1",
    userId: "paula",
    prepare({ origin }, nowMs) {
      origin.publish({
        ...shopSales(assets, nowMs)[2]!,
        saleId: 6,
        startsAt: nowMs + MINUTE_MS,
        captcha: "always",
        items: [shopItem(1, assets)],
      });
    },
    shows: "[data-part=button]:enabled",
  },
  {
    name: "product-reserved",
    path: "/sales/1/products/1",
    userId: "paula",
    prepare: (house, nowMs) => house.orders = [shopOrder("unpaid", 6, nowMs)],
    act: (visit) => visit.page.locator("summary").click(),
    shows: "[data-part=copy]",
  },
  {
    name: "product-paid",
    path: "/sales/1/products/1",
    userId: "paula",
    prepare: (house, nowMs) => house.orders = [shopOrder("paid", 6, nowMs)],
    shows: ".outcome[data-tone=good]",
  },
  {
    name: "product-limited",
    path: "/sales/1/products/1",
    userId: "paula",
    prepare: (house) => house.limited = LOOKS.map(() => 30_000),
    act: (visit) => visit.page.locator("[data-part=button]:enabled").click(),
    shows: "[data-part=stop]",
  },
  {
    name: "product-not-eligible",
    path: "/sales/2/products/6",
    userId: "paula",
    act: (visit) => visit.page.locator("[data-part=button]:enabled").click(),
    shows: ".outcome[data-tone=bad]",
  },
  {
    name: "sign-in",
    path: "/sales/1",
    act: (visit) => visit.page.locator("#sign-in-open").click(),
    shows: "dialog[open]",
  },
  {
    name: "orders",
    path: "/orders",
    userId: "paula",
    prepare(house, nowMs) {
      const changes = { reason: "expired" };
      house.orders = [
        shopOrder("processing", 6, nowMs),
        shopOrder("unpaid", 7, nowMs, { quantity: 2, amount: 53_600 }),
        shopOrder("paid", 8, nowMs),
        shopOrder("cancelled", 9, nowMs, changes),
        shopOrder("refund_due", 10, nowMs, changes),
        shopOrder("refunded", 11, nowMs, changes),
        shopOrder("refused", 12, nowMs, { reason: "lost_in_recovery" }),
        ...Array.from({ length: 10 }, (_, at) => shopOrder("paid", 13 + at, nowMs)),
      ];
    },
    shows: ".paging",
  },
  {
    name: "orders-empty",
    path: "/orders",
    userId: "nobody",
    prepare: (house) => house.orders = [],
    shows: ".blank",
  },
  { name: "orders-signed-out", path: "/orders", shows: ".blank" },
  { name: "not-found", path: "/sales/404", shows: ".blank" },
  {
    name: "sandbox",
    path: "/sandbox/pay/a.b",
    prepare: ({ origin }, nowMs) => origin.other = () => Response.json(sandboxView(nowMs)),
    shows: ".pay-choices",
  },
  {
    name: "unavailable",
    path: "/sandbox/pay/a.b",
    prepare: ({ origin }) => origin.other = () => problem("unavailable"),
    shows: ".blank",
  },
];

/** Every width and scheme in English, and two of them in Chinese. */
const ALL_LOOKS: Look[] = [
  { width: 390, scheme: "light", language: "en" },
  { width: 390, scheme: "dark", language: "en" },
  { width: 1280, scheme: "light", language: "en" },
  { width: 1280, scheme: "dark", language: "en" },
  { width: 390, scheme: "light", language: "zh" },
  { width: 1280, scheme: "dark", language: "zh" },
];

/** axe takes longer than all else: it sees each width, scheme and language once. */
const AUDITED = [ALL_LOOKS[0]!, ALL_LOOKS[5]!];

/** With pictures wanted, all of them; else each width, scheme and language once. */
const LOOKS = Deno.env.get("SCREENSHOT_DIR") === undefined ? AUDITED : ALL_LOOKS;

Deno.test({
  name: "every page looks right and can be used by everybody",
  // The browser is another process whose pipes Playwright closes in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    await using house = await openPageHouse();
    // The same sales for every view: the pages that a view does not change are made once.
    const sales = shopSales(assets, Date.now()).reverse();
    // One window for each look: scripts and styles are loaded once.
    const windows = await Promise.all(LOOKS.map((look) => openWindow(house, look)));
    for (const view of VIEWS) {
      await test.step({
        name: view.name,
        sanitizeOps: false,
        sanitizeResources: false,
        fn: () => show({ house, sales, windows }, view),
      });
    }
  },
});

interface Stage {
  house: PageHouse;
  sales: SnapshotSale[];
  /** In the order of `LOOKS`. */
  windows: BrowserContext[];
}

/** Brings a state about and looks at it in every way at once. */
async function show({ house, sales, windows }: Stage, view: View): Promise<void> {
  const nowMs = Date.now();
  const { origin } = house;
  house.orders = null;
  house.limited = [];
  house.live.clear();
  origin.sales = [];
  origin.stock.clear();
  for (const sale of sales) origin.publish(sale);
  origin.stock.set(itemKey(1, 1), 37);
  origin.stock.set(itemKey(1, 2), 1);
  origin.stock.set(itemKey(1, 4), 0);
  house.live.set(itemKey(1, 4), { soldOutAt: nowMs - MINUTE_MS });
  view.prepare?.(house, nowMs);
  origin.version += 1;
  await house.settled();
  const looks = await Promise.allSettled(LOOKS.map(async (look, at) => {
    await showIn(await PageVisit.in(windows[at]!, house, look), view);
  }));
  const failures = looks.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  if (failures.length > 0) throw new AggregateError(failures, `${view.name}: ${isoTime(nowMs)}`);
}

async function showIn(visit: PageVisit, view: View): Promise<void> {
  const { look } = visit;
  try {
    if (view.userId !== undefined) await visit.signIn(view.userId);
    await visit.goto(view.path);
    await view.act?.(visit);
    await visit.page.locator(view.shows).first().waitFor();
    await visit.picturesLoaded();
    await visit.fits(view.name);
    if (AUDITED.includes(look)) await visit.audit(view.name);
    await visit.picture(view.name);
  } catch (error) {
    await visit.picture(`failed-${view.name}`);
    throw new Error(`${look.width} px, ${look.scheme}, ${look.language}`, { cause: error });
  } finally {
    await visit.leave();
  }
}
