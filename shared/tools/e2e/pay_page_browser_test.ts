import { assert, assertEquals } from "@std/assert";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { serviceFor } from "../../testing/services_env.ts";
import { tellPayment } from "./payment_calls.ts";
import { call, TestShop } from "./shop.ts";
import { startSystem, type TestSystem, waitFor } from "./system.ts";

const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where to keep pictures of the pages, if somebody wants to look at them. */
const PICTURES = Deno.env.get("SCREENSHOT_DIR");

/** A phone on a system of its own; the test fails for whatever the pages complain about. */
function onPhone(name: string, work: (phone: Phone) => Promise<void>): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const system = await startSystem("embedded");
      const browser = await chromium.launch({
        executablePath: serviceFor("CHROMIUM_PATH"),
        args: CHROMIUM_ARGS,
      });
      try {
        const phone = await Phone.open(browser, system);
        await work(phone);
        assertEquals(phone.problems, []);
      } finally {
        await browser.close();
        assertEquals(await system.stop(), 0, system.output());
      }
    },
  });
}

class Phone {
  readonly problems: string[] = [];
  readonly shop: TestShop;

  private constructor(readonly page: Page, readonly system: TestSystem) {
    this.shop = new TestShop(system);
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() !== "error" || !/Content Security Policy/i.test(message.text())) return;
      this.problems.push(message.text());
    });
  }

  static async open(browser: Browser, system: TestSystem): Promise<Phone> {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    return new Phone(page, system);
  }

  /** Signs in on the page of a sale and buys. */
  async buy(saleId: number, user: string): Promise<void> {
    await this.page.goto(`${this.system.edgeUrl}/sales/${saleId}`);
    await this.button("Sign in to buy").click();
    await this.page.getByRole("textbox").fill(user);
    await this.page.keyboard.press("Enter");
    await this.button("Buy now").click();
    await this.says("Reserved for you");
  }

  button(name: RegExp | string): Locator {
    return this.page.getByRole("button", { name }).first();
  }

  async says(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Waits until the edge knows that the piece came back; the page may show an older number. */
  async untilOnSaleAgain(saleId: number): Promise<void> {
    await waitFor("the piece to be on sale again", async () => {
      const { body } = await call("GET", `${this.system.edgeUrl}/api/sales/${saleId}/stock`);
      return body.items[0].stock === 1 ? true : null;
    });
  }

  /** Keeps a picture, and checks that nothing is wider than the phone. */
  async look(name: string): Promise<void> {
    if (PICTURES) await this.page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
    const extra = await this.page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assertEquals(extra, 0, `${name} is wider than the phone`);
  }
}

onPhone("a person pays on the sandbox's page and comes back to a paid order", async (phone) => {
  const sale = await phone.shop.openSale(2);
  await phone.buy(sale.saleId, "paula");
  await phone.says(/^\d\d:\d\d left to pay$/);
  await phone.look("reserved");
  await phone.button("Pay now").click();
  await phone.page.waitForURL(/\/sandbox\/pay\//);
  await phone.says(/No money moves here/);
  await phone.look("sandbox");
  await phone.button("Pay a wrong amount").click();
  await phone.says(/asks for another amount/);
  await phone.look("sandbox-wrong");
  await phone.button(/^Pay$/).click();
  await phone.page.waitForURL(new RegExp(`/sales/${sale.saleId}$`));
  await phone.says("Thank you. It is yours.");
  await phone.look("paid");
  assertEquals(await phone.button("Pay now").count(), 0);
  await phone.page.getByRole("link", { name: "My orders" }).click();
  await phone.page.getByRole("link", { name: "Kettle" }).waitFor();
  await phone.says("Thank you. It is yours.");
  await phone.says(/^Ticket .*-paula-\d+$/);
  await phone.page.getByText("Receipt", { exact: true }).click();
  await phone.says(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  await phone.look("orders");
  const { body } = await phone.shop.proofAtRest(sale.saleId);
  assertEquals([body.ok, body.paid], [true, 1]);
});

onPhone("a person cancels after being asked once more, and buys again", async (phone) => {
  const sale = await phone.shop.openSale(1);
  await phone.buy(sale.saleId, "carl");
  await phone.button("Cancel").click();
  await phone.says("Give this piece back?");
  await phone.look("asked");
  const focused = await phone.page.evaluate("document.activeElement.textContent");
  assertEquals(focused, "Keep it");
  await phone.page.keyboard.press("Enter");
  await phone.button("Cancel").click();
  await phone.button("Yes, cancel").click();
  await phone.says("You cancelled it");
  await phone.look("cancelled");
  await phone.untilOnSaleAgain(sale.saleId);
  await phone.button("Buy now").click();
  await phone.says("Reserved for you");
  const { body } = await phone.shop.proofAtRest(sale.saleId);
  assertEquals([body.ok, body.cancelled, body.unpaid], [true, 1, 1]);
});

onPhone("a person who does not pay in time sees it, and where late money goes", async (phone) => {
  const sale = await phone.shop.openSale(1, { sale: { paymentWindowS: 4 } });
  await phone.buy(sale.saleId, "lee");
  const ticket = (await phone.page.getByText(/^Ticket /).innerText()).replace("Ticket ", "");
  await phone.says(/^Not paid in time$/);
  await phone.look("expired");
  const late = await tellPayment(phone.shop, ticket);
  assertEquals(late.body.outcome, "refund_due");
  await phone.page.reload();
  await phone.says(/Your money (comes back|was given back)/);
  await phone.says("Your money was given back");
  await phone.look("refunded");
  await phone.untilOnSaleAgain(sale.saleId);
  await phone.button("Buy now").click();
  await phone.says("Reserved for you");
});

onPhone("a person comes too late on purpose", async (phone) => {
  const sale = await phone.shop.openSale(1, { sale: { paymentWindowS: 5 } });
  await phone.buy(sale.saleId, "tara");
  await phone.button("Pay now").click();
  await phone.page.getByRole("link", { name: "Come too late" }).click();
  await phone.says(/Waiting until the time to pay is over/);
  await phone.look("sandbox-waiting");
  await phone.button("Pay all the same").waitFor({ timeout: 20_000 });
  await phone.button("Pay all the same").click();
  await phone.says(/the money goes back/);
  await phone.look("sandbox-late");
  await phone.page.getByRole("link", { name: "Back to the sale" }).click();
  await phone.says(/Your money (comes back|was given back)/);
  assert(phone.page.url().endsWith(`/sales/${sale.saleId}`));
});
