import type { CDPSession } from "playwright-core";
import type { DialogOnPage } from "./dialog_on_page.ts";

/** One point of a way, relative to the press: px, and the time since the point before, ms. */
interface Step {
  x: number;
  y: number;
  afterMs: number;
}

/**
 * How a hand goes: slowly off, fast in the middle, slower and a little too far, then back; not quite
 * level and not quite even. `seed` makes each one different.
 */
export function handWay(distance: number, seed = 1): Step[] {
  let state = seed * 2_654_435_761 % 4_294_967_296;
  const chance = () =>
    (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296;
  const count = 34 + Math.floor(chance() * 14);
  const beyond = 3 + chance() * 5;
  const lean = (chance() - 0.4) * 9;
  const steps: Step[] = [];
  for (let n = 1; n <= count; n += 1) {
    const f = n / count;
    // A hand speeds up faster than it slows down.
    const g = f ** 0.75;
    const eased = g ** 3 * (10 - 15 * g + 6 * g ** 2);
    const x = (distance + beyond) * eased + (chance() - 0.5) * 0.5;
    const y = lean * f + 2.4 * Math.sin(f * 5 + seed) + (chance() - 0.5);
    steps.push({ x, y, afterMs: 9 + chance() * 13 });
  }
  for (let n = 1; n <= 9; n += 1) {
    const x = distance + beyond * (1 - n / 9) ** 1.5;
    steps.push({ x, y: steps.at(-1)!.y + (chance() - 0.5) * 0.7, afterMs: 18 + chance() * 22 });
  }
  steps.push({ x: distance, y: steps.at(-1)!.y, afterMs: 60 + chance() * 60 });
  return steps;
}

/** The pace of a hand; not a wait for anything. */
function pace(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Sends input whose times are those of the hand, however late a busy machine sends it: the pages
 * measure by the time that an event carries. Never ahead of the clock, as the pace is kept at least.
 */
class Hand {
  #atMs = Date.now();

  private constructor(readonly cdp: CDPSession) {}

  static async of({ context, page }: DialogOnPage): Promise<Hand> {
    return new Hand(await context.newCDPSession(page));
  }

  /** Lets time pass; `timestamp`, s since 1970, of what comes then. */
  async after(ms: number): Promise<{ timestamp: number }> {
    await pace(Math.max(0, this.#atMs + ms - Date.now()));
    this.#atMs += ms;
    return { timestamp: this.#atMs / 1000 };
  }
}

/** Drags the handle by mouse until the piece is at `x`. */
export async function dragByMouse(
  dialog: DialogOnPage,
  x: number,
  { seed = 1 } = {},
): Promise<void> {
  const { fromX, fromY, toX } = await dialog.way(x);
  await dialog.page.mouse.move(fromX, fromY);
  const hand = await Hand.of(dialog);
  const send = async (
    type: "mousePressed" | "mouseMoved" | "mouseReleased",
    at: { x: number; y: number },
    afterMs: number,
  ) => {
    const held = { button: "left", buttons: type === "mouseReleased" ? 0 : 1, clickCount: 1 };
    const time = await hand.after(afterMs);
    await hand.cdp.send("Input.dispatchMouseEvent", { type, ...at, ...held, ...time } as never);
  };
  let at = { x: fromX, y: fromY };
  await send("mousePressed", at, 0);
  for (const step of handWay(toX - fromX, seed)) {
    at = { x: fromX + step.x, y: fromY + step.y };
    await send("mouseMoved", at, step.afterMs);
  }
  await send("mouseReleased", at, 0);
  await hand.cdp.detach();
}

/** Moves the piece to `x` and holds on until `page.mouse.up()`. Not how a hand goes. */
export async function holdByMouse(dialog: DialogOnPage, x: number): Promise<void> {
  const { fromX, fromY, toX } = await dialog.way(x);
  const { mouse } = dialog.page;
  await mouse.move(fromX, fromY);
  await mouse.down();
  await mouse.move(toX, fromY + 2, { steps: 20 });
}

/** The same with a finger. */
export async function dragByTouch(dialog: DialogOnPage, x: number, seed = 2): Promise<void> {
  const { fromX, fromY, toX } = await dialog.way(x);
  const hand = await Hand.of(dialog);
  const send = async (
    type: "touchStart" | "touchMove" | "touchEnd",
    touchPoints: object[],
    afterMs: number,
  ) => {
    const time = await hand.after(afterMs);
    await hand.cdp.send("Input.dispatchTouchEvent", { type, touchPoints, ...time } as never);
  };
  await send("touchStart", [{ x: fromX, y: fromY }], 0);
  for (const step of handWay(toX - fromX, seed)) {
    await send("touchMove", [{ x: fromX + step.x, y: fromY + step.y }], step.afterMs);
  }
  await send("touchEnd", [], 0);
  await hand.cdp.detach();
}

/** Moves the piece to `x` (even) with single presses, ten pixels at a time as long as it can. */
export async function moveByKeys(dialog: DialogOnPage, x: number): Promise<void> {
  const { keyboard } = dialog.page;
  let at = 0;
  for (; x - at >= 10; at += 10) {
    await pace(120 + (at * 7) % 90);
    await keyboard.press("Shift+ArrowRight");
  }
  for (; x - at >= 2; at += 2) {
    await pace(150 + (at * 11) % 70);
    await keyboard.press("ArrowRight");
  }
  await pace(260);
}
