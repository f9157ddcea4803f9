import { assert, assertEquals } from "@std/assert";
import type { CaptchaPolicy } from "../../shared/sale.ts";
import { DialogOnPage } from "../../static/testing/dialog_on_page.ts";
import { dragByMouse, moveByKeys } from "../../static/testing/drags.ts";
import { FREE_FAILURES } from "../captcha/failure_rest.ts";
import { OVER_HALF } from "../gate/gate_parts.ts";
import { openPageHouse, type PageHouse } from "../testing/page_house.ts";
import { PageVisit, PHONE } from "../testing/page_visit.ts";
import { sampleSale } from "../testing/sample_sale.ts";

const MINUTE_MS = 60_000;

/** Drags that are tried: a hand may miss, and after the fourth failure in a row it has to rest. */
const MOST_DRAGS = FREE_FAILURES;

/** A visitor who is signed in, at a sale with the real slider. */
function atSlider(
  name: string,
  sale: { captcha: CaptchaPolicy; startsInMs: number },
  work: (visit: PageVisit, slider: SliderHand, house: PageHouse) => Promise<void>,
): void {
  Deno.test({
    name,
    // The browser is another process whose pipes Playwright closes in its own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using house = await openPageHouse();
      const startsAt = Date.now() + sale.startsInMs;
      const endsAt = startsAt + 60 * MINUTE_MS;
      house.origin.publish(sampleSale(1, { startsAt, endsAt, captcha: sale.captcha }));
      await house.settled();
      const visit = await PageVisit.begin(house, { ...PHONE, width: 1280 });
      await visit.signIn("sam");
      const slider = new SliderHand(visit);
      await visit.goto("/sales/1");
      await work(visit, slider, house);
      await visit.close();
    },
  });
}

/** Solves puzzles by what the house knows of them. */
class SliderHand {
  readonly dialog: DialogOnPage;

  constructor(readonly visit: PageVisit) {
    this.dialog = new DialogOnPage(visit.page, visit.context);
  }

  /** Where the piece belongs, once the puzzle can be moved. */
  async answer(): Promise<number> {
    await this.dialog.untilState("ready");
    const background = await this.dialog.part("background").getAttribute("src");
    const x = this.visit.house.solutions.get(background ?? "");
    assert(x !== undefined, "the puzzle was drawn by the house");
    return x;
  }

  solveByMouse(): Promise<void> {
    return this.#solve((x, seed) => dragByMouse(this.dialog, x, { seed }));
  }

  solveByKeyboard(): Promise<void> {
    return this.#solve(async (x) => {
      await moveByKeys(this.dialog, x);
      await this.visit.page.keyboard.press("Enter");
    });
  }

  /** Tries until one is accepted. */
  async #solve(move: (x: number, seed: number) => Promise<void>): Promise<void> {
    const { page } = this.visit;
    for (let seed = 1; seed <= MOST_DRAGS; seed += 1) {
      await move(await this.answer(), seed);
      const verdict = page.locator("dialog.slider:is([data-state=passed], [data-state=failed])");
      await verdict.waitFor();
      if (await page.locator("dialog.slider[data-state=passed]").count() === 1) return;
      await verdict.waitFor({ state: "detached" });
    }
    throw new Error(`The slider refused ${MOST_DRAGS} drags`);
  }
}

/** Passes that came with buys to the origin, and the request ids of those buys. */
function passesOf({ origin }: PageHouse) {
  const buys = origin.batches.flatMap((batch) => batch.buys).filter((buy) => buy[5] === 0);
  return { passes: buys.map((buy) => buy[6]), requestIds: buys.map((buy) => buy[4]) };
}

atSlider(
  "a person solves the slider by mouse and buys where it is always asked for",
  { captcha: "always", startsInMs: -MINUTE_MS },
  async (visit, slider, house) => {
    await visit.button("Buy now").click();
    await slider.solveByMouse();
    await visit.says("Reserved for you");
    const { passes } = passesOf(house);
    assertEquals([passes.length, typeof passes[0]], [1, "string"]);
  },
);

atSlider(
  "a person solves the slider by keyboard before the start, and then buys at once",
  { captcha: "always", startsInMs: 85_000 },
  async (visit, slider, house) => {
    await visit.says("Solve the slider now to be quick.");
    await visit.button("Solve the slider now").press("Enter");
    await slider.solveByKeyboard();
    await visit.button(/^Ready · opens in/).waitFor();
    await visit.picture("product-ready");
    // Nobody waits for the start: the house's clock goes there, and the page follows it.
    const [sale] = house.origin.sales;
    house.aheadMs = Math.max(0, sale!.startsAt - Date.now());
    await visit.page.getByRole("button", { name: "Buy now", exact: true }).click();
    await visit.says("Reserved for you");
    assertEquals(await visit.page.locator("dialog.slider").count(), 0);
    assertEquals(passesOf(house).passes.length, 1);
  },
);

atSlider(
  "whoever closes the slider can go on later, with the same wish",
  { captcha: "suspicious", startsInMs: -MINUTE_MS },
  async (visit, slider, house) => {
    house.limited = [OVER_HALF, OVER_HALF];
    const keys: (string | undefined)[] = [];
    visit.page.on("request", (request) => {
      if (request.url().endsWith("/buy")) keys.push(request.headers()["idempotency-key"]);
    });
    await visit.button("Buy now").click();
    await slider.answer();
    await visit.page.keyboard.press("Escape");
    await visit.says("The slider was closed");
    house.limited = [OVER_HALF, OVER_HALF];
    await visit.button("Buy now").click();
    await slider.solveByMouse();
    await visit.says("Reserved for you");
    assertEquals(new Set(keys).size, 1, "every try had the same key");
    const { passes, requestIds } = passesOf(house);
    assertEquals([passes.length, requestIds], [1, [keys[0]!]]);
  },
);
