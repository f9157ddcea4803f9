import { type Canvas, MAX_TONE } from "./canvas.ts";
import type { Dice } from "./dice.ts";

const SKY = 0, LIGHT = 1, GREY = 7;

/** Numbers that `waves` knows the sines of; no side of a canvas is longer. */
const TABLE = 512;

/** Discs, rings and bars of many colours on a calm ground. */
export function paintShapes(canvas: Canvas, dice: Dice): void {
  const { width, height } = canvas;
  canvas.gradient(dice.pick([SKY, GREY, 2]), dice.between(90, 200), dice.between(90, 200));
  for (let shape = dice.whole(16, 26); shape > 0; shape -= 1) {
    const x = dice.between(-10, width + 10), y = dice.between(-10, height + 10);
    const ramp = dice.whole(0, 7), tone = dice.between(80, 220);
    const size = dice.between(8, 34);
    const kind = dice.whole(0, 3);
    if (kind === 0) canvas.disc(x, y, size, ramp, tone, dice.between(0, 90));
    else if (kind === 1) paintRing(canvas, x, y, size, size * dice.between(0.45, 0.8), ramp, tone);
    else if (kind === 2) canvas.box(x, y, size * 1.8, size * 0.5, ramp, tone);
    else paintBand(canvas, x, y, size * 2, dice.between(-1, 1), dice.between(4, 14), ramp, tone);
  }
}

function paintRing(
  canvas: Canvas,
  cx: number,
  cy: number,
  outer: number,
  inner: number,
  ramp: number,
  tone: number,
): void {
  for (let y = Math.floor(cy - outer); y <= cy + outer; y += 1) {
    for (let x = Math.floor(cx - outer); x <= cx + outer; x += 1) {
      const far = Math.hypot(x - cx, y - cy);
      if (far <= outer && far >= inner) canvas.dot(x, y, ramp, tone + 40 * (y - cy) / outer);
    }
  }
}

function paintBand(
  canvas: Canvas,
  x: number,
  y: number,
  long: number,
  slope: number,
  thick: number,
  ramp: number,
  tone: number,
): void {
  for (let along = 0; along < long; along += 1) {
    canvas.box(x + along, y + along * slope, 1, thick, ramp, tone - along / long * 50);
  }
}

/** Triangles in rows, as if folded of paper. */
export function paintFolds(canvas: Canvas, dice: Dice): void {
  const { width, height } = canvas;
  const cell = dice.whole(20, 30);
  const slant = dice.between(0.6, 1.4);
  const ramps = dice.shuffled([0, 2, 3, 4, 5, 6, 7]).slice(0, 4);
  const field = waves(dice, 3);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / cell), v = (y % cell) / cell;
    for (let x = 0; x < width; x += 1) {
      const moved = x + row * cell * 0.5;
      const column = Math.floor(moved / (cell * slant)), u = moved / (cell * slant) - column;
      const upper = u + v < 1 ? 0 : 1;
      const mood = field((column * 31 + upper * 11) % TABLE, (row * 29) % TABLE);
      const at = y * width + x;
      const step = Math.floor((mood + 1) * 2 + ((column * 7 + row * 13) % 3) * 0.4);
      canvas.ramps[at] = ramps[Math.min(3, Math.max(0, step))]!;
      canvas.tones[at] = 140 + 70 * mood + (upper ? -32 : 26) + 12 * u;
    }
  }
}

/** Bands of colour that bend through each other, as in polished stone. */
export function paintStone(canvas: Canvas, dice: Dice): void {
  const { width, height } = canvas;
  const one = waves(dice, 4), two = waves(dice, 3);
  const bands = dice.between(3, 6);
  const ramps = dice.shuffled([0, 2, 3, 4, 5, 6]).slice(0, 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = (one(x, y) + 1) * bands + two(x, y) * 1.3 + 20;
      const band = Math.floor(value), within = value - band;
      const at = y * width + x;
      canvas.ramps[at] = ramps[band % ramps.length]!;
      canvas.tones[at] = within < 0.08 ? 225 : 175 - 95 * within;
    }
  }
}

/** Planets and stars. */
export function paintSpace(canvas: Canvas, dice: Dice): void {
  const { width, height } = canvas;
  canvas.gradient(SKY, dice.between(40, 90), dice.between(60, 120));
  const cloud = waves(dice, 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) canvas.tones[y * width + x]! += 45 * cloud(x, y);
  }
  for (let star = dice.whole(50, 110); star > 0; star -= 1) {
    const x = dice.whole(0, width), y = dice.whole(0, height);
    canvas.dot(x, y, LIGHT, dice.whole(140, MAX_TONE));
    if (dice.chance(0.15)) canvas.box(x - 1, y, 3, 1, LIGHT, 230);
  }
  for (let planet = dice.whole(5, 8); planet > 0; planet -= 1) {
    const x = dice.between(0, width), y = dice.between(0, height);
    const radius = dice.between(8, 30), ramp = dice.whole(1, 7);
    canvas.disc(x, y, radius, ramp, 130, 150);
    if (dice.chance(0.5)) {
      const ring = dice.whole(1, 7);
      for (let along = -1.7; along <= 1.7; along += 0.02) {
        if (Math.abs(along) > 0.95) {
          canvas.box(x + along * radius, y - along * radius * 0.35, 2, 3, ring, 190);
        }
      }
    }
    if (dice.chance(0.6)) canvas.disc(x - radius * 0.3, y + radius * 0.2, radius * 0.22, ramp, 90);
  }
}

/**
 * A smooth field of a few slanted waves, about −1…1, for whole x and y on a canvas. Sines of sums
 * are put together from sines of the parts, which are known beforehand: ten times as fast.
 */
function waves(dice: Dice, count: number): (x: number, y: number) => number {
  const parts = Array.from({ length: count }, () => {
    const alongX = dice.sign() * dice.between(0.008, 0.045);
    const alongY = dice.sign() * dice.between(0.01, 0.05);
    const shift = dice.between(0, 7);
    const tables = (turn: number, add: number) => ({
      sin: Float32Array.from({ length: TABLE }, (_, at) => Math.sin(at * turn + add) / count),
      cos: Float32Array.from({ length: TABLE }, (_, at) => Math.cos(at * turn + add) / count),
    });
    return { x: tables(alongX, shift), y: tables(alongY, 0) };
  });
  return (x, y) => {
    let sum = 0;
    for (const part of parts) {
      sum += (part.x.sin[x]! * part.y.cos[y]! + part.x.cos[x]! * part.y.sin[y]!) * count;
    }
    return sum;
  };
}
