import { KEYBOARD } from "./judge_rules.ts";
import type { TrackPoint } from "./track.ts";

/**
 * Judges an answer by keyboard: steps along one line. A script can make such steps far more easily
 * than the course of a hand, so that only few of these answers are taken at all (see `CaptchaLimits`);
 * what is checked here is the rhythm of held and pressed keys. Null when a person may have made it.
 */
export function judgeKeyboard(track: readonly TrackPoint[]): string | null {
  const durationMs = track.at(-1)![0] - track[0]![0];
  if (track.length < KEYBOARD.minPoints) return "few points";
  if (durationMs < KEYBOARD.minDurationMs) return "too fast";
  if (durationMs > KEYBOARD.maxDurationMs) return "too slow";
  const heights = track.map(([, , y]) => y);
  if (Math.max(...heights) - Math.min(...heights) > KEYBOARD.maxHeightRange) return "strays";
  return stepFault(track) ?? rhythmFault(track);
}

function stepFault(track: readonly TrackPoint[]): string | null {
  let long = 0, moved = 0;
  for (let at = 1; at < track.length; at += 1) {
    const step = Math.abs(track[at]![1] - track[at - 1]![1]);
    if (step > 0) moved += 1;
    if (step > KEYBOARD.maxStep) long += 1;
  }
  if (moved < KEYBOARD.minPoints - 1) return "few steps";
  return long > KEYBOARD.maxLongSteps ? "jump" : null;
}

/** The first gap is between two events that may be one, and the last one ends with the answer. */
function rhythmFault(track: readonly TrackPoint[]): string | null {
  const gaps = track.slice(2, -1).map(([t], at) => t - track[at + 1]![0]);
  if (gaps.some((gap) => gap < KEYBOARD.minGapMs)) return "points too close";
  const presses: number[] = [];
  let repeats = 0;
  for (const gap of gaps) {
    if (gap >= KEYBOARD.repeatGapMs) {
      // The pause before a held key repeats is the system's, not the hand's.
      presses.push(gap);
      repeats = 0;
      continue;
    }
    repeats += 1;
    const before = presses.at(-1);
    if (repeats > 3 && before !== undefined && before < KEYBOARD.minHoldDelayMs) return "rhythm";
    if (repeats > 3 && before === undefined) return "rhythm";
  }
  if (presses.length === 0) return "rhythm";
  if (presses.length < 4) return null;
  const mean = presses.reduce((sum, gap) => sum + gap, 0) / presses.length;
  const spread = Math.sqrt(
    presses.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / presses.length,
  );
  return spread / mean < KEYBOARD.minPressVariation ? "rhythm" : null;
}
