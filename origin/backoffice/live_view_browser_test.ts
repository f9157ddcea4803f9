import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { LiveCrowd } from "../../shared/tools/e2e/live_crowd.ts";
import { TestShop } from "../../shared/tools/e2e/shop.ts";
import { startSystem, waitFor } from "../../shared/tools/e2e/system.ts";
import { pause } from "../../shared/tools/services/poll.ts";
import { OfficeVisit, openBrowser } from "./testing/office_house.ts";

/** How often the page is looked at while a crowd buys: a sample, nobody waits for it. */
const SAMPLE_MS = 200;

/** Tries of the crowd at once, and the pause between two of a place: 120 buyers a second at most. */
const PARALLEL = 12;
const PAUSE_MS = 100;

const PASSWORD = "a-long-enough-password";

/** Signs the first operator of a new installation in. */
async function signIn(page: Page, originUrl: string, adminToken: string): Promise<void> {
  await page.goto(`${originUrl}/admin`);
  await page.getByLabel("Your name").fill("olga");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByLabel("ADMIN_TOKEN").fill(adminToken);
  await page.getByRole("button", { name: "Make it and sign in" }).click();
  await page.getByText("Welcome, olga.").waitFor();
}

/** The page says that its figures are of now. */
function live(page: Page) {
  return page.getByRole("status").filter({ hasText: /^Live$/ });
}

/** The figures in a row of what buyers hear: per second, in all. */
async function rowOf(page: Page, answer: string): Promise<[rate: number, total: number]> {
  const row = page.getByRole("row", { name: new RegExp(`^${answer} `) });
  if (await row.count() === 0) return [0, 0];
  const cells = await row.getByRole("cell").allInnerTexts();
  const [rate = 0, total = 0] = cells.map((text) => Number(text.replaceAll(",", "")));
  return [rate, total];
}

/** What the page calls the answers of this crowd. */
const WORDS: Record<string, string> = {
  reserved: "Reserved",
  known: "Ticket heard again",
  already_bought: "Has bought already",
  sold_out: "Sold out",
  paused: "Paused",
  rate_limited: "Over a limit",
};

/** Waits until the page's totals are those of the crowd. */
async function showsAll(page: Page, crowd: LiveCrowd): Promise<void> {
  const heard = (code: string) => crowd.heard[code] ?? 0;
  let shown: Record<string, number> = {};
  await waitFor("the page to show all answers", async () => {
    const entries = Object.entries(WORDS).map(async ([code, word]) =>
      [code, (await rowOf(page, word))[1]] as const
    );
    shown = Object.fromEntries(await Promise.all(entries));
    return Object.keys(WORDS).every((code) => shown[code] === heard(code)) ? true : null;
  }).catch(() => assertEquals(shown, crowd.heard));
  assert(Object.keys(crowd.heard).every((code) => code in WORDS), JSON.stringify(crowd.heard));
  console.log(`  the page and the crowd agree: ${JSON.stringify(crowd.heard)}`);
}

/** Presses a button and tells how long it took until buyers heard the answer that follows. */
async function pressUntil(crowd: LiveCrowd, code: string, press: () => Promise<void>) {
  let pressedAt = Infinity;
  let heardAt = Infinity;
  crowd.onAnswer = (answer) => {
    if (answer.code === code && answer.at >= pressedAt) heardAt = Math.min(heardAt, answer.at);
  };
  pressedAt = Date.now();
  await press();
  await waitFor(`buyers to hear ${code}`, () => Promise.resolve(heardAt < Infinity ? true : null));
  crowd.onAnswer = () => {};
  return heardAt - pressedAt;
}

/** While new buyers try all the time: pauses, resumes, sells out, tops up, limits. */
async function act(page: Page, crowd: LiveCrowd): Promise<void> {
  const stopping = new AbortController();
  const rushing = crowd.rush(PARALLEL, stopping.signal, PAUSE_MS);
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const times: string[] = [];
  try {
    const after = async (what: string, code: string, press: () => Promise<void>) => {
      times.push(`${what}: heard as ${code} ${await pressUntil(crowd, code, press)} ms later`);
    };
    await after("Pause pressed", "paused", () => button("Pause").click());
    await page.getByText("Paused: nobody can buy until you resume.").waitFor();
    await after("Resume pressed", "reserved", () => button("Resume").click());
    await page.getByText("Selling again.").waitFor();

    await page.getByLabel("Pieces of Kettle").fill("lots");
    await button("Top up").click();
    await page.getByText("Enter a whole number from 1.").waitFor();
    await waitFor(
      "the sale to sell out",
      () => Promise.resolve(crowd.count("sold_out") > 20 ? true : null),
    );
    await page.getByLabel("Pieces of Kettle").fill("100000");
    await after("Top up pressed", "reserved", () => button("Top up").click());
    await page.getByText(/pieces are put on sale now/).waitFor();

    await page.getByLabel("Buys per second", { exact: true }).fill("1");
    await page.getByLabel("Burst").fill("1");
    await after("Change limits pressed", "rate_limited", () => button("Change limits").click());
    await page.getByText("The limits are changed.").waitFor();
  } finally {
    stopping.abort();
    await rushing;
  }
  console.log(times.map((line) => `  ${line}`).join("\n"));
}

Deno.test({
  name: "an operator follows a rush in the live view, pauses it, resumes, tops up and limits it",
  // The browser is another process whose pipes Playwright closes in its own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const system = await startSystem("embedded");
    const browser = await openBrowser();
    try {
      const sale = await new TestShop(system).openSale(1_000);
      const crowd = new LiveCrowd([system.edgeUrl], sale);
      await crowd.signIn(3_000, "buyer");
      const visit = await OfficeVisit.begin(browser, { width: 1280, scheme: "light" });
      const { page } = visit;
      await signIn(page, system.originUrl, system.adminToken);
      await page.getByRole("link", { name: "Sales", exact: true }).click();
      await page.getByRole("link", { name: "Test sale" }).first().click();
      await page.getByRole("link", { name: "Live", exact: true }).click();
      await live(page).waitFor();
      await page.getByText("Nobody has tried to buy since the edges started.").waitFor();
      await visit.audit("live view, nobody buys");

      const rates: number[] = [];
      let walking = true;
      const watching = (async () => {
        while (walking) {
          rates.push((await rowOf(page, "Reserved"))[0]);
          await pause(SAMPLE_MS);
        }
      })();
      await crowd.walk(300, PARALLEL);
      await showsAll(page, crowd);
      // A crowd that is served within a second may be whole before its rate is shown.
      await waitFor(
        "the rate of reservations to rise",
        () => Promise.resolve(Math.max(...rates) > 0 ? true : null),
      );
      walking = false;
      await watching;
      assert(Math.max(...rates) > 0, "the rate of reservations rose");
      console.log(`  highest rate seen: ${Math.max(...rates)} reservations per second`);

      await act(page, crowd);
      await showsAll(page, crowd);
      await visit.fits("live view");
      await visit.audit("live view under way");
      await visit.picture("live-rush");

      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize({ width: 390, height: 844 });
      await visit.fits("live view on a phone");
      await visit.audit("live view on a phone");
      await visit.picture("live-rush-phone");

      // An open page does not hold up the end of its origin, and says that nothing comes any more.
      assertEquals(await system.stop(), 0, system.output());
      await page.getByText(/figures are \d+ s old/).waitFor();
      await visit.picture("live-stale-phone");
      await visit.close();
    } finally {
      await browser.close();
      assertEquals(await system.stop(), 0, system.output());
    }
  },
});
