import { type Picture, readPng } from "./read_png.ts";

/** What a script gets to see of a challenge. */
export interface SeenPuzzle {
  background: Uint8Array;
  piece: Uint8Array;
  pieceY: number;
}

/**
 * Finds the gap as scripts do. `step` looks for the strongest upright edges a piece apart, in the
 * piece's rows; `template` lays the piece over the picture (normalised cross-correlation of
 * brightness); `outline` lays the piece's outline over the edges of the picture; `seam` compares the
 * colours along the piece's rim with those just outside of it; `all` weighs outline and seam together
 * and was made by somebody who has read this program.
 */
export const FINDERS = ["step", "template", "outline", "seam", "all"] as const;
export type Finder = (typeof FINDERS)[number];

/** Where the finder thinks the piece's left edge belongs. */
export function findGap(puzzle: SeenPuzzle, finder: Finder): number {
  const picture = readPng(puzzle.background), piece = readPng(puzzle.piece);
  const scores = scoresOf(finder, picture, piece, puzzle.pieceY);
  let best = 0;
  for (let x = 1; x < scores.length; x += 1) {
    // The piece covers its own beginning, where no gap is.
    if (x >= piece.width && scores[x]! > (scores[best] ?? -Infinity)) best = x;
    else if (best === 0) best = piece.width;
  }
  return best;
}

function scoresOf(finder: Finder, picture: Picture, piece: Picture, top: number): Float64Array {
  switch (finder) {
    case "step":
      return stepScores(picture, piece, top);
    case "template":
      return templateScores(picture, piece, top);
    case "outline":
      return outlineScores(picture, piece, top);
    case "seam":
      return seamScores(picture, piece, top);
    case "all": {
      const outline = standard(outlineScores(picture, piece, top));
      const seam = standard(seamScores(picture, piece, top));
      return outline.map((score, x) => score + seam[x]!);
    }
  }
}

function lightOf({ rgba, width, height }: Picture): Float64Array {
  return Float64Array.from(
    { length: width * height },
    (_, at) => 0.3 * rgba[at * 4]! + 0.59 * rgba[at * 4 + 1]! + 0.11 * rgba[at * 4 + 2]!,
  );
}

/** Strength of edges: upright and level differences of the brightness, smoothed by three pixels. */
function edgesOf(picture: Picture): { across: Float64Array; down: Float64Array } {
  const light = lightOf(picture), { width, height } = picture;
  const across = new Float64Array(light.length), down = new Float64Array(light.length);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      for (const [step, weight] of [[-1, 1], [0, 2], [1, 1]] as const) {
        const row = at + step * width;
        across[at]! += weight * (light[row + 1]! - light[row - 1]!);
        down[at]! += weight * (light[at + step + width]! - light[at + step - width]!);
      }
    }
  }
  return { across, down };
}

function stepScores(picture: Picture, piece: Picture, top: number): Float64Array {
  const { across } = edgesOf(picture);
  const columns = new Float64Array(picture.width);
  for (let x = 0; x < picture.width; x += 1) {
    for (let row = 8; row < piece.height - 8; row += 1) {
      columns[x]! += Math.abs(across[(top + row) * picture.width + x]!);
    }
  }
  const inset = Math.round(piece.width * 0.14);
  return Float64Array.from({ length: picture.width - piece.width + 1 }, (_, x) => {
    return columns[x + inset]! + columns[x + piece.width - 1 - inset]!;
  });
}

function templateScores(picture: Picture, piece: Picture, top: number): Float64Array {
  const ground = lightOf(picture), cut = lightOf(piece);
  const inside: number[] = [];
  for (let at = 0; at < cut.length; at += 1) if (piece.rgba[at * 4 + 3]! > 0) inside.push(at);
  return Float64Array.from({ length: picture.width - piece.width + 1 }, (_, x) => {
    let a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (const at of inside) {
      const column = at % piece.width, row = (at - column) / piece.width;
      const one = cut[at]!, other = ground[(top + row) * picture.width + x + column]!;
      a += one;
      b += other;
      aa += one * one;
      bb += other * other;
      ab += one * other;
    }
    const n = inside.length;
    return (ab - a * b / n) / Math.sqrt(Math.max(1, (aa - a * a / n) * (bb - b * b / n)));
  });
}

/** A pixel of the piece's rim and the direction that leads out of the piece there. */
interface RimPixel {
  column: number;
  row: number;
  outX: number;
  outY: number;
}

function rimOf({ rgba, width, height }: Picture): RimPixel[] {
  const solid = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && rgba[(y * width + x) * 4 + 3]! > 0;
  const rim: RimPixel[] = [];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      if (!solid(column, row)) continue;
      let outX = 0, outY = 0;
      for (let dy = -2; dy <= 2; dy += 1) {
        for (let dx = -2; dx <= 2; dx += 1) {
          if (solid(column + dx, row + dy)) continue;
          outX += dx;
          outY += dy;
        }
      }
      const edge = !solid(column - 1, row) || !solid(column + 1, row) || !solid(column, row - 1) ||
        !solid(column, row + 1);
      const length = Math.hypot(outX, outY);
      if (edge && length > 0) rim.push({ column, row, outX: outX / length, outY: outY / length });
    }
  }
  return rim;
}

function outlineScores(picture: Picture, piece: Picture, top: number): Float64Array {
  const { across, down } = edgesOf(picture);
  const rim = rimOf(piece);
  return Float64Array.from({ length: picture.width - piece.width + 1 }, (_, x) => {
    let sum = 0;
    for (const { column, row, outX, outY } of rim) {
      const at = (top + row) * picture.width + x + column;
      // Strong edges count little more than clear ones: a gap has an edge all around.
      sum += Math.min(140, Math.abs(across[at]! * outX + down[at]! * outY));
    }
    return sum / rim.length;
  });
}

/** Pixels between the rim and the colours that are compared: the rim itself is lit and shaded. */
const SEAM_IN = 3;
const SEAM_OUT = 2;

function seamScores(picture: Picture, piece: Picture, top: number): Float64Array {
  const rim = rimOf(piece);
  const colour = (from: Picture, x: number, y: number, part: number) =>
    from.rgba[(y * from.width + x) * 4 + part]!;
  return Float64Array.from({ length: picture.width - piece.width + 1 }, (_, x) => {
    let fits = 0, count = 0;
    for (const { column, row, outX, outY } of rim) {
      const inX = Math.round(column - SEAM_IN * outX), inY = Math.round(row - SEAM_IN * outY);
      const outsideX = Math.round(x + column + SEAM_OUT * outX);
      const outsideY = Math.round(top + row + SEAM_OUT * outY);
      if (inX < 0 || inY < 0 || inX >= piece.width || inY >= piece.height) continue;
      if (colour(piece, inX, inY, 3) === 0) continue;
      if (outsideX < 0 || outsideX >= picture.width || outsideY >= picture.height) continue;
      let off = 0;
      for (let part = 0; part < 3; part += 1) {
        off += Math.abs(
          colour(piece, inX, inY, part) - colour(picture, outsideX, outsideY, part),
        );
      }
      fits += Math.exp(-off / 45);
      count += 1;
    }
    return count === 0 ? 0 : fits / count;
  });
}

/** Scores by how far they are from the mean, in standard deviations. */
function standard(scores: Float64Array): Float64Array {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const spread = Math.sqrt(
    scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length,
  );
  return scores.map((score) => (score - mean) / (spread || 1));
}
