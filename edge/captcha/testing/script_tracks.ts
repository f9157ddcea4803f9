import type { Dice } from "../art/dice.ts";
import type { HumanTrack } from "./human_tracks.ts";

/** Tracks as scripts make them, by what is wrong with them. Each ends at `target`. */
export const SCRIPTS: Record<string, (dice: Dice, target: number) => HumanTrack> = {
  "straight": (dice, target) => {
    const slope = dice.between(-0.2, 0.2);
    return drag(dice, target, { x: ease(dice), y: (_, x) => x * slope });
  },
  "constant speed": (dice, target) =>
    drag(dice, target, { x: (share) => share, y: drifting(dice) }),
  "flat": (dice, target) => {
    const y = dice.pick([0, 0, 3.5]);
    return drag(dice, target, { x: ease(dice), y: () => y });
  },
  "teleporting": (dice, target) => {
    const at = dice.between(0.1, 0.9), wide = dice.between(0.5, 1);
    const slow = ease(dice);
    return drag(dice, target, {
      x: (share) => (1 - wide) * slow(share) + (share > at ? wide : 0),
      y: drifting(dice),
    });
  },
  "too fast": (dice, target) =>
    drag(dice, target, { x: ease(dice), y: drifting(dice) }, dice.between(20, 300)),
  "too regular": (dice, target) => {
    const swing = dice.between(1, 5), turn = dice.between(1, 5);
    const x = ease(dice), everyMs = dice.pick([5, 8, 10, 16, 20]);
    const points = dice.whole(25, 100);
    return Array.from({ length: points }, (_, at) => {
      const share = at / (points - 1);
      return [at * everyMs, target * x(share), swing * Math.sin(share * turn)];
    });
  },
  "jitter on a line": (dice, target) => {
    const jitter = dice.between(0.5, 3);
    const shake = () => jitter * dice.between(-1, 1);
    return drag(dice, target, {
      x: (share) => share + (share > 0 && share < 1 ? shake() / target : 0),
      y: shake,
    });
  },
  "no points between": (dice, target) =>
    drag(dice, target, { x: ease(dice), y: drifting(dice) }, 900, dice.whole(1, 6)),
};

/** The curves that animation libraries offer. */
const EASINGS: ((share: number) => number)[] = [
  (s) => s * s * (3 - 2 * s),
  (s) => s ** 3 * (10 - 15 * s + 6 * s * s),
  (s) => 1 - (1 - s) ** 2,
  (s) => 1 - (1 - s) ** 3,
  (s) => s < 0.5 ? 2 * s * s : 1 - 2 * (1 - s) ** 2,
  (s) => s < 0.5 ? 4 * s ** 3 : 1 - 4 * (1 - s) ** 3,
  (s) => (1 - Math.cos(Math.PI * s)) / 2,
  (s) => s === 1 ? 1 : 1 - 2 ** (-10 * s),
];

/** One of the curves. */
export function ease(dice: Dice): (share: number) => number {
  return dice.pick(EASINGS);
}

/** A height that wanders as a hand's does, so that only what is under test is wrong. */
export function drifting(dice: Dice): (share: number) => number {
  const swing = dice.between(1, 5), turn = dice.between(1, 4), shift = dice.between(0, 6);
  return (share) =>
    Math.round(10 * (swing * Math.sin(share * turn + shift) + dice.between(-0.3, 0.3))) / 10;
}

interface Shape {
  x: (share: number) => number;
  y: (share: number, x: number) => number;
}

function drag(
  dice: Dice,
  target: number,
  { x, y }: Shape,
  durationMs = dice.between(500, 2_500),
  points = Math.max(3, Math.round(durationMs / dice.pick([8, 12, 16.7]))),
): HumanTrack {
  const gap = durationMs / points;
  const track: HumanTrack = [];
  for (let at = 0; at <= points; at += 1) {
    const share = at / points;
    const wobble = at === 0 ? 0 : dice.between(0, 0.4) * gap;
    const way = at === points ? target : target * x(share);
    track.push([
      Math.round((at * gap + wobble) * 10) / 10,
      Math.round(way * 10) / 10,
      y(share, way),
    ]);
  }
  return track;
}
