import { assert, assertEquals } from "@std/assert";
import { itemKey } from "../../shared/item.ts";
import { openPageHouse, type PageHouse } from "../testing/page_house.ts";
import { PageVisit, PHONE } from "../testing/page_visit.ts";
import { shopSales } from "../testing/sample_shop.ts";
import { Assets, readStaticFiles } from "./assets.ts";

const assets = new Assets(await readStaticFiles(new URL("../../static/", import.meta.url)));

/** A house with the sample shop in it. */
function inShop(name: string, work: (house: PageHouse) => Promise<void>): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using house = await openPageHouse();
      for (const sale of shopSales(assets, Date.now())) house.origin.publish(sale);
      await house.settled();
      await work(house);
    },
  });
}

inShop("nothing moves while a page becomes alive", async (house) => {
  for (const path of ["/", "/sales/1", "/sales/1/products/1", "/sales/4", "/orders"]) {
    const visit = await PageVisit.begin(house);
    await visit.page.addInitScript(`
      globalThis.moved = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) moved += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    `);
    await visit.goto(path);
    await visit.page.locator("#sign-in-open").waitFor();
    const calls = path === "/orders" ? 1 : 2;
    await visit.page.waitForFunction(
      `performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/")).length >= ${calls}`,
    );
    await visit.picturesLoaded();
    const moved = Number(await visit.page.evaluate("moved"));
    assert(moved < 0.05, `${path} moved by ${moved}`);
    await visit.close();
  }
});

inShop("pages say what there is to know without any script", async (house) => {
  const context = await house.browser.newContext({ javaScriptEnabled: false, locale: "en" });
  const page = await context.newPage();
  await page.goto(`${house.url}/`);
  assertEquals(await page.getByText("Buy now").count(), 5);
  await page.getByRole("link", { name: "Aurora wireless headphones" }).click();
  for (const text of ["€99.00", "100 pieces in this sale", "On now", /Buying needs JavaScript/]) {
    await page.getByText(text).first().waitFor();
  }
  await page.getByRole("link", { name: "Show picture 2" }).click();
  await page.getByRole("link", { name: "中文" }).click();
  await page.getByText("抢购中").first().waitFor();
  await context.close();
});

inShop("pictures are turned by keys, buttons and thumbnails", async (house) => {
  const visit = await PageVisit.begin(house, { ...PHONE, width: 1280 });
  await visit.page.emulateMedia({ reducedMotion: "reduce" });
  await visit.goto("/sales/1/products/1");
  const shows = (count: string) => visit.page.getByText(count, { exact: true }).waitFor();
  await shows("1 / 4");
  await visit.button("Next picture").click();
  await shows("2 / 4");
  await visit.page.getByRole("region", { name: "Pictures" }).focus();
  await visit.page.keyboard.press("End");
  await shows("4 / 4");
  await visit.page.keyboard.press("ArrowLeft");
  await shows("3 / 4");
  await visit.page.getByRole("link", { name: "Show picture 1" }).click();
  await shows("1 / 4");
  await visit.close();
});

inShop("the list follows its sales: states, stock, and the slot that is read", async (house) => {
  const visit = await PageVisit.begin(house);
  house.origin.stock.set(itemKey(1, 1), 0);
  await house.settled();
  await visit.goto("/");
  const tile = visit.page.locator(".tile", { hasText: "Aurora" });
  await tile.getByText("Sold out").waitFor();
  const current = visit.page.locator(".chip[aria-current]");
  assertEquals(await current.getByText("On now").count(), 1);
  await visit.page.locator(".chip", { hasText: "Ended" }).click();
  await visit.page.locator(".chip[aria-current]", { hasText: "Ended" }).waitFor();
  house.origin.change(2, { paused: true });
  await visit.page.locator(".sale-group[data-state=paused]", { hasText: "Members" }).waitFor();
  await visit.close();
});
