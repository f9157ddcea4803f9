import type { Dice } from "../art/dice.ts";
import type { HumanTrack } from "./human_tracks.ts";
import { ease } from "./script_tracks.ts";

/**
 * How programs that found the gap move the piece there. `eased` is what most published solvers do: a
 * curve of an animation library with jitter on it. `overshooting` goes past the gap and comes back.
 * `physical` speeds up and slows down by constant forces. `studied` is by somebody who has read the
 * judge: a movement with a correction and a height that drifts.
 */
export const SOLVER_MOTIONS = ["eased", "overshooting", "physical", "studied"] as const;
export type SolverMotion = (typeof SOLVER_MOTIONS)[number];

/** A track to `target`. */
export function solverTrack(dice: Dice, target: number, motion: SolverMotion): HumanTrack {
  switch (motion) {
    case "eased":
      return jittered(dice, target, scaled(target, ease(dice)));
    case "overshooting": {
      const over = dice.between(3, 9), there = dice.between(0.65, 0.85);
      const way = ease(dice), back = ease(dice);
      return jittered(
        dice,
        target,
        (share) =>
          share < there
            ? (target + over) * way(share / there)
            : target + over - over * back((share - there) / (1 - there)),
      );
    }
    case "physical": {
      const turn = dice.between(0.5, 0.8);
      return jittered(
        dice,
        target,
        scaled(target, (s) => s < turn ? s * s / turn : 1 - (1 - s) ** 2 / (1 - turn)),
      );
    }
    case "studied": {
      const short = dice.between(0.9, 0.97), pause = dice.between(0.06, 0.12);
      const there = dice.between(0.5, 0.65), lean = dice.between(0.8, 0.95);
      return jittered(dice, target, (share) => {
        const first = smooth(Math.min(1, share / there) ** lean);
        const second = smooth(Math.max(0, (share - there - pause) / (1 - there - pause)));
        return target * (short * first + (1 - short) * second);
      }, true);
    }
  }
}

function smooth(share: number): number {
  const s = Math.min(1, share);
  return s ** 3 * (10 - 15 * s + 6 * s * s);
}

function scaled(target: number, course: (share: number) => number): (share: number) => number {
  return (share) => target * course(share);
}

function jittered(
  dice: Dice,
  target: number,
  xAt: (share: number) => number,
  drifts = false,
): HumanTrack {
  const durationMs = dice.between(600, 2_200), everyMs = dice.pick([8, 10, 16]);
  const bend = dice.between(-5, 5), turn = dice.between(1, 4);
  const track: HumanTrack = [[0, 0, 0]];
  for (let ms = everyMs; ms < durationMs; ms += everyMs + dice.whole(-2, 3)) {
    const share = ms / durationMs;
    const y = drifts
      ? Math.round(bend * Math.sin(share * turn) + dice.between(-0.3, 0.3))
      : dice.whole(-2, 2);
    const x = Math.round(xAt(share)) + (drifts ? 0 : dice.whole(-1, 1));
    track.push([ms, Math.max(0, x), y]);
  }
  track.push([Math.round(durationMs), target, track.at(-1)![2]]);
  return track;
}
