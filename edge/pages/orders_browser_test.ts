import { assertEquals } from "@std/assert";
import { openPageHouse, type PageHouse } from "../testing/page_house.ts";
import { PageVisit } from "../testing/page_visit.ts";
import { shopOrder } from "../testing/sample_shop.ts";

const MINUTE_MS = 60_000;

/** Paula, who is signed in and has not gone to her orders yet. */
function visiting(name: string, work: (visit: PageVisit, house: PageHouse) => Promise<void>): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using house = await openPageHouse();
      const visit = await PageVisit.begin(house);
      await visit.signIn("paula");
      await work(visit, house);
      await visit.close();
    },
  });
}

for (const [name, hours] of [["ahead", 1], ["behind", -1]] as const) {
  visiting(`an order can be paid on a device whose clock is ${name}`, async (visit, house) => {
    house.orders = [shopOrder("unpaid", 6, Date.now())];
    await visit.page.addInitScript(`{
      const now = Date.now;
      Date.now = () => now() + ${hours * 60 * MINUTE_MS};
    }`);
    await visit.goto("/orders");
    await visit.button("Pay now").waitFor();
    await visit.says(/^1[34]:\d\d left to pay$/);
  });
}

visiting("whoever was signed out and signs in again sees the orders", async (visit, house) => {
  house.orders = [
    shopOrder("processing", 6, Date.now()),
    ...Array.from({ length: 11 }, (_, at) => shopOrder("paid", 7 + at, Date.now())),
  ];
  await visit.goto("/orders");
  await visit.page.locator(".paging").waitFor();
  await visit.context.clearCookies();
  await visit.page.locator("#orders .blank button").click();
  await visit.page.getByRole("textbox").fill("paula");
  await visit.page.keyboard.press("Enter");
  await visit.page.locator(".order").first().waitFor();
  await visit.page.locator(".paging").waitFor();
  assertEquals(await visit.page.locator("#orders .blank").count(), 0);
});

visiting("a page of orders beyond the last leads to the first", async (visit, house) => {
  house.orders = [shopOrder("paid", 6, Date.now())];
  await visit.goto("/orders?page=9");
  await visit.page.locator(".order[data-ticket]").waitFor();
  assertEquals(new URL(visit.page.url()).search, "");
  house.orders = [];
  await visit.goto("/orders?page=9");
  await visit.page.locator("#orders .blank").waitFor();
  assertEquals(new URL(visit.page.url()).search, "");
});
