import { Canvas, RAMPS, SHADES } from "./canvas.ts";
import { drawColours } from "./colours.ts";
import { Dice } from "./dice.ts";
import { addNoise, cutMark, type Mark } from "./marks.ts";
import {
  difference,
  drawOutline,
  MAX_PIECE,
  MIN_PIECE,
  type Outline,
  planShape,
  planTwin,
  type ShapePlan,
} from "./outline.ts";
import { encodePng } from "./png.ts";
import { paintFolds, paintShapes, paintSpace, paintStone } from "./scene_abstract.ts";
import { paintHills, paintSea } from "./scene_land.ts";
import { paintMarket, paintTown } from "./scene_town.ts";

/** Size of every picture, pixels. */
export const PUZZLE_WIDTH = 320;
export const PUZZLE_HEIGHT = 160;

/** A puzzle with its answer. The answer is for the server alone. */
export interface Puzzle {
  width: number;
  height: number;
  pieceWidth: number;
  pieceHeight: number;
  /** Where the piece stands from the top; it moves sideways only. */
  pieceY: number;
  /** Where the piece's left edge belongs. */
  x: number;
  /** PNG files. */
  background: Uint8Array<ArrayBuffer>;
  piece: Uint8Array<ArrayBuffer>;
}

/** A whole number, low ≤ n ≤ high, that nobody can foretell. */
export type SecretNumber = (low: number, high: number) => number;

/** The kinds of picture. */
export const SCENES = {
  hills: paintHills,
  sea: paintSea,
  town: paintTown,
  market: paintMarket,
  shapes: paintShapes,
  folds: paintFolds,
  stone: paintStone,
  space: paintSpace,
} as const;

export type SceneName = keyof typeof SCENES;
const SCENE_NAMES = Object.keys(SCENES) as SceneName[];

/** Free pixels around every mark. */
const MARGIN = 5;

/** Marks keep this far from where the piece lies at first, which would cover them. */
const FIRST_GAP = 20;

/** How little shapes of decoys may differ from the true one (see `difference`). */
const MIN_DIFFERENCE = 0.16;
const MIN_TWIN_DIFFERENCE = 0.09;

/** By how many tones marks differ from what is around them, true ones and decoys alike. */
const STRENGTH = [54, 78] as const;

/** Grain of the pictures, tones: more makes larger files, less makes edges easy to find. */
const GRAIN = 5;

/**
 * Draws a puzzle. Where the piece belongs comes from `secret` alone: the dice that draw what can be
 * seen know nothing that the place was made of.
 */
export function drawPuzzle(dice: Dice, secret: SecretNumber, scene?: SceneName): Puzzle {
  const size = dice.whole(MIN_PIECE / 2, MAX_PIECE / 2) * 2;
  const x = secret(size + FIRST_GAP, PUZZLE_WIDTH - size - MARGIN);
  const y = secret(MARGIN, PUZZLE_HEIGHT - size - MARGIN);
  const original = new Canvas(PUZZLE_WIDTH, PUZZLE_HEIGHT);
  SCENES[scene ?? dice.pick(SCENE_NAMES)](original, dice);
  const colours = drawColours(dice);
  const plan = planShape(dice);
  const outline = drawOutline(plan, size);

  const picture = new Canvas(PUZZLE_WIDTH, PUZZLE_HEIGHT);
  picture.ramps.set(original.ramps);
  picture.tones.set(original.tones);
  const truth: Mark = { outline, x, y, strength: dice.between(...STRENGTH) };
  for (const mark of dice.shuffled([truth, ...placeDecoys(dice, truth, plan)])) {
    cutMark(picture, original, dice, mark);
  }
  addNoise(picture, dice, GRAIN);
  return {
    width: PUZZLE_WIDTH,
    height: PUZZLE_HEIGHT,
    pieceWidth: size,
    pieceHeight: size,
    pieceY: y,
    x,
    background: encodePicture(picture, colours, dice),
    piece: encodePiece(original, truth, colours, dice),
  };
}

/**
 * Marks that the piece does not fit: a twin of the true one in the very same rows, one of another
 * shape in about the same rows, and often one anywhere.
 */
export function placeDecoys(dice: Dice, truth: Mark, plan: ShapePlan): Mark[] {
  const { size } = truth.outline;
  const marks: Mark[] = [];
  const wanted = dice.whole(2, 3);
  for (let attempt = 0; attempt < 80 && marks.length < wanted; attempt += 1) {
    const twin = marks.length === 0;
    const y = twin
      ? truth.y
      : marks.length === 1
      ? truth.y + dice.whole(-8, 8)
      : dice.whole(MARGIN, PUZZLE_HEIGHT - size - MARGIN);
    // From where on the true one may be: one before that would be known to be false.
    const x = dice.whole(size + FIRST_GAP, PUZZLE_WIDTH - size - MARGIN);
    const mark = { x, y: clampY(y, size), strength: dice.between(...STRENGTH) };
    if ([truth, ...marks].some((other) => overlaps(mark, other, size))) continue;
    marks.push({ ...mark, outline: otherOutline(dice, truth.outline, twin ? plan : null) });
  }
  return marks;
}

function clampY(y: number, size: number): number {
  return Math.min(PUZZLE_HEIGHT - size - MARGIN, Math.max(MARGIN, y));
}

function overlaps(a: { x: number; y: number }, b: { x: number; y: number }, size: number): boolean {
  return Math.abs(a.x - b.x) < size && Math.abs(a.y - b.y) < size;
}

/** A shape that a person sees to be another one; of a twin's kind where there is a plan. */
function otherOutline(dice: Dice, truth: Outline, plan: ShapePlan | null): Outline {
  const draw = () => drawOutline(plan ? planTwin(dice, plan) : planShape(dice), truth.size);
  const least = plan ? MIN_TWIN_DIFFERENCE : MIN_DIFFERENCE;
  let other = draw();
  for (let attempt = 0; attempt < 6 && difference(truth, other) < least; attempt += 1) {
    other = draw();
  }
  return other;
}

/** The picture as a file. The order of its palette is chance, and the same for all parts of it. */
function encodePicture(
  { width, height, ramps, tones }: Canvas,
  colours: Uint8Array,
  dice: Dice,
): Uint8Array<ArrayBuffer> {
  const order = dice.shuffled(Array.from({ length: RAMPS * SHADES }, (_, at) => at));
  const entryOf = Uint8Array.from(order);
  const palette = new Uint8Array(colours.length);
  entryOf.forEach((entry, colour) => {
    palette.set(colours.subarray(colour * 3, colour * 3 + 3), entry * 3);
  });
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) {
    pixels[at] = entryOf[ramps[at]! * SHADES + (tones[at]! >> 4)]!;
  }
  return encodePng({ width, height, pixels, palette, hasClearEntry: false });
}

/** Lightness of the piece may differ from its place by this many tones. */
const PIECE_TONE_SHIFT = 12;

/** The piece as a file: what was cut out, lit at its rim, with a grain of its own. */
function encodePiece(
  original: Canvas,
  { outline: { size, depth }, x, y }: Mark,
  colours: Uint8Array,
  dice: Dice,
): Uint8Array<ArrayBuffer> {
  const shift = dice.between(-PIECE_TONE_SHIFT, PIECE_TONE_SHIFT);
  const entries = new Map<number, number>();
  const pixels = new Uint8Array(size * size);
  const palette: number[] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 1) {
    const deep = depth[at]!;
    if (deep <= 0) continue;
    const column = at % size, row = (at - column) / size;
    const from = (y + row) * original.width + x + column;
    const slope = column + row - size;
    const rim = deep > 2 ? 0 : (slope < 0 ? 95 : -70) / deep;
    const tone = original.tones[from]! + shift + rim + dice.between(-GRAIN, GRAIN);
    const shade = Math.min(SHADES - 1, Math.max(0, Math.floor(tone) >> 4));
    const colour = original.ramps[from]! * SHADES + shade;
    let entry = entries.get(colour);
    if (entry === undefined) {
      entry = entries.size + 1;
      entries.set(colour, entry);
      palette.push(...colours.subarray(colour * 3, colour * 3 + 3));
    }
    pixels[at] = entry;
  }
  return encodePng({
    width: size,
    height: size,
    pixels,
    palette: Uint8Array.from(palette),
    hasClearEntry: true,
  });
}
