import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { ReadyReport } from "../../shared/tools/launch/ready_file.ts";
import { RunningTool } from "../../shared/tools/launch/running_tool.ts";
import { localText } from "./kit/zones.ts";
import { OfficeHouse, OfficeVisit, openBrowser } from "./testing/office_house.ts";

/** A sale is to be published in so many seconds of clicks; a program needs a small part of that. */
const MOST_SECONDS = 180;

/** Counts what a person does. */
class Hands {
  clicks = 0;
  fields = 0;

  constructor(readonly page: Page) {}

  async fill(label: string, value: string): Promise<void> {
    this.fields += 1;
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  async click(role: "button" | "link", name: string): Promise<void> {
    this.clicks += 1;
    await this.page.getByRole(role, { name, exact: true }).click();
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }
}

Deno.test({
  name: "a new operator comes from an empty database to a sale that is open",
  // The browser is another process whose pipes Playwright closes in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const readyFile = join(folder, "ready.json");
    const tool = new RunningTool("dev.ts", ["--no-demo-sale", "--ready-file", readyFile], {
      EDGE_PORT: "0",
      ORIGIN_PORT: "0",
      DATA_DIR: join(folder, "data"),
      REDIS_URL: "",
      AMQP_URL: "",
      MYSQL_URL: "",
    });
    const browser = await openBrowser();
    try {
      const report = await tool.ready<ReadyReport>(readyFile);
      const visit = await OfficeVisit.begin(browser, { width: 1280, scheme: "light" });
      // As a browser that has never been here: its zone is told by the first page.
      await visit.context.clearCookies();
      await walk(visit, report);
      await seeAsBuyer(visit, report);
      await visit.close();
    } finally {
      await browser.close();
      tool.signal("SIGTERM");
      await tool.ended();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function walk(visit: OfficeVisit, { originUrl, adminToken }: ReadyReport): Promise<void> {
  const { page } = visit;
  const hands = new Hands(page);
  const began = performance.now();
  await page.goto(`${originUrl}/admin`);
  const picture = await page.screenshot();

  await hands.fill("Your name", "Ann");
  await hands.fill("Password", "a walk through the office");
  await hands.fill("Password again", "a walk through the office");
  await hands.fill("ADMIN_TOKEN", adminToken);
  await hands.click("button", "Make it and sign in");
  await hands.sees("Three steps to the first sale");
  await hands.sees(/^Times are shown in Europe\/Berlin/);
  await visit.picture("walk-1-overview");

  await hands.click("link", "Make a product");
  await hands.fill("Name", "Hand-thrown tea pot");
  await hands.fill("Price", "129.50");
  hands.fields += 1;
  await page.getByLabel("Picture", { exact: true }).setInputFiles({
    name: "tea-pot.png",
    mimeType: "image/png",
    buffer: picture,
  });
  await hands.click("button", "Make product");
  await hands.sees("was made. Now it can be put into a sale.");
  await visit.picture("walk-2-product");

  await hands.click("link", "Plan a sale");
  assertEquals(await page.getByLabel("Time zone").inputValue(), "Europe/Berlin");
  await hands.fill("Title", "Tea pots at noon");
  await hands.fill("Starts", localText(Date.now() - 120_000, "Europe/Berlin").slice(0, 16));
  await hands.fill("Pieces", "500");
  await hands.click("button", "Make draft");
  await hands.sees("The sale is planned as a draft.");

  await hands.click("button", "Publish…");
  await hands.click("button", "Publish");
  await hands.sees("Published, and everything is ready");
  await hands.sees(/^Open$/);
  const seconds = (performance.now() - began) / 1_000;
  await visit.picture("walk-3-published");
  console.log(
    `    from an empty database to an open sale: ${hands.clicks} clicks, ${hands.fields} fields, ` +
      `${seconds.toFixed(1)} s`,
  );
  assert(seconds < MOST_SECONDS, "a person would need more than three minutes");
}

Deno.test({
  name: "without scripts a sale is planned, published and topped up just the same",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using house = await OfficeHouse.open();
    const browser = await openBrowser();
    try {
      const visit = await OfficeVisit.begin(browser, { width: 390, scheme: "dark" }, "without");
      await walkWithoutScripts(visit, house);
      await visit.close();
    } finally {
      await browser.close();
    }
  },
});

async function walkWithoutScripts(
  visit: OfficeVisit,
  { url, origin }: OfficeHouse,
): Promise<void> {
  const { page } = visit;
  const hands = new Hands(page);
  await page.goto(`${url}/admin`);
  await hands.click("link", "Make a product");
  await hands.fill("Name", "Tea pot");
  await hands.fill("Price", "1,299.00");
  await hands.click("button", "Make product");
  await hands.click("link", "Plan a sale");
  await hands.fill("Title", "Autumn");
  await hands.fill("Starts", "2026-10-25T02:30");
  await hands.fill("Ends", "2026-10-25T05:00");
  await page.getByRole("group", { name: "Item 1" }).getByLabel("Pieces").fill("2");
  await hands.click("button", "Add another item");
  await page.getByRole("group", { name: "Item 6" }).waitFor();
  await hands.click("button", "Make draft");
  await hands.sees("02:30 comes twice on this day in Europe/Berlin");
  await page.getByLabel("Starts: which of the two?").selectOption("The second, UTC+01:00");
  await hands.click("button", "Make draft");
  await hands.sees("Sun, 25 Oct 2026, 02:30:00");
  await hands.click("button", "Publish…");
  await hands.click("button", "Publish");
  await hands.sees(/^Published, /);
  await hands.click("button", "Top up…");
  await hands.fill("Pieces to add", "498");
  await hands.click("button", "Top up");
  await hands.sees("500 pieces are put on sale now.");
  await visit.picture("walk-without-scripts");
  const { startsAt } = await (await origin.admin("GET", "/sales/1")).json();
  assertEquals(startsAt, "2026-10-25T01:30:00.000Z");
}

/** What was published is there for buyers, picture and all. */
async function seeAsBuyer({ page }: OfficeVisit, { edgeUrl }: ReadyReport): Promise<void> {
  await page.goto(edgeUrl);
  await page.getByRole("link", { name: /Tea pots at noon/ }).first().click();
  await page.getByRole("link", { name: /Hand-thrown tea pot/ }).first().click();
  const image = page.getByRole("img", { name: /Hand-thrown tea pot/ }).first();
  await image.waitFor();
  assertMatch(await image.getAttribute("src") ?? "", /^\/media\//);
  const width = await page.evaluate(`(async () => {
    const image = document.querySelector('img[alt*="tea pot"]');
    image.loading = "eager";
    await image.decode();
    return image.naturalWidth;
  })()`) as number;
  assert(width > 100, `the picture is ${width} px wide`);
}
