import type { Dice } from "../art/dice.ts";
import type { HumanTrack } from "./human_tracks.ts";

/**
 * How people move the piece by keyboard: hold an arrow (with Shift for long steps), let go before
 * the gap, then press until it fits; or press all the way; or with pauses to listen to what a screen
 * reader says. Built from what systems do when a key is held, without a look at any judge.
 */
export function keyTrack(dice: Dice, target: number): HumanTrack {
  const track: HumanTrack = [[0, 0, 0]];
  let x = 0, ms = 0;
  const press = (step: number, afterMs: number) => {
    ms += afterMs;
    x = Math.max(0, x + step);
    track.push([Math.round(ms * 10) / 10, x, 0]);
  };
  const rhythm = dice.between(110, 420);
  const byHand = () => rhythm * Math.exp(0.35 * (dice.between(-1, 1) + dice.between(-1, 1)));
  const listens = dice.chance(0.25);
  const delay = dice.pick([250, 400, 500, 500, 660]), repeat = dice.pick([11, 30, 33, 40, 50]);
  const holds = !listens && dice.chance(0.7);
  const stops = dice.between(6, 40);
  const step = (size: number) => x === 0 ? press(size, 0) : press(size, byHand());
  if (holds) {
    const size = dice.chance(0.6) ? 10 : 2;
    press(size, 0);
    let gap = delay + dice.between(-8, 8);
    while (target - x > Math.max(stops, size)) {
      press(size, gap);
      gap = repeat + dice.between(-1.5, 1.5);
    }
    ms += dice.between(150, 500);
  }
  for (let count = 0; count < 120 && Math.abs(target - x) > dice.between(1, 2.2); count += 1) {
    const left = target - x;
    const size = Math.abs(left) > 9 ? 10 : 2;
    step(Math.sign(left) * size);
    if (listens) ms += dice.between(250, 1_400);
  }
  ms += dice.between(250, 1_500);
  track.push([Math.round(ms * 10) / 10, x, 0]);
  return track;
}
