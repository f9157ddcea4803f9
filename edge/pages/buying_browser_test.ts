import { assert, assertEquals, assertMatch } from "@std/assert";
import { isoTime } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import { openPageHouse, type PageHouse } from "../testing/page_house.ts";
import { type Look, PageVisit, PHONE } from "../testing/page_visit.ts";
import { sampleItem, sampleSale } from "../testing/sample_sale.ts";

const MINUTE_MS = 60_000;
const KEY = itemKey(1, 1);

/** A visitor in a house with sale 1, which is open and sells ten pieces of product 1. */
function visiting(
  name: string,
  work: (visit: PageVisit, house: PageHouse) => Promise<void>,
  look: Look = PHONE,
): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using house = await openPageHouse();
      const startsAt = Date.now() - MINUTE_MS;
      house.origin.publish(sampleSale(1, { startsAt, endsAt: startsAt + 60 * MINUTE_MS }));
      await house.settled();
      const visit = await PageVisit.begin(house, look);
      await work(visit, house);
      await visit.close();
    },
  });
}

/** Buys that reached the origin; questions whether it knows a buyer left aside. */
function buysOf({ origin }: PageHouse): number {
  return origin.batches.flatMap(({ buys }) => buys).filter(([, , , , , lookup]) => lookup === 0)
    .length;
}

/** The buy button of the only item, once it works. */
async function pressBuy(visit: PageVisit): Promise<void> {
  await visit.page.getByRole("button", { name: "Buy now", exact: true }).click();
}

visiting("who is not signed in is asked to, in a dialog, and then buys", async (visit, house) => {
  await visit.goto("/sales/1");
  await visit.button("Sign in to buy").click();
  const name = visit.page.getByRole("textbox");
  await name.fill("not a name");
  await visit.page.locator("#demo-sign-in button").click();
  assertEquals(await visit.page.locator("dialog[open]").count(), 1);
  await name.fill("paula");
  await visit.page.keyboard.press("Enter");
  await pressBuy(visit);
  await visit.says("Reserved for you");
  await visit.says(/^Ticket 1-1-paula-\d+$/);
  assertEquals(house.origin.holdings.size, 1);
  assertEquals(await visit.page.getByRole("button", { name: "Buy now" }).count(), 0);
});

visiting("a button that is not open yet opens by itself at the start", async (visit, house) => {
  const startsAt = Date.now() + 6_000;
  house.origin.publish(sampleSale(1, { startsAt, endsAt: startsAt + MINUTE_MS }));
  await house.settled();
  await visit.signIn("eve");
  await visit.goto("/sales/1/products/1");
  await visit.page.locator("button:disabled", { hasText: "Not open yet" }).waitFor();
  await visit.says("The button opens by itself.");
  await pressBuy(visit);
  await visit.says("Reserved for you");
  const [first] = house.origin.batches;
  assert(first !== undefined && Date.now() >= startsAt, "nothing was asked before the start");
});

visiting(
  "sold out is said with its time, and taken back when pieces return",
  async (visit, house) => {
    const [soldOutAt, mayReturnAt] = [Date.now() - 3 * MINUTE_MS, Date.now() + 9 * MINUTE_MS];
    house.origin.stock.set(KEY, 0);
    house.live.set(KEY, { soldOutAt, mayReturnAt });
    await house.settled();
    await visit.signIn("sol");
    await visit.goto("/sales/1");
    await visit.page.locator("button:disabled", { hasText: "Sold out" }).waitFor();
    await visit.says(/^Sold out at .*\d\d:\d\d:\d\d$/);
    await visit.says(/^Unpaid pieces may return from .*\d\d:\d\d\.$/);
    house.origin.stock.set(KEY, 1);
    house.live.clear();
    await pressBuy(visit);
    await visit.says("Reserved for you");
  },
);

visiting("whoever is too late for the last piece hears when it went", async (visit, house) => {
  await visit.signIn("tim");
  await visit.goto("/sales/1");
  await visit.button("Buy now").waitFor();
  // The page has not heard of it when the button is pressed.
  await visit.page.route("**/stock", (route) => route.abort());
  house.origin.stock.set(KEY, 0);
  await pressBuy(visit);
  await visit.says("Nothing was reserved.");
});

visiting("a limit is waited out in sight, and the try goes on by itself", async (visit, house) => {
  house.limited = [3_000];
  await visit.signIn("lim");
  await visit.goto("/sales/1");
  await pressBuy(visit);
  await visit.says("Too many tries");
  await visit.says(/^[1-4] s$/);
  await visit.says("Reserved for you");
  assertEquals(buysOf(house), 1);
});

visiting("whoever would not wait for a limit can stop", async (visit, house) => {
  house.limited = [60_000];
  await visit.signIn("hasty");
  await visit.goto("/sales/1");
  await pressBuy(visit);
  await visit.button("Do not wait").click();
  await visit.says("You did not wait");
  await pressBuy(visit);
  await visit.says("Reserved for you");
  assertEquals(buysOf(house), 1);
});

visiting("a pause and an end are said, and a pause ends by itself", async (visit, house) => {
  house.origin.change(1, { paused: true });
  await house.settled();
  await visit.signIn("pat");
  await visit.goto("/sales/1");
  await visit.page.locator("button:disabled", { hasText: "Paused for a moment" }).waitFor();
  await visit.says("It goes on here by itself.");
  house.origin.change(1, { paused: false });
  await visit.button("Buy now").waitFor();
  house.origin.change(1, { closed: true });
  await visit.page.locator("button:disabled", { hasText: "Ended" }).waitFor();
  await visit.says("The seller has closed the sale.");
});

visiting("who may not buy hears why", async (visit, house) => {
  house.origin.change(1, { minLevel: 3 });
  await house.settled();
  await visit.signIn("nora", 1);
  await visit.goto("/sales/1");
  await pressBuy(visit);
  await visit.says("Not open to your account");
  await visit.inspect("not eligible");
});

visiting("a sale without an origin asks again a few times, then says so", async (visit, house) => {
  await visit.signIn("una");
  await visit.goto("/sales/1");
  await visit.button("Buy now").waitFor();
  await visit.page.route("**/buy", (route) =>
    route.fulfill({
      status: 503,
      headers: { "content-type": "application/problem+json", "retry-after": "1" },
      body: JSON.stringify({ code: "busy" }),
    }), { times: 2 });
  await pressBuy(visit);
  await visit.says("Very many people are buying");
  await visit.says("Reserved for you");
  assertEquals(buysOf(house), 1);
});

visiting("a lost connection is said over the page and waited for", async (visit) => {
  await visit.signIn("otto");
  await visit.goto("/sales/1");
  await visit.button("Buy now").waitFor();
  await visit.context.setOffline(true);
  await visit.page.locator("#toast:not([hidden])").waitFor();
  await pressBuy(visit);
  await visit.says("You are offline");
  await visit.context.setOffline(false);
  await visit.says("Reserved for you");
  await visit.page.locator("#toast").waitFor({ state: "hidden" });
});

visiting("an answer that was lost is asked for again after a reload", async (visit, house) => {
  await visit.signIn("rita");
  await visit.goto("/sales/1");
  await visit.button("Buy now").waitFor();
  // The buy arrives, its answer does not.
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  await visit.page.route("**/buy", (route) => route.fetch().then(() => resolve()));
  await pressBuy(visit);
  await arrived;
  await visit.page.unroute("**/buy");
  await visit.page.reload();
  await visit.says("Reserved for you");
  assertEquals(house.origin.holdings.size, 1);
});

visiting("whoever uses the keyboard alone keeps his place", async (visit) => {
  await visit.signIn("kay");
  await visit.goto("/sales/1");
  await visit.button("Buy now").press("Enter");
  await visit.says("Reserved for you");
  const focused = () =>
    visit.page.evaluate("document.activeElement.dataset.part ?? document.activeElement.tagName");
  assertEquals(await focused(), "outcome");
  await visit.page.keyboard.press("Tab");
  assertEquals(await focused(), "pay");
  await visit.inspect("reserved");
});

visiting("several pieces are chosen from a list", async (visit, house) => {
  house.origin.publish(sampleSale(2, {
    startsAt: Date.now() - MINUTE_MS,
    endsAt: Date.now() + 60 * MINUTE_MS,
    items: [sampleItem(1, { perUserLimit: 3 })],
  }));
  await house.settled();
  await visit.signIn("sven");
  await visit.goto("/sales/2/products/1");
  await visit.page.getByLabel("Quantity").selectOption("3");
  await pressBuy(visit);
  await visit.says("Reserved for you");
  assertEquals(house.origin.stock.get(itemKey(2, 1)), 7);
});

visiting("the receipt is shown, copied and kept as a file", async (visit, house) => {
  house.orders = [{
    ticket: "1-1-rec-1000000001",
    receipt: "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
    saleId: 1,
    productId: 1,
    quantity: 1,
    amount: 1_999,
    currency: "EUR",
    status: "unpaid",
    payBy: isoTime(Date.now() + 5 * MINUTE_MS),
  }];
  await visit.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await visit.signIn("rec");
  await visit.goto("/sales/1");
  await visit.page.getByText("Receipt").click();
  await visit.button("Copy").click();
  await visit.says("Copied");
  assertEquals(
    await visit.page.evaluate("navigator.clipboard.readText()"),
    house.orders[0]!.receipt,
  );
  const [download] = await Promise.all([
    visit.page.waitForEvent("download"),
    visit.button("Download").click(),
  ]);
  assertEquals(download.suggestedFilename(), "1-1-rec-1000000001.receipt.txt");
});

visiting("the language is switched on every page, and stays", async (visit) => {
  await visit.goto("/sales/1/products/1");
  await visit.page.getByRole("link", { name: "中文" }).click();
  await visit.button("登录后抢购").waitFor();
  assertMatch(visit.page.url(), /\/sales\/1\/products\/1$/);
  await visit.page.getByRole("link", { name: "我的订单" }).click();
  await visit.says("登录后可查看您保留和付款的商品。");
  assertEquals(await visit.page.evaluate("document.documentElement.lang"), "zh-Hans");
  await visit.page.getByRole("link", { name: "English" }).click();
  await visit.says("Whose orders?");
  await visit.goto("/nowhere");
  await visit.says("Nothing here");
});
