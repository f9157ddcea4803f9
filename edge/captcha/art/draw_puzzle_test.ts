import { assert, assertEquals } from "@std/assert";
import { chunksOf, readPng } from "../testing/read_png.ts";
import { Dice } from "./dice.ts";
import { drawPuzzle, placeDecoys, type Puzzle, type SceneName, SCENES } from "./draw_puzzle.ts";
import { drawOutline, planShape } from "./outline.ts";

const SCENE_NAMES = Object.keys(SCENES) as SceneName[];

function puzzles(count: number): Puzzle[] {
  const dice = new Dice([count, 2, 3, 4]), secrets = new Dice([9, 8, 7, count]);
  return Array.from({ length: count }, (_, at) =>
    drawPuzzle(
      dice,
      (low, high) => secrets.whole(low, high),
      SCENE_NAMES[at % SCENE_NAMES.length]!,
    ));
}

Deno.test("drawPuzzle() makes a piece that fits into its picture", () => {
  for (const puzzle of puzzles(40)) {
    const { width, height, pieceWidth, pieceHeight, pieceY, x } = puzzle;
    const background = readPng(puzzle.background), piece = readPng(puzzle.piece);
    assertEquals([background.width, background.height], [width, height]);
    assertEquals([piece.width, piece.height], [pieceWidth, pieceHeight]);
    assert(pieceWidth >= 48 && pieceWidth <= 56 && pieceHeight === pieceWidth);
    assert(x >= pieceWidth + 20 && x + pieceWidth <= width, String(x));
    assert(pieceY >= 0 && pieceY + pieceHeight <= height, String(pieceY));
    assert(background.rgba.every((value, at) => at % 4 !== 3 || value === 255), "no holes");
    const solid = piece.rgba.filter((value, at) => at % 4 === 3 && value === 255).length;
    const share = solid / (pieceWidth * pieceHeight);
    assert(share > 0.25 && share < 0.85, `${share} of the square is piece`);
  }
});

Deno.test("drawPuzzle() draws small files", () => {
  const drawn = puzzles(80);
  const mean = (of: (puzzle: Puzzle) => number) =>
    drawn.reduce((sum, puzzle) => sum + of(puzzle), 0) / drawn.length;
  const background = mean((puzzle) => puzzle.background.length);
  const piece = mean((puzzle) => puzzle.piece.length);
  console.log(
    `Puzzle: ${Math.round(background)} bytes of picture, ${Math.round(piece)} of piece`,
  );
  assert(background < 14_000 && piece < 1_500);
});

Deno.test("drawPuzzle() draws the same from the same dice, but for what is secret", () => {
  const draw = (seed: number, x: number) =>
    drawPuzzle(new Dice([seed, 1, 1, 1]), (low) => low + x, "hills");
  assertEquals(draw(1, 10).background, draw(1, 10).background);
  assert(draw(1, 10).background.some((byte, at) => byte !== draw(2, 10).background[at]));
});

Deno.test("drawPuzzle() puts the gap anywhere, as often here as there", () => {
  const tenths = new Array<number>(10).fill(0);
  for (const { x, pieceWidth, width } of puzzles(400)) {
    const low = pieceWidth + 20, high = width - pieceWidth - 5;
    tenths[Math.min(9, Math.floor((x - low) / (high - low + 1) * 10))]! += 1;
  }
  for (const count of tenths) assert(count > 15 && count < 75, tenths.join());
});

Deno.test("placeDecoys() puts decoys where the true one may be, and the twin in its very rows", () => {
  const dice = new Dice([5, 6, 7, 8]);
  for (let count = 0; count < 60; count += 1) {
    const plan = planShape(dice), outline = drawOutline(plan, 52);
    const truth = { outline, x: dice.whole(72, 263), y: dice.whole(5, 103), strength: 60 };
    const [twin, ...others] = placeDecoys(dice, truth, plan);
    assertEquals(twin?.y, truth.y);
    for (const { x } of [twin!, ...others]) assert(x >= 72 && x <= 263, String(x));
  }
});

/** How closely two lists of numbers follow one line (Pearson), −1…1. */
function correlation(one: number[], other: number[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const a = mean(one), b = mean(other);
  let ab = 0, aa = 0, bb = 0;
  one.forEach((value, at) => {
    ab += (value - a) * (other[at]! - b);
    aa += (value - a) ** 2;
    bb += (other[at]! - b) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

Deno.test("drawPuzzle() does not tell the place by sizes, palettes or heights", () => {
  const drawn = puzzles(800);
  const places = drawn.map(({ x }) => x);
  const sides: Record<string, (puzzle: Puzzle, at: number) => number> = {
    "size of the picture": ({ background }) => background.length,
    "size of the piece": ({ piece }) => piece.length,
    "height of the piece": ({ pieceY }) => pieceY,
    "colours of the piece": ({ piece }) => chunksOf(piece).get("PLTE")!.length,
    "first colour": ({ background }) => chunksOf(background).get("PLTE")![0]!,
    "order": (_, at) => at,
  };
  for (const [what, side] of Object.entries(sides)) {
    const seen = correlation(places, drawn.map(side));
    // Of 800 pairs without any connection 99.99 % stay below this.
    assert(Math.abs(seen) < 0.14, `${what}: ${seen}`);
  }
});

Deno.test("drawPuzzle() uses the same palette entries inside and outside of gaps", () => {
  for (const puzzle of puzzles(24)) {
    const { width, height, rgba } = readPng(puzzle.background);
    const key = (at: number) => rgba[at * 4]! << 16 | rgba[at * 4 + 1]! << 8 | rgba[at * 4 + 2]!;
    const inside = new Set<number>(), outside = new Set<number>();
    const { x, pieceY: y, pieceWidth: size } = puzzle;
    for (let at = 0; at < width * height; at += 1) {
      const column = at % width - x, row = Math.floor(at / width) - y;
      const isIn = column >= 8 && row >= 8 && column < size - 8 && row < size - 8;
      (isIn ? inside : outside).add(key(at));
    }
    const own = [...inside].filter((colour) => !outside.has(colour)).length;
    assert(own / inside.size < 0.25, `${own} of ${inside.size} colours are only in the gap`);
  }
});

Deno.test("Dice repeats itself by seed and spreads evenly", () => {
  const one = new Dice([1, 2, 3, 4]), same = new Dice([1, 2, 3, 4]), other = new Dice([1, 2, 3, 6]);
  const row = (dice: Dice) => Array.from({ length: 20 }, () => dice.next());
  const first = row(one);
  assertEquals(first, row(same));
  assert(row(other).every((value, at) => value !== first[at]));
  const counts = new Array<number>(10).fill(0);
  for (let count = 0; count < 10_000; count += 1) counts[one.whole(0, 9)]! += 1;
  for (const count of counts) assert(count > 850 && count < 1_150, counts.join());
  assertEquals(one.shuffled([1, 2, 3, 4, 5]).sort(), [1, 2, 3, 4, 5]);
});
