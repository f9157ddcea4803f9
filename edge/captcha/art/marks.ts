import type { Canvas } from "./canvas.ts";
import type { Dice } from "./dice.ts";
import type { Outline } from "./outline.ts";

/** A place that something was cut from, or that looks like it. */
export interface Mark {
  outline: Outline;
  /** Upper left corner of the outline's square. */
  x: number;
  y: number;
  /** By how many tones it differs from what is around it. */
  strength: number;
}

/** Below this mean tone a mark is lighter than what is around it, above it darker. */
const DARK_GROUND = 95;

/** Least distance, pixels, from which the content of a mark is taken. */
const FOREIGN_SHIFT = 40;

/** What is left of a mark's strength on its faint side. */
const FAINTEST = 0.5;

/** How much of the contrast inside of a mark stays: what is calmer than its surroundings is seen. */
const CALM = 0.6;

/** Width of the rim of a mark, pixels. */
const RIM = 4;

/**
 * Cuts a mark into the picture. What shows in it is a mixture of what was there and of the same rows
 * farther along: its colours belong to the picture, and its details do not match the piece, so that
 * the place cannot be found by laying the piece over the picture alone.
 */
export function cutMark(canvas: Canvas, original: Canvas, dice: Dice, mark: Mark): void {
  const { outline: { size, depth }, x, y } = mark;
  const mean = meanTone(original, mark);
  const sign = mean < DARK_GROUND ? 1 : -1;
  const shift = foreignShift(canvas, dice, x, size);
  const share = dice.between(0.25, 0.45);
  const shadow = dice.between(50, 80), shine = dice.between(30, 60);
  const lightX = dice.sign(), lightY = dice.sign();
  const fade = fading(dice, size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const deep = depth[row * size + column]!;
      if (deep <= 0) continue;
      const at = (y + row) * canvas.width + x + column;
      const from = at + shift;
      const mixed = original.tones[at]! * share + original.tones[from]! * (1 - share);
      const tone = mean + (mixed - mean) * CALM;
      const clear = fade(column, row);
      let change = sign * mark.strength * clear;
      if (deep <= RIM) {
        // The rim: in shadow on one side, in light on the other, and rough.
        const slope = (column - size / 2) * lightX + (row - size / 2) * lightY;
        change += (slope < 0 ? -shadow : shine) * clear * (1 - (deep - 1) / RIM);
        change += dice.between(-14, 14);
      }
      canvas.tones[at] = tone + change;
      canvas.ramps[at] = original.ramps[from]!;
    }
  }
}

/** A mark is clear on one side and faint on the other, where its edge is hard to follow. */
function fading(dice: Dice, size: number): (column: number, row: number) => number {
  const angle = dice.between(0, 2 * Math.PI);
  const dx = Math.cos(angle) / size, dy = Math.sin(angle) / size;
  return (column, row) => {
    const along = 0.5 + (column - size / 2) * dx + (row - size / 2) * dy;
    return FAINTEST + (1 - FAINTEST) * Math.min(1, Math.max(0, along * 1.5));
  };
}

function meanTone(canvas: Canvas, { outline: { size }, x, y }: Mark): number {
  let sum = 0, count = 0;
  for (let row = 0; row < size; row += 4) {
    for (let column = 0; column < size; column += 4) {
      sum += canvas.tones[(y + row) * canvas.width + x + column]!;
      count += 1;
    }
  }
  return sum / count;
}

/** Pixels to the right (or left) from where the same rows stay on the canvas. */
function foreignShift(canvas: Canvas, dice: Dice, x: number, size: number): number {
  const left = x, right = canvas.width - size - x;
  const leftward = dice.next() % (left + right) < left
    ? left >= FOREIGN_SHIFT
    : right < FOREIGN_SHIFT;
  return leftward ? -dice.whole(FOREIGN_SHIFT, left) : dice.whole(FOREIGN_SHIFT, right);
}

/** Scatters noise over a picture: grain, and a few faint scratches. */
export function addNoise(canvas: Canvas, dice: Dice, grain: number): void {
  const { tones, width, height } = canvas;
  // One byte of chance for two neighbours: rough enough for the eye, and half the file.
  for (let at = 0; at < tones.length; at += 8) {
    const chance = dice.next();
    for (let part = 0; part < 4; part += 1) {
      const change = (((chance >>> (part * 8)) & 255) - 127.5) / 127.5 * grain;
      tones[at + 2 * part]! += change;
      tones[at + 2 * part + 1]! += change;
    }
  }
  for (let scratch = dice.whole(2, 5); scratch > 0; scratch -= 1) {
    let x = dice.between(0, width), y = dice.between(0, height);
    const stepX = dice.between(-1, 1), stepY = dice.between(-0.5, 0.5);
    const change = dice.sign() * dice.between(18, 40);
    for (let step = dice.whole(30, 110); step > 0; step -= 1) {
      x += stepX;
      y += stepY;
      if (x < 0 || y < 0 || x >= width || y >= height) break;
      tones[Math.floor(y) * width + Math.floor(x)]! += change;
    }
  }
}
