import { assert, assertEquals } from "@std/assert";
import { type BrowserContextOptions, chromium } from "playwright-core";
import { type Challenge, randomId } from "../../../edge/captcha/challenge.ts";
import { FREE_FAILURES } from "../../../edge/captcha/failure_rest.ts";
import { MemoryChallenges } from "../../../edge/captcha/memory_challenges.ts";
import { MemorySeenTracks } from "../../../edge/captcha/seen_tracks.ts";
import { CHROMIUM_ARGS, DialogOnPage } from "../../../static/testing/dialog_on_page.ts";
import { dragByMouse, dragByTouch, moveByKeys } from "../../../static/testing/drags.ts";
import { serviceFor } from "../../testing/services_env.ts";
import { SHARED_KEYS, startSecondEdge } from "./second_edge.ts";
import { type TestSale, TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** Where to keep pictures of the pages, if somebody wants to look at them. */
const PICTURES = Deno.env.get("SCREENSHOT_DIR");

/** A hand may miss or be taken for a script; after the fourth failure in a row it has to rest. */
const MAX_TRIES = FREE_FAILURES;

/** Keeps the challenges of an edge, and lets the test see where the gap of the last one is. */
class SeenChallenges extends MemoryChallenges {
  lastX = 0;

  override put(challenge: Challenge, nowMs: number): Promise<string> {
    this.lastX = challenge.x;
    return super.put(challenge, nowMs);
  }
}

/** A person in front of the page of a sale that asks everybody for the slider. */
class Visitor extends DialogOnPage {
  challenges!: SeenChallenges;
  sale!: TestSale;
  shop!: TestShop;
  tries = 0;

  /** Solves the slider in some way, again if need be, until the page goes on. */
  async solve(by: (x: number, n: number) => Promise<void>): Promise<void> {
    while (this.tries < MAX_TRIES) {
      await this.untilState("ready");
      this.tries += 1;
      // A look at the picture first: nobody takes hold of the piece at once.
      await this.page.mouse.move(10, 10, { steps: 8 });
      await by(this.challenges.lastX, this.tries);
      const state = await waitFor("a verdict", async () => {
        const found: string = await this.page.evaluate(
          "document.querySelector('dialog.slider')?.dataset.state ?? 'passed'",
        );
        return ["passed", "failed", "pausing"].includes(found) ? found : null;
      });
      if (state === "passed") return;
    }
    throw new Error(`The slider was not solved in ${MAX_TRIES} tries`);
  }

  async picture(name: string): Promise<void> {
    if (PICTURES) await this.page.screenshot({ path: `${PICTURES}/gate-${name}.png` });
  }

  /** The page says that the piece is reserved, and it is. */
  async untilReserved(): Promise<void> {
    await this.page.getByText("Reserved for you").first().waitFor();
    const { body } = await this.shop.proofAtRest(this.sale.saleId);
    assertEquals([body.ok, body.unpaid], [true, 1]);
  }
}

interface Scene {
  options?: BrowserContextOptions;
  /** How far the clock of the edge runs ahead, ms. */
  ahead?: { ms: number };
}

function visit(name: string, scene: Scene, work: (visitor: Visitor) => Promise<void>): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const system = await startSystem("embedded", SHARED_KEYS);
      const challenges = new SeenChallenges({ randomId });
      const browser = await chromium.launch({
        executablePath: serviceFor("CHROMIUM_PATH"),
        args: CHROMIUM_ARGS,
      });
      try {
        await using edge = await startSecondEdge(system, {
          captchaSharing: { challenges, seen: new MemorySeenTracks() },
          clock: () => Date.now() + (scene.ahead?.ms ?? 0),
        });
        const shop = new TestShop({ ...system, edgeUrl: edge.url });
        const sale = await shop.openSale(5, { sale: { captcha: "always" } });
        const context = await browser.newContext({
          viewport: { width: 390, height: 844 },
          locale: "en",
          ...scene.options,
        });
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        const problems: string[] = [];
        page.on("pageerror", (error) => problems.push(String(error)));
        page.on("console", (message) => {
          if (/Content Security Policy/i.test(message.text())) problems.push(message.text());
        });
        await context.request.post(`${edge.url}/dev/login`, { data: { userId: "vera" } });
        await page.goto(`${edge.url}/sales/${sale.saleId}`);
        const visitor = Object.assign(new Visitor(page, context), { challenges, sale, shop });
        await page.getByRole("button", { name: /^buy/i }).first().click();
        await work(visitor);
        assertEquals(problems, []);
        console.log(`  solved at try ${visitor.tries}`);
      } finally {
        await browser.close();
        assertEquals(await system.stop(), 0, system.output());
      }
    },
  });
}

visit("a person solves the slider by mouse and buys", {}, async (visitor) => {
  await visitor.untilState("ready");
  await visitor.picture("slider");
  await visitor.solve((x, n) => dragByMouse(visitor, x, { seed: 10 + n }));
  await visitor.untilReserved();
  await visitor.picture("reserved");
});

visit("a person solves the slider with a finger and buys", {
  options: { hasTouch: true, isMobile: true },
}, async (visitor) => {
  await visitor.solve((x, n) => dragByTouch(visitor, x, 20 + n));
  await visitor.untilReserved();
});

visit("a person solves the slider by keyboard and buys", {}, async (visitor) => {
  await visitor.solve(async (x) => {
    await moveByKeys(visitor, 2 * Math.round(x / 2));
    await visitor.page.keyboard.press("Enter");
  });
  await visitor.untilReserved();
});

visit("a person who misses hears it, and solves the next one", {}, async (visitor) => {
  await visitor.untilState("ready");
  const before = visitor.challenges.lastX;
  await dragByMouse(visitor, before > 130 ? before - 50 : before + 50, { seed: 31 });
  await visitor.says("That was not quite it.");
  await visitor.picture("failed");
  await visitor.solve((x, n) => dragByMouse(visitor, x, { seed: 32 + n }));
  await visitor.untilReserved();
});

visit("a person who closes the slider buys nothing, and can try again", {}, async (visitor) => {
  await visitor.untilState("ready");
  await visitor.page.keyboard.press("Escape");
  await visitor.page.locator("dialog.slider").waitFor({ state: "detached" });
  await visitor.picture("closed");
  await visitor.page.getByRole("button", { name: /^buy/i }).first().click();
  await visitor.solve((x, n) => dragByMouse(visitor, x, { seed: 40 + n }));
  await visitor.untilReserved();
});

const ahead = { ms: 0 };

visit("a person who cannot see the picture waits, and buys", { ahead }, async (visitor) => {
  const { page } = visitor;
  await visitor.untilState("ready");
  await page.clock.install();
  await visitor.part("quiet").click();
  const begun = page.waitForResponse((response) => response.url().endsWith("/api/captcha"));
  await page.keyboard.press("Enter");
  const { challengeId, waitMs, work } = await (await begun).json();
  assert(waitMs >= 20_000, `waits ${waitMs} ms`);
  const early = await page.request.post(
    `${visitor.shop.system.edgeUrl}/api/captcha/${challengeId}`,
    {
      data: { solutions: Array(work.count).fill(0) },
      headers: { "sec-fetch-site": "same-origin" },
    },
  );
  assertEquals(early.status(), 429, await early.text());
  ahead.ms += waitMs;
  for (let waitedMs = 0; waitedMs < waitMs + 1_000; waitedMs += 1_000) {
    await page.clock.runFor(1_000);
  }
  // The work takes as long as it takes; the page looks for its end on its own clock.
  const solved = visitor.untilReserved();
  const moving = setInterval(() => page.clock.runFor(500).catch(() => {}), 100);
  await solved.finally(() => clearInterval(moving));
});
