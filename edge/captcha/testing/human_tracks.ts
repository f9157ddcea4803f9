import type { Dice } from "../art/dice.ts";

/**
 * Movements as people make them, for holding a judge against. Built from what is known of aimed
 * movements, without a look at any judge: a planned movement by minimum jerk (Flash and Hogan 1985)
 * that lands near the target with an error in proportion to its length, then corrections (Meyer et
 * al. 1988), its duration by Fitts' law; the height bends and drifts with the arm; physiological
 * tremor of 7 to 11 Hz; a pause at the press and one before the release; and devices that sample,
 * round and skip as real ones do.
 */

/** Points [ms since the press, left edge of the piece, height]. */
export type HumanTrack = [number, number, number][];

/** Ways of moving that differ enough to be looked at one by one. */
export const HUMAN_STYLES = ["mouse", "touchpad", "touch", "pen", "careful", "hasty"] as const;
export type HumanStyle = (typeof HUMAN_STYLES)[number];

interface Habits {
  /** Fitts' law: ms, and ms a bit. */
  fittsBase: number;
  fittsSlope: number;
  /** Error of a planned movement as a share of its length. */
  planError: number;
  /** Error of where it ends, px. */
  endError: number;
  /** Longest way of one planned movement, px. */
  reach: number;
  tremor: number;
  drift: number;
  /** Pauses, ms: at the press, between movements, before the release. */
  pressPause: [number, number];
  thinkPause: [number, number];
  releasePause: [number, number];
}

const MOUSE: Habits = {
  fittsBase: 130,
  fittsSlope: 125,
  planError: 0.06,
  endError: 1.1,
  reach: 400,
  tremor: 0.18,
  drift: 2.5,
  pressPause: [30, 220],
  thinkPause: [60, 190],
  releasePause: [40, 380],
};

const HABITS: Record<HumanStyle, Habits> = {
  mouse: MOUSE,
  touchpad: {
    ...MOUSE,
    fittsBase: 180,
    fittsSlope: 165,
    planError: 0.1,
    reach: 140,
    drift: 4,
  },
  touch: {
    ...MOUSE,
    fittsBase: 160,
    fittsSlope: 130,
    planError: 0.07,
    endError: 1.3,
    tremor: 0.3,
    drift: 7,
    pressPause: [20, 140],
    releasePause: [60, 450],
  },
  pen: { ...MOUSE, fittsSlope: 110, tremor: 0.25, drift: 3.5 },
  careful: {
    ...MOUSE,
    fittsBase: 260,
    fittsSlope: 230,
    planError: 0.09,
    endError: 0.8,
    reach: 75,
    thinkPause: [90, 420],
    releasePause: [200, 900],
  },
  hasty: {
    ...MOUSE,
    fittsBase: 70,
    fittsSlope: 85,
    planError: 0.05,
    endError: 1.6,
    drift: 4,
    pressPause: [8, 60],
    thinkPause: [30, 90],
    releasePause: [15, 110],
  },
};

/** A movement of somebody who wants to put the piece at `target`. */
export function humanTrack(dice: Dice, target: number, style: HumanStyle): HumanTrack {
  const habits = vary(dice, HABITS[style]);
  const course = planCourse(dice, target, habits);
  const height = planHeight(dice, course.totalMs, habits);
  return sample(dice, course, height, style);
}

/** People differ: each habit by up to a third. */
function vary(dice: Dice, habits: Habits): Habits {
  const by = () => dice.between(0.7, 1.35);
  return {
    ...habits,
    fittsBase: habits.fittsBase * by(),
    fittsSlope: habits.fittsSlope * by(),
    planError: habits.planError * by(),
    endError: habits.endError * by(),
    tremor: habits.tremor * by(),
    drift: habits.drift * by(),
  };
}

interface Course {
  totalMs: number;
  xAt: (ms: number) => number;
}

interface Movement {
  fromMs: number;
  durationMs: number;
  way: number;
  /** Time of the highest speed is moved to before (below 1) or behind the middle. */
  lean: number;
}

/** One or several planned movements, then corrections until the place looks right. */
function planCourse(dice: Dice, target: number, habits: Habits): Course {
  const movements: Movement[] = [];
  const aim = target + normal(dice) * habits.endError;
  let at = 0, ms = dice.between(...habits.pressPause);
  for (let count = 0; count < 12 && Math.abs(aim - at) > 0.6; count += 1) {
    const left = aim - at;
    const planned = Math.abs(left) > habits.reach
      ? Math.sign(left) * habits.reach * dice.between(0.75, 1.1)
      : left;
    // First movements fall short more often than they go too far.
    const bias = Math.abs(planned) > 25 ? -0.02 * planned : 0;
    const error = habits.planError * Math.abs(planned) * normal(dice);
    let way = planned + bias + error;
    if (count >= 3 && Math.abs(left) < 4) way = left;
    const bits = Math.log2(Math.abs(way) / 6 + 1);
    const durationMs = (habits.fittsBase + habits.fittsSlope * bits) * dice.between(0.85, 1.2);
    movements.push({ fromMs: ms, durationMs, way, lean: dice.between(0.78, 1.02) });
    at += way;
    // A next movement often begins before the last one has ended.
    const pause = dice.chance(0.3)
      ? -dice.between(0.05, 0.2) * durationMs
      : dice.between(...habits.thinkPause);
    ms += durationMs + pause;
  }
  const end = Math.max(...movements.map((one) => one.fromMs + one.durationMs), ms);
  const wobble = bandNoise(dice, 7, 11, habits.tremor);
  const xAt = (time: number) => {
    let x = 0;
    for (const one of movements) x += one.way * progress(one, time);
    return x + (x > 1 ? wobble(time) : 0);
  };
  return { totalMs: end + dice.between(...habits.releasePause), xAt };
}

/** Minimum jerk, its time bent so that it leans to one side. */
function progress({ fromMs, durationMs, lean }: Movement, ms: number): number {
  const share = Math.min(1, Math.max(0, (ms - fromMs) / durationMs));
  const s = share ** lean;
  return s * s * s * (10 - 15 * s + 6 * s * s);
}

/** The arm bends the way a little, sinks or rises with it, and trembles. */
function planHeight(dice: Dice, totalMs: number, { drift, tremor }: Habits) {
  const bend = normal(dice) * drift * 0.6, sink = normal(dice) * drift;
  const slow = bandNoise(dice, 0.4, 1.8, drift * 0.18);
  const fast = bandNoise(dice, 7, 11, tremor);
  return (ms: number): number => {
    const share = ms / totalMs;
    return bend * Math.sin(Math.PI * share) + sink * share ** 1.4 + slow(ms) - slow(0) + fast(ms) -
      fast(0);
  };
}

/** Noise of a band of frequencies (Hz): a few sines whose swing comes and goes. */
function bandNoise(dice: Dice, low: number, high: number, swing: number): (ms: number) => number {
  const parts = Array.from({ length: 4 }, () => ({
    turn: 2 * Math.PI * dice.between(low, high) / 1_000,
    shift: dice.between(0, 7),
    high: swing * dice.between(0.4, 1) * 0.8,
  }));
  return (ms) =>
    parts.reduce((sum, one) => sum + one.high * Math.sin(ms * one.turn + one.shift), 0);
}

/** What a browser tells of it: device clocks, frames that are late, whole pixels, thinning out. */
function sample(
  dice: Dice,
  { totalMs, xAt }: Course,
  height: (ms: number) => number,
  style: HumanStyle,
): HumanTrack {
  const fine = style === "touch" || style === "pen";
  const everyMs = dice.pick(fine ? [8.333, 16.667, 16.667] : [1, 4, 8, 8, 16.667, 16.667]);
  // Page pixels per picture pixel; phones and zoomed pages have fractions.
  const scale = dice.pick([1, 1, 1.125, 1.0625, 0.9375, 1.25]);
  const grid = fine ? dice.pick([0, 1 / 3, 0.5]) : 1;
  const round = (value: number) =>
    grid === 0 ? value : Math.round(value * scale / grid) * grid / scale;
  // A machine that is busy tells late of what happened in time.
  const lateness = dice.chance(0.15) ? dice.between(2, 14) : 0.15;
  const track: HumanTrack = [[0, 0, 0]];
  let ms = dice.between(0.2, 1) * everyMs, lateUntil = 0;
  while (ms < totalMs) {
    if (dice.chance(0.004)) lateUntil = ms + dice.between(20, 90);
    const x = Math.max(0, round(xAt(ms))), y = round(height(ms));
    const last = track.at(-1)!;
    // Pointers tell of movements, not of time.
    if (ms >= lateUntil && (tenth(x) !== last[1] || tenth(y) !== last[2])) {
      const toldMs = Math.max(last[0] + 0.1, ms + dice.between(0, lateness));
      track.push([tenth(toldMs), tenth(x), tenth(y)]);
    }
    ms += everyMs;
  }
  track.push([
    tenth(Math.max(totalMs, track.at(-1)![0] + 0.1)),
    track.at(-1)![1],
    track.at(-1)![2],
  ]);
  return thin(track, 200);
}

function thin(track: HumanTrack, most: number): HumanTrack {
  if (track.length <= most) return track;
  const step = (track.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, at) => track[Math.round(at * step)]!);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Standard normal (Box and Muller). */
function normal(dice: Dice): number {
  return Math.sqrt(-2 * Math.log(1 - dice.between(0, 1))) * Math.cos(dice.between(0, 2 * Math.PI));
}
