import { assertEquals } from "@std/assert";
import axe from "axe-core";
import { AT_REST } from "./at_rest.ts";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { SESSION_COOKIE } from "../gate/identity.ts";
import type { PageHouse } from "./page_house.ts";

/** How a visitor looks at pages. */
export interface Look {
  width: 390 | 1280;
  scheme: "light" | "dark";
  language: "en" | "zh";
}

/** A phone in daylight, in English. */
export const PHONE: Look = { width: 390, scheme: "light", language: "en" };

/** Where pictures are kept; git ignores the folder that is taken when nobody names one. */
const PICTURES = Deno.env.get("SCREENSHOT_DIR") ??
  new URL("../../screenshots/pages", import.meta.url).pathname;

/** Longest wait for what a page should show, ms. */
const TIMEOUT_MS = 10_000;

/** A browser window; whoever opens it closes it. */
export function openWindow(house: PageHouse, look: Look): Promise<BrowserContext> {
  const { width, scheme, language } = look;
  return house.browser.newContext({
    viewport: { width, height: width === 390 ? 844 : 900 },
    colorScheme: scheme,
    locale: language === "en" ? "en-GB" : "zh-CN",
    timezoneId: "Asia/Shanghai",
    ...(width === 390 ? { hasTouch: true, isMobile: true } : {}),
  });
}

/** One visitor: a browser window of its own, whose pages may not complain about anything. */
export class PageVisit {
  /** What pages complained about: exceptions, the policy, other hosts, missing files. */
  readonly problems: string[] = [];

  private constructor(
    readonly house: PageHouse,
    readonly look: Look,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async begin(house: PageHouse, look: Look = PHONE): Promise<PageVisit> {
    return await PageVisit.in(await openWindow(house, look), house, look);
  }

  /** A visit in a window that is there already, on a page of its own. */
  static async in(context: BrowserContext, house: PageHouse, look: Look): Promise<PageVisit> {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const visit = new PageVisit(house, look, context, page);
    const { problems } = visit;
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && /Content Security Policy/i.test(text)) problems.push(text);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(house.url) && !/^(data|blob):/.test(request.url())) {
        problems.push(request.url());
      }
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && response.url().includes("/assets/")) {
        problems.push(`${response.status()} ${response.url()}`);
      }
    });
    return visit;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.house.url + path);
  }

  /** Signs in behind the page's back. */
  async signIn(userId: string, level = 0): Promise<void> {
    const value = await this.house.kit.signIn(userId, level);
    await this.context.addCookies([{ name: SESSION_COOKIE, value, url: this.house.url }]);
  }

  button(name: RegExp | string): Locator {
    return this.page.getByRole("button", { name }).first();
  }

  async says(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Waits until every picture is there, also those that are loaded late, and the first stock. */
  async picturesLoaded(): Promise<void> {
    await this.page.evaluate(`(async () => {
      const pictures = [...document.images];
      for (const picture of pictures) picture.loading = "eager";
      await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
    })()`);
  }

  /** Looks at the page as a whole: nothing is wider than the window. */
  async fits(name: string): Promise<void> {
    const extra = await this.page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assertEquals(extra, 0, `${name} is wider than the window`);
  }

  /** Both: nothing is wider than the window, and nothing is serious for axe. */
  async inspect(name: string): Promise<void> {
    await this.fits(name);
    await this.audit(name);
  }

  /** Looks at the page as a whole: nothing is serious for axe. */
  async audit(name: string): Promise<void> {
    assertEquals(await this.#findings(), [], name);
  }

  /** Keeps a picture of the whole page. */
  async picture(name: string): Promise<void> {
    const { width, scheme, language } = this.look;
    const path = `${PICTURES}/${name}-${width}-${scheme}-${language}.png`;
    await this.page.screenshot({ path, fullPage: true, animations: "disabled" });
  }

  /** Ends the visit and keeps the window, with what it has loaded, for somebody else. */
  async leave(): Promise<void> {
    await this.page.close();
    await this.context.clearCookies();
    assertEquals(this.problems, []);
  }

  async close(): Promise<void> {
    await this.context.close();
    assertEquals(this.problems, []);
  }

  /** Serious and critical findings of axe-core, each with where it was found. */
  async #findings(): Promise<string[]> {
    await this.page.evaluate(AT_REST);
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate("axe.run(document)") as axe.AxeResults;
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
  }
}
