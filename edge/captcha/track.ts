import { z } from "zod";
import { MAX_COORDINATE, MAX_POINTS, MAX_TIME_MS } from "./judge_rules.ts";

/** One moment of a drag: ms since the press, left edge of the piece, height of the pointer. */
export type TrackPoint = [tMs: number, x: number, y: number];

const coordinate = z.number().min(-MAX_COORDINATE).max(MAX_COORDINATE);
const pointSchema = z.tuple([z.number().min(0).max(MAX_TIME_MS), coordinate, coordinate]);

/** How somebody moved the piece. */
export const INPUTS = ["pointer", "keyboard"] as const;

/** The answer to a slider: where the piece was let go, and how it came there. */
export const sliderAnswerSchema = z.object({
  x: coordinate.describe("Left edge of the piece in pixels of the picture"),
  track: z.array(pointSchema).max(MAX_POINTS).describe(
    "Points [tMs, x, y] from the press to the release: ms since the press, left edge of the piece, " +
      "height of the pointer, in pixels of the picture",
  ),
  input: z.enum(INPUTS).default("pointer").describe("keyboard: x moves in steps and y stays"),
});

export type SliderAnswer = z.infer<typeof sliderAnswerSchema>;
