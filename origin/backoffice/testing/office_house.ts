import { assertEquals } from "@std/assert";
import type axe from "axe-core";
// The short form: it is sent to every page, and takes a third of the time otherwise.
import shortAxe from "axe-core/axe.min.js";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { serviceFor } from "../../../shared/testing/services_env.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";

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

/** Where pictures are kept; none are made when nobody names a folder, but of what failed. */
const PICTURES = Deno.env.get("SCREENSHOT_DIR");

/** What git ignores, for pictures of failures. */
const FAILURES = new URL("../../../screenshots/office", import.meta.url).pathname;

/** Where every operator lives. */
const ZONE = "Europe/Berlin";

/** Without what axe would fetch beforehand: it takes most of the time, and nothing here needs it. */
const AUDIT = "axe.run(document, { preload: false, resultTypes: ['violations'] })";

/** Longest wait for what a page should show, ms. */
const TIMEOUT_MS = 15_000;

/** How an operator looks at pages. */
export interface OfficeLook {
  width: 390 | 1280;
  scheme: "light" | "dark";
}

/** Starts the browser that looks at the back office; whoever opens it closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: serviceFor("CHROMIUM_PATH"), args: CHROMIUM_ARGS });
}

/** An origin with its back office on a free port, everything in memory. */
export class OfficeHouse {
  private constructor(
    readonly url: string,
    readonly origin: OriginFixture,
    readonly server: Deno.HttpServer,
  ) {}

  /** An empty house in which an admin is signed in. */
  static async open(): Promise<OfficeHouse> {
    const origin = await OriginFixture.open();
    origin.signIn("admin");
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => origin.app.fetch(request),
    );
    return new OfficeHouse(`http://127.0.0.1:${server.addr.port}`, origin, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    await this.origin[Symbol.asyncDispose]();
  }
}

/** A window of an operator in Berlin; whoever opens it closes it. */
export async function openWindow(
  browser: Browser,
  { width, scheme }: OfficeLook,
  script: "with" | "without" = "with",
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height: width === 390 ? 844 : 900 },
    colorScheme: scheme,
    locale: "en-GB",
    timezoneId: ZONE,
    javaScriptEnabled: script === "with",
    ...(width === 390 ? { hasTouch: true, isMobile: true } : {}),
  });
  // As after the sign-in page, where a browser first tells its zone.
  await context.addCookies([
    { name: "dropgate_admin_zone", value: ZONE, domain: "127.0.0.1", path: "/admin" },
  ]);
  return context;
}

/** A visit of an operator, whose pages may not complain about anything. */
export class OfficeVisit {
  /** What pages complained about: exceptions, the policy, other hosts, missing files. */
  readonly problems: string[] = [];

  private constructor(
    readonly look: OfficeLook,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /** A page of its own in a window, which may be shared. */
  static async in(context: BrowserContext, look: OfficeLook): Promise<OfficeVisit> {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const visit = new OfficeVisit(look, context, page);
    const { problems } = visit;
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && /Content Security Policy/i.test(text)) problems.push(text);
    });
    page.on("request", (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) {
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

  /** A page in a window of its own. */
  static async begin(
    browser: Browser,
    look: OfficeLook,
    script: "with" | "without" = "with",
  ): Promise<OfficeVisit> {
    return await OfficeVisit.in(await openWindow(browser, look, script), look);
  }

  /** Waits for pictures, then: nothing is wider than the window. */
  async fits(name: string): Promise<void> {
    await this.page.evaluate(`(async () => {
      const pictures = [...document.images];
      for (const picture of pictures) picture.loading = "eager";
      await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
    })()`);
    const extra = await this.page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assertEquals(extra, 0, `${name} is wider than the window`);
  }

  /** Serious and critical findings of axe-core: there are none. */
  async audit(name: string): Promise<void> {
    await this.page.evaluate(shortAxe.source);
    const { violations } = await this.page.evaluate(AUDIT) as axe.AxeResults;
    const found = violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
    assertEquals(found, [], name);
  }

  /** Keeps a picture of the whole page, if somebody wants pictures. */
  async picture(name: string): Promise<void> {
    if (PICTURES !== undefined) await this.#keep(PICTURES, name);
  }

  /** Keeps a picture of a page that is not as it should be. */
  async pictureOfFailure(name: string): Promise<void> {
    await this.#keep(PICTURES ?? FAILURES, `failed-${name}`);
  }

  async #keep(folder: string, name: string): Promise<void> {
    const { width, scheme } = this.look;
    const path = `${folder}/${name}-${width}-${scheme}.png`;
    await this.page.screenshot({ path, fullPage: true, animations: "disabled" });
  }

  /** Before the next page is looked at in the same place: this one did not complain. */
  next(): void {
    assertEquals(this.problems.splice(0), []);
  }

  async close(): Promise<void> {
    await this.context.close();
    assertEquals(this.problems, []);
  }
}
