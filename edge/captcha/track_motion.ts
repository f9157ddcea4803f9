import { POINTER } from "./judge_rules.ts";
import type { TrackPoint } from "./track.ts";

/** What can be measured of a drag. Shares are of the whole way or the whole time, 0…1. */
export interface Motion {
  /** From the first to the last movement. */
  movingMs: number;
  medianGapMs: number;
  /** Standard deviation of the gaps between points over their mean. */
  gapVariation: number;
  maxJumpShare: number;
  /** Whether a step was so long and so fast that it was no movement. */
  jumps: boolean;
  /** px/ms; steps of less than 1 ms count as 1 ms. */
  maxSpeed: number;
  heightRange: number;
  crookedness: number;
  backShare: number;
  earlyBackShare: number;
  peakSpeed: number;
  /** Time to the first twentieth of the way, as a share of the time to the first fifth. */
  startRatio: number;
  /** Share of the time that went into the last tenth of the way. */
  endTimeShare: number;
  /** Distance of x from its own smoothed course, px: the least and the most that can be said. */
  roughness: number;
  smoothness: number;
  heightLikeness: number;
  mirrorDifference: number;
}

/** Parts of the time for the speed profile. */
const PARTS = 10;

/** Measures a drag that goes to the right and has at least three points. */
export function measureMotion(track: readonly TrackPoint[]): Motion {
  const way = track.at(-1)![1] - track[0]![1];
  const gaps = steps(track, 0);
  const moves = steps(track, 1);
  const speeds = moves.map((move, at) => Math.abs(move) / Math.max(1, gaps[at]!));
  const [from, to] = movingPart(track);
  const profile = speedProfile(track, from, to, way);
  const beforeAim = track.findIndex(([, x]) => x - track[0]![1] > 0.7 * way);
  return {
    movingMs: to - from,
    medianGapMs: median(gaps),
    gapVariation: deviation(gaps) / Math.max(0.001, mean(gaps)),
    maxJumpShare: Math.max(...moves.map(Math.abs)) / way,
    jumps: POINTER.jumps.some(({ share, speed }) =>
      moves.some((move, at) => Math.abs(move) > share * way && speeds[at]! > speed)
    ),
    maxSpeed: Math.max(...speeds),
    heightRange: rangeOf(track.map(([, , y]) => y)),
    crookedness: crookedness(track),
    backShare: backShare(moves),
    earlyBackShare: backShare(moves.slice(0, Math.max(0, beforeAim))),
    peakSpeed: Math.max(...profile) * PARTS,
    startRatio: (timeOf(track, 0.05, way) - from) / (timeOf(track, 0.2, way) - from + 0.001),
    endTimeShare: (to - timeOf(track, 0.9, way)) / (to - from),
    ...courseNoise(track, way),
    heightLikeness: likeness(track.map(([, , y]) => y)),
    mirrorDifference: mirrorDifference(profile),
  };
}

function steps(track: readonly TrackPoint[], field: 0 | 1): number[] {
  return track.slice(1).map((point, at) => point[field] - track[at]![field]);
}

/** When the piece first left its place, and when it came to rest: pauses at both ends say nothing. */
export function movingPart(track: readonly TrackPoint[]): [fromMs: number, toMs: number] {
  const start = track[0]![1], end = track.at(-1)![1];
  let from = 0, to = track.length - 1;
  while (from < to && Math.abs(track[from + 1]![1] - start) < 0.5) from += 1;
  while (to > from && Math.abs(track[to - 1]![1] - end) < 0.05) to -= 1;
  return [track[from]![0], Math.max(track[to]![0], track[from]![0] + 1)];
}

/** How much of the way was behind the piece at a time, between points in proportion. */
export function shareAt(track: readonly TrackPoint[], timeMs: number, way: number): number {
  return (valueAt(track, timeMs, 1) - track[0]![1]) / way;
}

/** When a share of the way was first behind the piece. */
export function timeOf(track: readonly TrackPoint[], share: number, way: number): number {
  const x = track[0]![1] + share * way;
  const at = track.findIndex((point) => point[1] >= x);
  const after = track[at]!, before = track[Math.max(0, at - 1)]!;
  const along = after[1] === before[1] ? 1 : (x - before[1]) / (after[1] - before[1]);
  return before[0] + along * (after[0] - before[0]);
}

/** A coordinate at a time. */
export function valueAt(track: readonly TrackPoint[], timeMs: number, field: 1 | 2): number {
  let low = 0, high = track.length - 1;
  if (timeMs <= track[0]![0]) return track[0]![field];
  if (timeMs >= track[high]![0]) return track[high]![field];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (track[middle]![0] <= timeMs) low = middle;
    else high = middle;
  }
  const before = track[low]!, after = track[high]!;
  const along = (timeMs - before[0]) / Math.max(0.001, after[0] - before[0]);
  return before[field] + along * (after[field] - before[field]);
}

/** Share of the way in each tenth of the moving time. */
function speedProfile(
  track: readonly TrackPoint[],
  from: number,
  to: number,
  way: number,
): number[] {
  const shares = Array.from(
    { length: PARTS + 1 },
    (_, part) => shareAt(track, from + (to - from) * part / PARTS, way),
  );
  return shares.slice(1).map((share, part) => share - shares[part]!);
}

/** Root mean square distance of y from the straight line through all points. */
function crookedness(track: readonly TrackPoint[]): number {
  const meanX = mean(track.map(([, x]) => x)), meanY = mean(track.map(([, , y]) => y));
  let xy = 0, xx = 0;
  for (const [, x, y] of track) {
    xy += (x - meanX) * (y - meanY);
    xx += (x - meanX) ** 2;
  }
  const slope = xx === 0 ? 0 : xy / xx;
  return Math.sqrt(mean(track.map(([, x, y]) => (y - meanY - slope * (x - meanX)) ** 2)));
}

function backShare(moves: number[]): number {
  let back = 0, all = 0;
  for (const move of moves) {
    all += Math.abs(move);
    if (move < 0) back -= move;
  }
  return all === 0 ? 0 : back / all;
}

/**
 * How far points lie from where their neighbours say they should; only where the piece moves. Said
 * by time and by order: a machine that is busy, or a browser that rounds its clock, moves the times
 * of a smooth course, and one that skips frames its order. Half a pixel of rounding gives about 0.3.
 */
function courseNoise(
  track: readonly TrackPoint[],
  way: number,
): Pick<Motion, "roughness" | "smoothness"> {
  const byTime: number[] = [], byOrder: number[] = [];
  for (let at = 2; at < track.length - 2; at += 1) {
    const [t, x] = track[at]!;
    const near = [track[at - 2]!, track[at - 1]!, track[at + 1]!, track[at + 2]!] as const;
    if (near[3][1] - near[0][1] < way / 50 || near[3][0] - near[0][0] > MAX_NEAR_MS) continue;
    const value = cubicAt(t, near);
    if (value !== null) byTime.push((x - value) ** 2);
    byOrder.push((x - (4 * (near[1][1] + near[2][1]) - near[0][1] - near[3][1]) / 6) ** 2);
  }
  if (byTime.length < 4) return { roughness: UNKNOWN_NOISE, smoothness: UNKNOWN_NOISE };
  // A cubic through four equally distant points has the weights −1/6, 2/3, 2/3, −1/6.
  const noise = [byTime, byOrder].map((squares) => Math.sqrt(mean(squares) / 1.94));
  return { roughness: Math.min(...noise), smoothness: Math.max(...noise) };
}

/** Points farther apart than this say nothing about the one in their middle. */
const MAX_NEAR_MS = 150;

/** What is taken when there are too few points to tell: neither clean nor rough. */
const UNKNOWN_NOISE = 0.3;

/** The cubic through four points (Lagrange), or null when two of them are of one moment. */
function cubicAt(t: number, points: readonly TrackPoint[]): number | null {
  let sum = 0;
  for (const [ti, xi] of points) {
    let weight = 1;
    for (const [tj] of points) {
      if (tj === ti) continue;
      if (Math.abs(tj - ti) < 0.05) return null;
      weight *= (t - tj) / (ti - tj);
    }
    sum += weight * xi;
  }
  return sum;
}

/** Lag-1 autocorrelation after the trend was taken away: 1 drifts slowly, 0 is noise. */
function likeness(values: number[]): number {
  const last = values.length - 1;
  const trend = (values[last]! - values[0]!) / Math.max(1, last);
  const level = values.map((value, at) => value - trend * at);
  const middle = mean(level);
  let next = 0, own = 0;
  for (let at = 0; at < level.length; at += 1) {
    own += (level[at]! - middle) ** 2;
    if (at > 0) next += (level[at]! - middle) * (level[at - 1]! - middle);
  }
  return own === 0 ? 1 : next / own;
}

/** Half the sum of differences between a profile and its mirror image: 0 is symmetrical, 1 one-sided. */
function mirrorDifference(profile: number[]): number {
  let sum = 0;
  for (let at = 0; at < profile.length / 2; at += 1) {
    sum += Math.abs(profile[at]! - profile[profile.length - 1 - at]!);
  }
  return sum;
}

function rangeOf(values: number[]): number {
  return Math.max(...values) - Math.min(...values);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function deviation(values: number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function median(values: number[]): number {
  const order = [...values].sort((a, b) => a - b);
  return order[order.length >> 1]!;
}
