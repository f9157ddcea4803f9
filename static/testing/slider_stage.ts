import { assertEquals } from "@std/assert";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { Assets, readStaticFiles } from "../../edge/pages/assets.ts";
import { type EdgeKit, startEdge } from "../../edge/testing/edge_kit.ts";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { CHROMIUM_ARGS, DialogOnPage } from "./dialog_on_page.ts";
import { StandInCaptcha } from "./stand_in_captcha.ts";

/** Where to keep pictures of the dialog, if somebody wants to look at it. */
const PICTURES = Deno.env.get("SCREENSHOT_DIR");

/** True when pictures are kept: then every language, scheme and width is gone through. */
export const KEEPS_PICTURES = PICTURES !== undefined;

/** How the browser looks at the page. */
export interface Look {
  language?: "en" | "zh-CN";
  colorScheme?: "light" | "dark";
  width?: number;
  height?: number;
  touch?: boolean;
  reducedMotion?: boolean;
}

/** An edge with its real pages in a real browser; only the captcha's API is a stand-in. */
export class SliderHouse {
  private constructor(
    readonly url: string,
    readonly sliderPath: string,
    readonly stylePaths: string[],
    readonly browser: Browser,
    readonly kit: EdgeKit,
    private readonly server: Deno.HttpServer,
  ) {}

  static async open(): Promise<SliderHouse> {
    const kit = await startEdge();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request, info) => kit.edge.handle(request, info.remoteAddr.hostname),
    );
    const browser = await chromium.launch({
      executablePath: serviceFor("CHROMIUM_PATH"),
      args: CHROMIUM_ARGS,
    });
    const assets = new Assets(await readStaticFiles(new URL("../", import.meta.url)));
    const styles = ["slider.css", "slider_puzzle.css"].map((name) => assets.path(name));
    const url = `http://127.0.0.1:${server.addr.port}`;
    return new SliderHouse(url, assets.path("slider.js"), styles, browser, kit, server);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.shutdown();
    await this.kit[Symbol.asyncDispose]();
  }
}

/** One page on which the slider is asked for, and what a test does there. */
export class SliderStage extends DialogOnPage {
  readonly captcha: StandInCaptcha;
  /** What the page complained about. */
  readonly problems: string[] = [];

  private constructor(
    readonly house: SliderHouse,
    context: BrowserContext,
    page: Page,
    readonly look: Look,
  ) {
    super(page, context);
    this.captcha = new StandInCaptcha(house.kit.timers.clock);
  }

  static async open(house: SliderHouse, look: Look = {}): Promise<SliderStage> {
    const context = await house.browser.newContext({
      viewport: { width: look.width ?? 390, height: look.height ?? 844 },
      colorScheme: look.colorScheme ?? "light",
      hasTouch: look.touch ?? false,
      locale: look.language ?? "en",
      reducedMotion: look.reducedMotion ? "reduce" : "no-preference",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const stage = new SliderStage(house, context, page, look);
    page.on("pageerror", (error) => stage.problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy/i.test(message.text())) {
        stage.problems.push(message.text());
      }
    });
    await page.route("**/api/captcha", (route) => stage.captcha.handle(route));
    await page.route("**/api/captcha/*", (route) => stage.captcha.handle(route));
    await page.goto(`${house.url}/sales/1`);
    return stage;
  }

  /** Asks for the slider, as the page does after a 428. */
  async ask(): Promise<void> {
    const { sliderPath, stylePaths } = this.house;
    const { language = "en" } = this.look;
    await this.page.evaluate(`(async () => {
      document.documentElement.lang = ${JSON.stringify(language)};
      for (const path of ${JSON.stringify(stylePaths)}) {
        if (document.querySelector('link[href="' + path + '"]')) continue;
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = path;
        await new Promise((resolve) => { link.onload = resolve; document.head.append(link); });
      }
      const { askSlider } = await import(${JSON.stringify(sliderPath)});
      const opener = document.querySelector(".brand");
      opener.focus();
      globalThis.asked = askSlider({ saleId: 1, opener });
    })()`);
  }

  /** What the dialog gave in the end. */
  result(): Promise<{ pass: string; expiresAt: string } | null> {
    return this.page.evaluate("globalThis.asked");
  }

  /** Keeps a picture of what can be seen. */
  async picture(name: string): Promise<void> {
    if (!PICTURES) return;
    const { width = 390, colorScheme = "light", language = "en" } = this.look;
    const file = `slider-${name}-${width}-${colorScheme}-${language.slice(0, 2)}.png`;
    await this.page.screenshot({ path: `${PICTURES}/${file}`, animations: "disabled" });
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** Defines a test on a page of its own; whatever the page complains about fails it. */
export function onStage(
  name: string,
  look: Look,
  work: (stage: SliderStage) => Promise<void>,
): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const house = await SliderHouse.open();
      try {
        const stage = await SliderStage.open(house, look);
        await work(stage);
        assertEquals(stage.problems, []);
      } finally {
        await house.close();
      }
    },
  });
}
