import { assert, assertEquals } from "@std/assert";
import { dragByMouse, dragByTouch, handWay, moveByKeys } from "./testing/drags.ts";
import { onStage } from "./testing/slider_stage.ts";

onStage("askSlider() is solved by mouse and gives the focus back", {}, async (stage) => {
  await stage.ask();
  await stage.untilState("ready");
  assertEquals(await stage.focused(), "handle");
  await dragByMouse(stage, stage.captcha.puzzle.gapX);
  await stage.untilState("passed");
  assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
  assertEquals(await stage.focused(), "brand");
  const [answer] = stage.captcha.answers;
  assertEquals(answer!.input, "pointer");
  assertEquals(answer!.track[0], [0, 0, 0]);
  assert(answer!.track.length > 30 && answer!.track.length <= 200, `${answer!.track.length}`);
  assertEquals(answer!.x, answer!.track.at(-1)![1]);
  answer!.track.slice(1).forEach(([tMs], n) => assert(tMs >= answer!.track[n]![0]));
  assert(new Set(answer!.track.map(([, , y]) => y)).size > 5, "the hand is not quite level");
  assertEquals(await stage.page.locator("dialog.slider").count(), 0);
});

onStage("askSlider() measures the time of a drag as it was made", {}, async (stage) => {
  await stage.ask();
  await stage.untilState("ready");
  // A page that is hardly ever free sees several points of the drag at once, and late.
  await stage.page.evaluate(`setInterval(() => {
    const until = performance.now() + 60;
    while (performance.now() < until);
  }, 80)`);
  const { fromX, toX } = await stage.way(stage.captcha.puzzle.gapX);
  await dragByMouse(stage, stage.captcha.puzzle.gapX, { seed: 8 });
  assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
  const { track } = stage.captcha.answers[0]!;
  let sumMs = 0;
  const made = [0, ...handWay(toX - fromX, 8).map(({ afterMs }) => sumMs += afterMs)];
  for (const [tMs] of track) {
    assert(made.some((madeMs) => Math.abs(madeMs - tMs) < 1), `${tMs} of ${made}`);
  }
});

onStage("askSlider() measures in picture pixels at any size", { width: 1280 }, async (stage) => {
  await stage.ask();
  await stage.untilState("ready");
  await dragByMouse(stage, stage.captcha.puzzle.gapX, { seed: 5 });
  assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
});

onStage(
  "askSlider() is solved by touch, without the page moving",
  { touch: true },
  async (stage) => {
    await stage.ask();
    await stage.untilState("ready");
    await dragByTouch(stage, stage.captcha.puzzle.gapX);
    assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
    const [answer] = stage.captcha.answers;
    assertEquals(answer!.input, "pointer");
    assert(answer!.track.length > 20, `${answer!.track.length} points`);
  },
);

onStage("askSlider() takes the piece itself as a grip", {}, async (stage) => {
  await stage.ask();
  await stage.untilState("ready");
  const piece = (await stage.part("piece").boundingBox())!;
  const picture = (await stage.part("stage").boundingBox())!;
  const { mouse } = stage.page;
  await mouse.move(piece.x + 20, piece.y + 30);
  await mouse.down();
  const by = stage.captcha.puzzle.gapX * picture.width / 320;
  await mouse.move(piece.x + 20 + by, piece.y + 33, { steps: 30 });
  await mouse.up();
  assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
});

onStage("askSlider() is solved by keyboard alone", {}, async (stage) => {
  await stage.ask();
  await stage.untilState("ready");
  const handle = stage.part("handle");
  assertEquals(await handle.getAttribute("aria-valuemax"), "268");
  await stage.page.keyboard.press("End");
  assertEquals(await handle.getAttribute("aria-valuenow"), "268");
  await stage.page.keyboard.press("Home");
  assertEquals(await handle.getAttribute("aria-valuenow"), "0");
  const x = stage.captcha.puzzle.gapX & ~1;
  await moveByKeys(stage, x);
  assertEquals(await handle.getAttribute("aria-valuetext"), `${x} of 268`);
  await stage.picture("keys");
  await stage.page.keyboard.press("Enter");
  assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
  const [answer] = stage.captcha.answers;
  assertEquals([answer!.input, answer!.x, answer!.track.at(-1)![1]], ["keyboard", x, x]);
});

onStage(
  "askSlider() says when it was wrong, and brings a new puzzle by itself",
  {},
  async (stage) => {
    await stage.ask();
    await stage.untilState("ready");
    await dragByMouse(stage, stage.captcha.puzzle.gapX - 40);
    await stage.untilState("failed");
    await stage.says("That was not quite it.");
    await stage.untilState("ready");
    assertEquals(stage.captcha.puzzles.length, 2);
    assertEquals(await stage.part("handle").getAttribute("aria-valuenow"), "0");
    assertEquals(await stage.focused(), "handle");
    await dragByMouse(stage, stage.captcha.puzzle.gapX, { seed: 3 });
    assertEquals((await stage.result())?.pass, "pass-of-challenge-2");
  },
);

onStage("askSlider() makes a pause after four failures in a row", {}, async (stage) => {
  await stage.page.clock.install();
  await stage.ask();
  for (let n = 1; n <= 4; n += 1) {
    await stage.untilState("ready");
    await stage.page.keyboard.press("PageUp");
    await stage.page.keyboard.press("Enter");
    await stage.untilState(n < 4 ? "failed" : "pausing");
    if (n < 4) await stage.page.clock.runFor(1_200);
  }
  await stage.says("Not quite it 4 times.");
  await stage.says("8 s");
  await stage.page.clock.runFor(3_000);
  await stage.says("5 s");
  await stage.page.clock.runFor(5_100);
  await stage.untilState("ready");
  assertEquals(stage.captcha.puzzles.length, 5);
});

onStage(
  "askSlider() gets another puzzle on request, and a press alone is no answer",
  {},
  async (stage) => {
    await stage.ask();
    await stage.untilState("ready");
    await stage.part("handle").click();
    await stage.page.keyboard.press("Enter");
    assertEquals(stage.captcha.answers, []);
    await stage.page.getByRole("button", { name: "New puzzle" }).click();
    await stage.untilState("ready");
    await dragByMouse(stage, stage.captcha.puzzles[1]!.gapX);
    assertEquals((await stage.result())?.pass, "pass-of-challenge-2");
  },
);

onStage("askSlider() gives null when it is closed by key or button", {}, async (stage) => {
  await stage.ask();
  await stage.untilState("ready");
  await stage.page.keyboard.press("Escape");
  assertEquals(await stage.result(), null);
  assertEquals(await stage.focused(), "brand");
  await stage.ask();
  await stage.untilState("ready");
  await stage.page.getByRole("button", { name: "Close" }).click();
  assertEquals(await stage.result(), null);
  let release = () => {};
  stage.captcha.held = new Promise((resolve) => release = resolve);
  await stage.ask();
  await stage.untilState("loading");
  await stage.page.keyboard.press("Escape");
  assertEquals(await stage.result(), null);
  release();
  assertEquals(await stage.page.locator("dialog.slider").count(), 0);
});

onStage(
  "askSlider() replaces a puzzle that ran out, and stops when nobody is there",
  {},
  async (stage) => {
    await stage.page.clock.install();
    await stage.ask();
    await stage.untilState("ready");
    for (let n = 2; n <= 3; n += 1) {
      await stage.page.clock.fastForward(121_000);
      await stage.says("This puzzle was too old.");
      await stage.untilState("ready");
      assertEquals(stage.captcha.puzzles.length, n);
    }
    await stage.page.clock.fastForward(121_000);
    await stage.untilState("idle");
    await stage.says("Are you still there?");
    await stage.picture("idle");
    await stage.page.getByRole("button", { name: "Try again" }).click();
    await stage.untilState("ready");
    assertEquals(stage.captcha.puzzles.length, 4);
  },
);

onStage("askSlider() counts down when it is limited, also at the answer", {}, async (stage) => {
  await stage.page.clock.install();
  stage.captcha.nextPuzzles.push({ status: 429, code: "rate_limited", retryAfterS: 7 });
  await stage.ask();
  await stage.untilState("pausing");
  await stage.says("Too many puzzles from here.");
  await stage.says("7 s");
  await stage.page.clock.runFor(7_100);
  await stage.untilState("ready");
  stage.captcha.nextVerdicts.push({ status: 429, code: "rate_limited", retryAfterS: 2 });
  await stage.page.keyboard.press("End");
  await stage.page.keyboard.press("Enter");
  await stage.untilState("pausing");
  await stage.page.clock.runFor(2_100);
  await stage.untilState("ready");
  assertEquals(stage.captcha.puzzles.length, 2);
});

onStage("askSlider() asks again by itself while there are too few puzzles", {}, async (stage) => {
  const { clock } = stage.page;
  await clock.install();
  const busy = { status: 503, code: "busy", retryAfterS: 2 };
  const { nextPuzzles } = stage.captcha;
  nextPuzzles.push(busy, busy);
  await stage.ask();
  for (const left of [1, 0]) {
    await stage.untilState("pausing");
    await stage.says("Many people want a puzzle right now.");
    assertEquals(nextPuzzles.length, left);
    await clock.runFor(4_000);
  }
  await stage.untilState("ready");
  nextPuzzles.push(...Array.from({ length: 7 }, () => busy));
  await stage.page.getByRole("button", { name: "New puzzle" }).click();
  for (let left = 6; left >= 2; left -= 1) {
    await stage.untilState("pausing");
    assertEquals(nextPuzzles.length, left);
    await clock.runFor(4_000);
  }
  await stage.untilState("away");
  await stage.says("Too many people want a puzzle right now.");
  assertEquals([nextPuzzles.length, await stage.focused()], [1, "retry"]);
});

onStage("askSlider() offers another try when nothing answers", {}, async (stage) => {
  stage.captcha.nextPuzzles.push({ status: 0, code: "" }, { status: 503, code: "unavailable" });
  await stage.ask();
  await stage.untilState("away");
  await stage.says("We could not be reached.");
  assertEquals(await stage.focused(), "retry");
  await stage.page.keyboard.press("Enter");
  await stage.untilState("away");
  await stage.part("retry").click();
  await stage.untilState("ready");
  await dragByMouse(stage, stage.captcha.puzzle.gapX);
  assertEquals((await stage.result())?.pass, "pass-of-challenge-1");
});

for (
  const [status, code, words] of [
    [401, "unauthenticated", "You are not signed in any more."],
    [403, "blocked", "This account cannot buy here."],
    [404, "unknown_item", "This sale is not here any more."],
  ] as const
) {
  onStage(`askSlider() says it in words when a puzzle is refused: ${code}`, {}, async (stage) => {
    stage.captcha.nextPuzzles.push({ status, code });
    await stage.ask();
    await stage.says(words);
    assertEquals(await stage.focused(), "close");
    await stage.picture(code);
    await stage.page.keyboard.press("Enter");
    assertEquals(await stage.result(), null);
  });
}

onStage("askSlider() has a way for those who cannot see the picture", {}, async (stage) => {
  await stage.ask();
  await stage.untilState("ready");
  await stage.page.getByRole("button", { name: "I cannot see or drag it" }).click();
  await stage.says(/You need not see or drag anything/);
  assertEquals(await stage.focused(), "start");
  await stage.page.keyboard.press("Enter");
  await stage.says(/s left|Nearly there/);
  assertEquals((await stage.result())?.pass, "pass-of-w.challenge");
  const [asked, answer] = stage.captcha.waits as [string, { solutions: number[] }];
  assertEquals([asked, answer.solutions.length], ["asked", 8]);
});

onStage("askSlider() goes back from the waiting to the picture", {}, async (stage) => {
  stage.captcha.waitMs = 60_000;
  await stage.ask();
  await stage.untilState("ready");
  await stage.part("quiet").click();
  await stage.part("start").click();
  await stage.says("60 s left");
  await stage.part("back").click();
  await stage.untilState("ready");
  await dragByMouse(stage, stage.captcha.puzzle.gapX);
  assertEquals((await stage.result())?.pass, "pass-of-challenge-2");
  assertEquals(stage.captcha.waits.length, 1);
});
