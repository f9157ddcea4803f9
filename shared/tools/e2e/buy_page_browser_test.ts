import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Browser, chromium, type Page } from "playwright-core";
import { serviceFor } from "../../testing/services_env.ts";
import { TestShop } from "./shop.ts";
import { startSystem } from "./system.ts";

/** Nothing may reach another host, and no part of the browser tries to. */
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function withPage(work: (page: Page, problems: string[]) => Promise<void>): Promise<void> {
  const browser: Browser = await chromium.launch({
    executablePath: serviceFor("CHROMIUM_PATH"),
    args: CHROMIUM_ARGS,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    page.setDefaultTimeout(10_000);
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy/i.test(message.text())) {
        problems.push(message.text());
      }
    });
    page.on("request", (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) {
        problems.push(request.url());
      }
    });
    await work(page, problems);
  } finally {
    await browser.close();
  }
}

Deno.test({
  name: "a person signs in, buys on the page, and finds the order after a reload",
  // The browser is another process whose pipes Playwright closes in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const system = await startSystem("embedded");
    const shop = new TestShop(system);
    try {
      const sale = await shop.openSale(1);
      await withPage(async (page, problems) => {
        await page.goto(system.edgeUrl);
        await page.getByRole("link", { name: /Test sale|Kettle/ }).first().click();
        await page.waitForURL(/\/sales\/\d+/);
        await signInOnPage(page, "paula");
        await page.getByRole("button", { name: "Buy now" }).first().click();
        const ticket = page.getByText(new RegExp(`${sale.saleId}-${sale.productId}-paula-\\d+`));
        await ticket.first().waitFor();
        const text = await ticket.first().innerText();
        assertMatch(text, /paula-1000000001/);
        await page.reload();
        await ticket.first().waitFor();

        const width = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assertEquals(width, 0, "nothing is wider than the phone");
        assertEquals(problems, []);
      });
      const token = await shop.signIn("paula");
      const ticket = `${sale.saleId}-${sale.productId}-paula-1000000001`;
      assertEquals((await shop.writtenOrder(ticket, token)).body.status, "unpaid");

      await withPage(async (page, problems) => {
        await page.goto(`${system.edgeUrl}/sales/${sale.saleId}`);
        await page.getByText(/sold out/i).first().waitFor();
        const button = page.getByRole("button", { name: /^(buy|sold out)/i }).first();
        if (await button.count() > 0) assert(await button.isDisabled());
        assertEquals(problems, []);
      });
    } finally {
      assertEquals(await system.stop(), 0, system.output());
    }
  },
});

async function signInOnPage(page: Page, userId: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in to buy" }).first().click();
  await page.getByRole("textbox").fill(userId);
  await page.keyboard.press("Enter");
}
