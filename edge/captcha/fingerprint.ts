import { createHash } from "node:crypto";
import type { SliderAnswer, TrackPoint } from "./track.ts";
import { timeOf, valueAt } from "./track_motion.ts";

/** Moments at which course and height are looked at. */
const MOMENTS = 20;

/** Bytes of a fingerprint: the course, the height, and a hash of when the height changed. */
export const FINGERPRINT_BYTES = 2 * MOMENTS + 4;

/** Changes of height from which on their order is nobody else's. */
const MIN_CHANGES = 6;

/** Shares of the way between which it is looked at: the ends are full of pauses. */
const FIRST = 0.03;
const LAST = 0.96;

/** The time to this share is the unit: people seldom pause just here. */
const UNIT = 0.8;

/** Most that one part counts: a pause that a rounding moves to the next part must not decide. */
const CAP = 8;

/** Fingerprints that are nearer than this are of one drag: replays have 0 to 0.5. */
const SAME_DRAG = 0.5;

/** Share of the way from which the piece counts as moved. */
const START = 0.0037;

/** Heights that stray less than this, px, are not blown up further: they are rounding. */
const LEAST_STRAY = 1.5;

/** What a track is known by. */
export function fingerprintOf(track: readonly TrackPoint[], input: SliderAnswer["input"]) {
  return input === "keyboard" ? keyPrint(track) : dragPrint(track);
}

/**
 * Keys move everybody's piece along the same course; what differs is the rhythm to the millisecond.
 * A hash of it, so that only the same rhythm is near.
 */
function keyPrint(track: readonly TrackPoint[]): Int8Array {
  const rhythm = track.slice(2).map(([t, x], at) => {
    const before = track[at + 1]!;
    return `${Math.round(t - before[0])}:${Math.round(x - before[1])}`;
  });
  const hash = createHash("sha512").update(rhythm.join(" ")).digest();
  return new Int8Array(hash.subarray(0, FINGERPRINT_BYTES));
}

/**
 * What stays of a drag when it is shifted in time, moved, stretched to another place or played at
 * another speed: when each part of the way was first reached, and how high the pointer was then.
 * Measured along the way and not along the time, because a pause that a rounding moves to the next
 * part changes one number of the first and all numbers of the second.
 */
function dragPrint(whole: readonly TrackPoint[]): Int8Array {
  const track = withoutRest(whole);
  const way = track.at(-1)![1] - track[0]![1];
  const timeAt = (share: number) => timeOf(track, share, way);
  const fromMs = timeAt(FIRST), longMs = Math.max(1, timeAt(UNIT) - fromMs);
  const times = Array.from(
    { length: MOMENTS },
    (_, moment) => timeAt(FIRST + (LAST - FIRST) * (moment + 0.5) / MOMENTS),
  );
  const heights = times.map((timeMs) => valueAt(track, timeMs, 2));
  const middle = heights.reduce((sum, height) => sum + height, 0) / MOMENTS;
  const stray = Math.max(LEAST_STRAY, ...heights.map((height) => Math.abs(height - middle)));
  const print = new Int8Array(FINGERPRINT_BYTES);
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    print[moment] = Math.min(127, Math.round((times[moment]! - fromMs) / longMs * 200) - 100);
    print[MOMENTS + moment] = Math.round((heights[moment]! - middle) / stray * 100);
  }
  new DataView(print.buffer).setUint32(2 * MOMENTS, changesOf(whole));
  return print;
}

/**
 * A hash (FNV-1a) of at which points the pointer went up or down: the same however the drag is
 * moved, stretched or slowed down. 0 when that happened too seldom to say anything.
 */
function changesOf(track: readonly TrackPoint[]): number {
  let hash = 0x811c9dc5, changes = 0;
  for (let at = 1; at < track.length; at += 1) {
    const way = Math.sign(track[at]![2] - track[at - 1]![2]);
    if (way !== 0) changes += 1;
    hash = Math.imul(hash ^ (way + 2), 0x01000193) >>> 0;
  }
  return changes < MIN_CHANGES ? 0 : hash;
}

/** Whether two fingerprints in larger arrays are of one drag. */
export function isSameDrag(
  one: Int8Array,
  oneFrom: number,
  other: Int8Array,
  otherFrom: number,
): boolean {
  return sameChanges(one, oneFrom + 2 * MOMENTS, other, otherFrom + 2 * MOMENTS) ||
    distance(one, oneFrom, other, otherFrom, SAME_DRAG) <= SAME_DRAG;
}

function sameChanges(one: Int8Array, at: number, other: Int8Array, otherAt: number): boolean {
  let any = 0;
  for (let byte = 0; byte < 4; byte += 1) {
    if (one[at + byte] !== other[otherAt + byte]) return false;
    any |= one[at + byte]!;
  }
  return any !== 0;
}

/** A track whose first rest is at most as long as the gap after the first movement. */
function withoutRest(track: readonly TrackPoint[]): readonly TrackPoint[] {
  const [, x0, y0] = track[0]!, way = track.at(-1)![1] - x0;
  const at = track.findIndex(([, x]) => Math.abs(x - x0) >= START * way);
  const first = track[at], next = track[at + 1];
  if (at < 1 || !first || !next) return track;
  const startMs = Math.max(track[at - 1]![0], 2 * first[0] - next[0]);
  return [[startMs, x0, y0], ...track.slice(at)];
}

/**
 * How far apart two fingerprints in larger arrays are: mean differences of course and height.
 * Infinity as soon as it is more than `giveUp`.
 */
function distance(
  one: Int8Array,
  oneFrom: number,
  other: Int8Array,
  otherFrom: number,
  giveUp: number,
): number {
  let sum = 0;
  for (let at = 0; at < MOMENTS; at += 1) {
    // A unit of the course is 1/200 of the time, a unit of the height 1/100 of the straying.
    const courses = Math.abs(one[oneFrom + at]! - other[otherFrom + at]!);
    const heights = Math.abs(one[oneFrom + MOMENTS + at]! - other[otherFrom + MOMENTS + at]!);
    sum += 2 * Math.min(CAP, courses) + 0.5 * Math.min(4 * CAP, heights);
    if (sum > giveUp * MOMENTS) return Infinity;
  }
  return sum / MOMENTS;
}
