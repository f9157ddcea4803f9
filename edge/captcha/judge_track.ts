import { judgeKeyboard } from "./judge_keyboard.ts";
import { judgePointer } from "./judge_pointer.ts";
import {
  CLOCK_SLACK_MS,
  END_SLACK,
  MIN_POINTS,
  MIN_REACTION_MS,
  POSITION_TOLERANCE,
  START_SLACK,
} from "./judge_rules.ts";
import type { SliderAnswer } from "./track.ts";

/** What an answer is held against. */
export interface Question {
  /** Where the piece belongs. */
  x: number;
  pieceWidth: number;
  /** Between the sending of the puzzle and the arrival of the answer, by the server's clock. */
  elapsedMs: number;
}

/** Why an answer was refused; for counting, never for the caller. */
export type Fault = string;

/** Judges an answer by its place, its times and its course; null when it may pass. */
export function judgeAnswer(answer: SliderAnswer, question: Question): Fault | null {
  return judgeCourse(answer, question) ?? placeFault(answer, question.x);
}

/** Whether the piece was let go where it belongs. */
export function placeFault(answer: Pick<SliderAnswer, "x">, x: number): Fault | null {
  return Math.abs(answer.x - x) <= POSITION_TOLERANCE ? null : "place";
}

/** The same without the place. */
export function judgeCourse(
  { x, track, input }: SliderAnswer,
  { pieceWidth, elapsedMs }: Omit<Question, "x">,
): Fault | null {
  if (track.length < MIN_POINTS && input === "pointer") return "few points";
  if (track.length < 2) return "few points";
  const [firstMs, startX] = track[0]!, [lastMs, endX] = track.at(-1)!;
  if (startX < -START_SLACK || startX > pieceWidth + START_SLACK) return "start";
  if (Math.abs(endX - x) > END_SLACK && Math.abs(endX - startX - x) > END_SLACK) return "end";
  if (endX - startX < pieceWidth / 2) return "way";
  if (!timesAscend(track)) return "order of times";
  if (lastMs > elapsedMs + CLOCK_SLACK_MS) return "longer than it took";
  if (elapsedMs < lastMs - firstMs + MIN_REACTION_MS) return "no reaction time";
  return input === "keyboard" ? judgeKeyboard(track) : judgePointer(track);
}

/** Two points of one moment are a rounding; a widget makes one of them, at the press. */
const MAX_SAME_TIMES = 2;

function timesAscend(track: SliderAnswer["track"]): boolean {
  let same = 0;
  for (let at = 1; at < track.length; at += 1) {
    const gap = track[at]![0] - track[at - 1]![0];
    if (gap < 0) return false;
    if (gap === 0) same += 1;
  }
  return same <= MAX_SAME_TIMES;
}
