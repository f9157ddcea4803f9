import { assertEquals } from "@std/assert";
import { dragByMouse, holdByMouse } from "./testing/drags.ts";
import { KEEPS_PICTURES, type Look, onStage } from "./testing/slider_stage.ts";

/** With pictures wanted, every language, scheme and width; else one of each. */
const LOOKS: Look[] = KEEPS_PICTURES
  ? (["en", "zh-CN"] as const).flatMap((language) =>
    (["light", "dark"] as const).flatMap((colorScheme) =>
      ([390, 1280] as const).map((width) => ({ language, colorScheme, width }))
    )
  )
  : [{ language: "en", colorScheme: "light" }, { language: "zh-CN", colorScheme: "dark" }];

for (const look of LOOKS) {
  const name = `${look.language} ${look.colorScheme} ${look.width ?? 390}`;
  onStage(`the dialog has no serious accessibility problem: ${name}`, look, async (stage) => {
    const seen = async (state: string) => {
      await stage.picture(state);
      assertEquals(await stage.axe(), [], state);
    };
    let release = () => {};
    const hold = () => stage.captcha.held = new Promise((resolve) => release = resolve);
    hold();
    await stage.ask();
    await stage.untilState("loading");
    await seen("loading");
    release();
    await stage.untilState("ready");
    await seen("ready");
    await holdByMouse(stage, stage.captcha.puzzle.gapX - 30);
    await seen("dragging");
    hold();
    await stage.page.mouse.up();
    await stage.untilState("checking");
    await seen("checking");
    await stage.page.clock.install();
    release();
    await stage.untilState("failed");
    await seen("failed");
    await stage.part("close").click();
    stage.captcha.nextPuzzles.push({ status: 429, code: "rate_limited", retryAfterS: 7 });
    await stage.ask();
    await stage.untilState("pausing");
    await seen("limited");
    await stage.part("close").click();
    stage.captcha.nextPuzzles.push({ status: 503, code: "unavailable" });
    await stage.ask();
    await stage.untilState("away");
    await seen("away");
    await stage.part("quiet").click();
    await seen("waiting-before");
    stage.captcha.waitMs = 20_000;
    await stage.part("start").click();
    await stage.page.clock.runFor(6_000);
    await seen("waiting");
    await stage.part("back").click();
    await stage.untilState("ready");
    await dragByMouse(stage, stage.captcha.puzzle.gapX, { seed: 4 });
    await stage.untilState("passed");
    await seen("passed");
  });
}

onStage(
  "nothing moves by itself for those who want that",
  { reducedMotion: true },
  async (stage) => {
    let release = () => {};
    stage.captcha.held = new Promise((resolve) => release = resolve);
    await stage.ask();
    await stage.untilState("loading");
    const moving =
      "document.querySelector('dialog.slider').getAnimations({ subtree: true }).length";
    assertEquals(await stage.page.evaluate(moving), 0);
    release();
    await stage.untilState("ready");
    await dragByMouse(stage, stage.captcha.puzzle.gapX - 40);
    await stage.untilState("failed");
    assertEquals(await stage.page.evaluate(moving), 0);
  },
);

onStage(
  "all of the dialog fits a phone on its side",
  { height: 390, width: 844 },
  async (stage) => {
    await stage.ask();
    await stage.untilState("ready");
    await stage.picture("landscape");
    const hidden = "(() => { const d = document.querySelector('dialog.slider'); " +
      "return d.scrollHeight - d.clientHeight; })()";
    assertEquals(await stage.page.evaluate(hidden), 0);
    await dragByMouse(stage, stage.captcha.puzzle.gapX);
    assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
  },
);
