import { assertEquals, assertMatch } from "@std/assert";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { serviceFor } from "../../testing/services_env.ts";
import { TestShop } from "../e2e/shop.ts";
import { startSystem, type TestSystem } from "../e2e/system.ts";
import { StandInShop, type StandInShopOptions } from "./stand_in_shop.ts";

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

/** Keeps a picture of the page where one is asked for. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOT_DIR");
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** A shop with a sale of Dropgate's beside it, and a browser. */
interface Stage {
  shop: StandInShop;
  system: TestSystem;
  browser: Browser;
  page: Page;
}

/** Plays a scene; `host` decides whether shop and sale are one site or two. */
function scene(
  name: string,
  host: StandInShopOptions["host"],
  play: (stage: Stage) => Promise<void>,
): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const shop = await StandInShop.open(host === undefined ? {} : { host });
      const system = await startSystem("embedded", shop.edgeEnv);
      const browser = await chromium.launch({
        executablePath: serviceFor("CHROMIUM_PATH"),
        args: CHROMIUM_ARGS,
      });
      let page: Page | null = null;
      try {
        const sale = await new TestShop(system).openSale(50, { sale: { captcha: "off" } });
        Object.assign(shop, { saleUrl: system.edgeUrl, ...sale });
        page = await newPage(await browser.newContext());
        await play({ shop, system, browser, page });
      } catch (error) {
        if (page) await picture(page, "hand-over-unexpected");
        throw error;
      } finally {
        await browser.close();
        const status = await system.stop();
        await shop.close();
        assertEquals(status, 0, system.output());
      }
    },
  });
}

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  page.setDefaultTimeout(10_000);
  return page;
}

async function signInAtShop({ shop, page }: Stage, name: string): Promise<void> {
  await page.goto(shop.origin);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Membership").selectOption("gold");
  await page.getByRole("button", { name: "Sign in at the shop" }).click();
  await page.locator("#customer").getByText(name).waitFor();
}

/** Who Dropgate says that this browser is, asked as its own pages ask. */
async function whoIsIt({ system, browser, page }: Stage): Promise<Record<string, unknown>> {
  const cookies = await page.context().cookies(system.edgeUrl);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  assertEquals(browser.isConnected(), true);
  const response = await fetch(`${system.edgeUrl}/api/session`, { headers: { cookie } });
  return await response.json();
}

async function signOut(stage: Stage): Promise<void> {
  const { page, system } = stage;
  await page.goto(`${system.edgeUrl}/orders`);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await picture(page, "orders-with-sign-out");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor({ state: "hidden" });
  assertEquals(await whoIsIt(stage), { userId: null });
}

/** Waits until the sale's page shows who is signed in. */
async function shownAs({ page }: Stage, name: string): Promise<void> {
  await page.locator("#who").getByText(name).waitFor();
}

const dialogOf = ({ page }: Stage) => page.locator("#hand-over");

scene(
  "a customer comes from the shop by a form, buys, and signs out",
  "localhost",
  async (stage) => {
    const { page, shop } = stage;
    await signInAtShop(stage, "ann");
    await page.getByRole("button", { name: "To the sale, by a form" }).click();
    await page.waitForURL(`**/sales/${shop.saleId}`);
    await shownAs(stage, "ann");
    const { userId, level, claims } = await whoIsIt(stage);
    assertEquals([userId, level, claims], ["ann", 2, { membership: "gold" }]);
    const [cookie] = await page.context().cookies(stage.system.edgeUrl);
    assertEquals([cookie?.httpOnly, cookie?.sameSite], [true, "Lax"]);
    await page.getByRole("button", { name: /^buy/i }).first().click();
    await page.getByText(new RegExp(`${shop.saleId}-${shop.productId}-ann-\\d+`)).first().waitFor();
    await signOut(stage);
  },
);

scene("a customer comes from the shop by a link", "localhost", async (stage) => {
  const { page, shop } = stage;
  await signInAtShop(stage, "ben");
  await page.getByRole("link", { name: "To the sale, by a link", exact: true }).click();
  await shownAs(stage, "ben");
  assertEquals(page.url(), `${stage.system.edgeUrl}/sales/${shop.saleId}`, "the token is gone");
  await page.goBack();
  await page.goForward();
  assertMatch(page.url(), /\/sales\/\d+$/);
  await signOut(stage);

  const quiet = "by a link that does not say where it stands";
  await page.goto(shop.origin);
  await page.getByRole("link", { name: quiet }).click();
  await dialogOf(stage).getByRole("heading", { name: "Continue as ben?" }).waitFor();
  assertMatch(page.url(), /\/sales\/\d+$/);
  await picture(page, "hand-over-asks");
  await page.keyboard.press("Escape");
  await dialogOf(stage).waitFor({ state: "detached" });
  assertEquals(await whoIsIt(stage), { userId: null });

  await page.goto(shop.origin);
  await page.getByRole("link", { name: quiet }).click();
  await dialogOf(stage).getByRole("button", { name: "Yes, that is me" }).click();
  await shownAs(stage, "ben");

  const over = await shop.tokenOf({ userId: "ben", membership: "gold" }, -60);
  await page.goto("about:blank");
  await page.goto(`${stage.system.edgeUrl}/sales/${shop.saleId}#token=${over}`);
  await dialogOf(stage).getByRole("heading", { name: "Your sign-in did not work" }).waitFor();
  assertMatch(page.url(), /\/sales\/\d+$/);
  await picture(page, "hand-over-failed");
  await dialogOf(stage).getByRole("button", { name: "Close" }).click();
  assertEquals(shop.keySetRequests, 1, "the shop's keys are asked for once");
  assertEquals((await whoIsIt(stage)).userId, "ben");
});

scene("no page of the shop makes another of a customer unasked", "localhost", async (stage) => {
  const { page, shop, system } = stage;
  const token = await shop.tokenOf({ userId: "mallory", membership: "none" });
  const target = `/sales/${shop.saleId}#token=${token}`;
  const asksFor = async (name: string) => {
    await dialogOf(stage).getByRole("heading", { name: `Continue as ${name}?` }).waitFor();
    await dialogOf(stage).getByRole("button", { name: "No" }).click();
  };
  // Filled in from the shop's own address, as an attacker has made it.
  await signInAtShop(stage, "gil");
  await page.evaluate(`document.querySelector('[name="returnTo"]').value = "${target}"`);
  await page.getByRole("button", { name: "To the sale, by a form" }).click();
  await shownAs(stage, "gil");
  assertEquals(page.url(), `${system.edgeUrl}/sales/${shop.saleId}`);
  assertEquals([(await whoIsIt(stage)).userId, await dialogOf(stage).count()], ["gil", 0]);

  const followLink = async (href?: string) => {
    await page.goto(shop.origin);
    if (href) await page.evaluate(`document.querySelector("#link").href = "${href}"`);
    await page.locator("#link").click();
  };
  await followLink(system.edgeUrl + target);
  await asksFor("mallory");
  assertEquals((await whoIsIt(stage)).userId, "gil");
  await signOut(stage);

  // Who is signed in cannot be found out.
  await page.route("**/api/session", (route) => route.abort());
  await followLink();
  await asksFor("gil");
  await page.unroute("**/api/session");
  assertEquals(await whoIsIt(stage), { userId: null });
});

scene("a page of the shop calls the API from another site", "localhost", async (stage) => {
  const { page, shop } = stage;
  await signInAtShop(stage, "cleo");
  await page.getByRole("link", { name: "Buy on a page of the shop" }).click();
  const outcome = page.locator("#outcome");
  await page.getByRole("button", { name: "Buy with the cookie" }).click();
  await outcome.getByText("401 unauthenticated").waitFor();
  await page.getByRole("button", { name: "Buy with a bearer token" }).click();
  await outcome.getByText(new RegExp(`^201 ${shop.saleId}-${shop.productId}-cleo-\\d+$`)).waitFor();
  assertEquals(await whoIsIt(stage), { userId: null }, "no cookie goes from site to site");
});

scene("a page of the shop calls the API from the same site", "127.0.0.1", async (stage) => {
  const { page, shop } = stage;
  await signInAtShop(stage, "dora");
  await page.getByRole("link", { name: "Buy on a page of the shop" }).click();
  const outcome = page.locator("#outcome");
  await page.getByRole("button", { name: "Buy with the cookie" }).click();
  await outcome.getByText(new RegExp(`^201 ${shop.saleId}-${shop.productId}-dora-\\d+$`)).waitFor();
  assertEquals((await whoIsIt(stage)).userId, "dora");
  await page.getByRole("button", { name: "Sign out of the sale" }).click();
  await outcome.getByText("200").waitFor();
  assertEquals(await whoIsIt(stage), { userId: null });
});

scene("a page of somebody else signs nobody in and uses no cookie", "localhost", async (stage) => {
  const { page, shop, system } = stage;
  await signInAtShop(stage, "fay");
  await page.getByRole("button", { name: "To the sale, by a form" }).click();
  await shownAs(stage, "fay");
  // The attacker is a customer too, so that his token is good.
  const token = await shop.tokenOf({ userId: "mallory", membership: "none" });
  const target = `${system.edgeUrl}/sales/${shop.saleId}`;
  const attacker = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      new Response(
        `<form method="post" action="${system.edgeUrl}/session">
         <input name="token" value="${token}"><button>form</button></form>
       <a href="${target}#token=${token}">link</a>`,
        { headers: { "content-type": "text/html" } },
      ),
  );
  try {
    for (const host of ["localhost", "127.0.0.1"]) {
      const evil = `http://${host}:${attacker.addr.port}/`;
      await page.goto(evil);
      await page.getByRole("button", { name: "form" }).click();
      await page.getByRole("heading", { name: "We did not sign you in" }).waitFor();
      await picture(page, "hand-over-refused");
      assertEquals((await whoIsIt(stage)).userId, "fay", `a form of ${host}`);

      await page.goto(evil);
      await page.getByRole("link", { name: "link" }).click();
      await dialogOf(stage).getByRole("heading", { name: "Continue as mallory?" }).waitFor();
      await dialogOf(stage).getByRole("button", { name: "No" }).click();
      await shownAs(stage, "fay");
      assertEquals((await whoIsIt(stage)).userId, "fay", `a link of ${host}`);

      await page.goto(evil);
      const calls = await page.evaluate(callEverything, {
        edgeUrl: system.edgeUrl,
        saleId: shop.saleId,
        productId: shop.productId,
      });
      assertEquals(calls, Array(4).fill("refused"), `scripts of ${host}`);
      assertEquals((await whoIsIt(stage)).userId, "fay");
    }
    const orders = await new TestShop(system).admin("GET", `/orders?saleId=${shop.saleId}`);
    assertEquals(orders.body.total, 0, "nobody bought anything");
  } finally {
    await attacker.shutdown();
  }
});

/** What a script of another site may try; runs in the browser. */
async function callEverything(
  { edgeUrl, saleId, productId }: { edgeUrl: string; saleId: number; productId: number },
): Promise<string[]> {
  const buy = `${edgeUrl}/api/sales/${saleId}/buy`;
  const init = {
    method: "POST",
    body: JSON.stringify({ productId }),
    credentials: "include",
  } as const;
  const json = { "content-type": "application/json" };
  const tries: [string, RequestInit][] = [
    [buy, { ...init, headers: json }],
    [buy, { ...init, mode: "no-cors" }],
    [`${edgeUrl}/api/session`, { method: "DELETE", credentials: "include" }],
    [`${edgeUrl}/api/session`, { credentials: "include" }],
  ];
  const outcomes: string[] = [];
  for (const [url, how] of tries) {
    const answer = await fetch(url, how).catch(() => null);
    // A script may send some requests blindly; it can read no answer, and none has an effect.
    outcomes.push(answer === null || answer.type === "opaque" ? "refused" : "answered");
  }
  return outcomes;
}
