import { ODDITY, POINTER } from "./judge_rules.ts";
import type { TrackPoint } from "./track.ts";
import { measureMotion, type Motion } from "./track_motion.ts";

/** Judges a drag by mouse, pen or finger; null when a person may have made it. */
export function judgePointer(track: readonly TrackPoint[]): string | null {
  const durationMs = track.at(-1)![0] - track[0]![0];
  if (durationMs < POINTER.minDurationMs) return "too fast";
  if (durationMs > POINTER.maxDurationMs) return "too slow";
  const motion = measureMotion(track);
  return brokenRule(motion) ?? tooOdd(motion);
}

/** What no person does. */
function brokenRule(motion: Motion): string | null {
  const { medianGapMs, heightRange } = motion;
  if (medianGapMs < POINTER.minMedianGapMs) return "points too close";
  if (medianGapMs > POINTER.maxMedianGapMs) return "points too far apart";
  if (motion.movingMs < POINTER.minDurationMs / 2) return "too fast";
  if (motion.maxJumpShare > POINTER.maxJumpShare || motion.maxSpeed > POINTER.maxSpeed) {
    return "jump";
  }
  if (motion.jumps) return "jump";
  if (heightRange < POINTER.minHeightRange) return "flat";
  if (heightRange > POINTER.maxHeightRange) return "strays";
  if (motion.crookedness < POINTER.minCrookedness) return "straight";
  if (motion.backShare > POINTER.maxBackShare) return "shaken";
  if (motion.earlyBackShare > POINTER.maxEarlyBackShare) return "shaken";
  if (motion.peakSpeed < POINTER.minPeakSpeed) return "constant speed";
  if (motion.endTimeShare < POINTER.minEndTimeShare) return "does not slow down";
  if (motion.startRatio < POINTER.minStartRatio) return "does not begin at rest";
  return null;
}

/** What people do now and then, and seldom together. */
function tooOdd(motion: Motion): string | null {
  const odd: string[] = [];
  const note = (what: string, points: number) => {
    for (let point = 0; point < points; point += 1) odd.push(what);
  };
  const { gapVariation, roughness, heightLikeness, mirrorDifference, peakSpeed } = motion;
  if (gapVariation < ODDITY.evenGaps) note("even gaps", gapVariation < 0.001 ? 2 : 1);
  if (motion.smoothness < ODDITY.cleanCourse) note("clean course", 2);
  if (roughness > ODDITY.roughCourse) {
    note("rough course", roughness > ODDITY.veryRoughCourse ? 2 : 1);
  }
  if (heightLikeness < ODDITY.jumpyHeight) {
    note("jumpy height", heightLikeness < ODDITY.veryJumpyHeight ? 2 : 1);
  }
  if (mirrorDifference < ODDITY.mirrored) note("mirrored", 1);
  if (peakSpeed < ODDITY.evenSpeed) note("even speed", 1);
  return odd.length > POINTER.maxOddities ? odd[0]! : null;
}
