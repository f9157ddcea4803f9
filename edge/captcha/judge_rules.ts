/**
 * Every number by which the slider's answers are judged, with its reason. Lengths are pixels of the
 * picture, which is 320 wide; times are ms; shares are 0…1. The rates of wrong refusals that decided
 * them are printed by `judge_track_test.ts`.
 */

/**
 * How far from its place the piece may be let go. A piece is about 52 wide; people stop within 1.5
 * of what they aim at (one standard deviation), fingers a little worse. Blind guessing among 200
 * places meets this in one of 22 tries.
 */
export const POSITION_TOLERANCE = 4;

/** Points of a track: fewer than 8 say nothing about a movement, more than 600 nobody sends. */
export const MIN_POINTS = 8;
export const MAX_POINTS = 600;

/** Coordinates and times beyond these are malformed. */
export const MAX_COORDINATE = 10_000;
export const MAX_TIME_MS = 600_000;

/** The piece lies at 0 when it is taken; callers that count from the pointer begin within a piece. */
export const START_SLACK = 3;

/** The end of the track and the answer are the same place, up to rounding. */
export const END_SLACK = 1.5;

/** What is told of the duration and what the server measured may differ by this, for clocks that jump. */
export const CLOCK_SLACK_MS = 50;

/** Nobody finds a gap in a picture and takes hold of the piece sooner than this after it was sent. */
export const MIN_REACTION_MS = 200;

/** Rules of a drag by mouse, pen or finger. */
export const POINTER = {
  /** By Fitts' law 150 pixels to a target of 8 take 0.6 to 1 s; hurried people need over 0.35 s. */
  minDurationMs: 330,
  maxDurationMs: 60_000,
  /** Even slow machines show 25 movements a second while the pointer moves. */
  maxMedianGapMs: 60,
  /** Nothing samples faster than 1,000 a second, and tracks are thinned out to 200 points. */
  minMedianGapMs: 0.9,
  /** Largest share of the way between two points, whatever the time: a page that hangs skips half. */
  maxJumpShare: 0.6,
  /**
   * Steps of more than a share of the way at more than a speed (px/ms) were no movement. A hand
   * reaches 2, in one sample 3; a page that hangs for 60 ms hides a third of a quick way.
   */
  jumps: [{ share: 0.25, speed: 3 }, { share: 0.42, speed: 1.5 }],
  /** px/ms of any step. */
  maxSpeed: 6,
  /** No hand keeps its height to half a pixel, and nobody strays by most of the picture. */
  minHeightRange: 0.5,
  maxHeightRange: 130,
  /** Root mean square distance of the points from the straight line through them. */
  minCrookedness: 0.1,
  /** The way goes this far back at most, as a share of all movement: people correct, they do not shake. */
  maxBackShare: 0.3,
  /** In the same sense, in the first seven tenths of the way, where nobody corrects yet. */
  maxEarlyBackShare: 0.06,
  /** Greatest over mean speed, by tenths of the time. Constant speed has 1, a planned movement 1.9. */
  minPeakSpeed: 1.4,
  /** Time to a twentieth of the way over time to a fifth: people begin at rest (0.6), lines do not (0.25). */
  minStartRatio: 0.3,
  /** Share of the time for the last tenth of the way: people slow down for it, lines take 0.1. */
  minEndTimeShare: 0.115,
  /** Refused from this many oddities on; each alone happens to people. */
  maxOddities: 1,
} as const;

/** What makes a drag odd: points, of which `POINTER.maxOddities` are let through. */
export const ODDITY = {
  /** Gaps between points vary by less than this share: the press and the release alone make more. */
  evenGaps: 0.04,
  /** Distance of x from its own smoothed course: below it was computed, above it was shaken. */
  cleanCourse: 0.02,
  roughCourse: 0.75,
  veryRoughCourse: 2,
  /** Likeness of neighbouring heights (lag-1 autocorrelation): a hand drifts, noise does not. */
  jumpyHeight: 0.35,
  veryJumpyHeight: 0.1,
  /** Speed profile against its own mirror image: a hand speeds up faster than it slows down. */
  mirrored: 0.1,
  /** Greatest over mean speed. */
  evenSpeed: 1.55,
} as const;

/** Rules of an answer by keyboard: keys have no course, but they have a rhythm. */
export const KEYBOARD = {
  /** Looking, holding, correcting: nobody is done sooner. */
  minDurationMs: 1_500,
  /** As long as a challenge may live. */
  maxDurationMs: 120_000,
  minPoints: 6,
  /** The widget's steps are 2 and 10; other ones up to this are taken. */
  maxStep: 20,
  /** Home and End move farther; nobody needs them often. */
  maxLongSteps: 4,
  maxHeightRange: 0.5,
  /** A held key repeats at most every 10 ms. */
  minGapMs: 8,
  /** Gaps below this are of a held key, others of single presses. */
  repeatGapMs: 75,
  /** A held key waits before it repeats; systems let people choose 180 ms and more. */
  minHoldDelayMs: 140,
  /** Presses by hand vary by at least this share of their mean. */
  minPressVariation: 0.05,
} as const;
