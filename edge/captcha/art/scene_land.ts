import { type Canvas, ridge } from "./canvas.ts";
import type { Dice } from "./dice.ts";

const SKY = 0, LIGHT = 1, FAR = 2, MIDDLE = 3, NEAR = 4, ACCENT = 5, GREY = 7;

/** Hills one behind the other, with trees, clouds and a sun. */
export function paintHills(canvas: Canvas, dice: Dice): void {
  paintSky(canvas, dice);
  const { width, height } = canvas;
  const layers = dice.whole(3, 4);
  for (let layer = 0; layer < layers; layer += 1) {
    const near = layer / (layers - 1);
    const middle = height * (0.42 + 0.42 * near) + dice.between(-8, 8);
    const line = ridge(dice, middle, dice.between(10, 22) * (1.1 - 0.5 * near), near);
    const ramp = [FAR, MIDDLE, NEAR][Math.round(near * 2)]!;
    const tone = 165 - 55 * near;
    canvas.below(line, ramp, (depth, x) => tone + 30 * Math.sin(x / 37) - depth * 0.6);
    if (layer > 0) plantTrees(canvas, dice, line, ramp, 4 + 9 * near);
  }
  if (dice.chance(0.6)) {
    for (let house = dice.whole(1, 3); house > 0; house -= 1) {
      paintHouse(canvas, dice, dice.between(10, width - 30), height * dice.between(0.72, 0.88));
    }
  }
}

function paintSky(canvas: Canvas, dice: Dice): void {
  const up = dice.chance(0.7);
  canvas.gradient(SKY, up ? 95 : 190, up ? 215 : 110);
  const cx = dice.between(20, canvas.width - 20);
  const cy = dice.between(14, canvas.height * 0.42);
  canvas.glow(cx, cy, dice.between(50, 90), 60);
  canvas.disc(cx, cy, dice.between(9, 19), LIGHT, 190, 50);
  for (let cloud = dice.whole(1, 5); cloud > 0; cloud -= 1) paintCloud(canvas, dice);
}

function paintCloud(canvas: Canvas, dice: Dice): void {
  const cx = dice.between(0, canvas.width);
  const cy = dice.between(8, canvas.height * 0.4);
  for (let puff = dice.whole(3, 6); puff > 0; puff -= 1) {
    const x = cx + dice.between(-22, 22);
    canvas.disc(x, cy + dice.between(-3, 3), dice.between(4, 10), GREY, 225, 40);
  }
}

function plantTrees(
  canvas: Canvas,
  dice: Dice,
  line: (x: number) => number,
  ramp: number,
  size: number,
): void {
  const pointed = dice.chance(0.5);
  for (let x = dice.between(-10, 30); x < canvas.width; x += dice.between(size, size * 7)) {
    const high = size * dice.between(0.8, 1.9);
    const foot = line(x) + dice.between(1, 6);
    if (pointed) {
      for (let up = 0; up < high * 1.6; up += 1) {
        const half = high * 0.45 * (1 - up / (high * 1.6)) * (1 - 0.25 * ((up % 5) / 5));
        canvas.box(x - half, foot - up, 2 * half + 1, 1, ramp, 70 + (up % 5) * 9);
      }
    } else {
      canvas.box(x - 1, foot - high * 0.6, 2, high * 0.6, GREY, 50);
      canvas.disc(x, foot - high * 0.9, high * 0.5, ramp, 95, 70);
    }
  }
}

function paintHouse(canvas: Canvas, dice: Dice, x: number, y: number): void {
  const wide = dice.whole(14, 24), high = dice.whole(9, 14);
  canvas.box(x, y - high, wide, high, GREY, 205);
  canvas.box(x + wide * 0.7, y - high, wide * 0.3, high, GREY, 160);
  for (let up = 0; up < 8; up += 1) {
    canvas.box(x - 2 + up, y - high - up, wide + 4 - 2 * up, 1, ACCENT, 140 - up * 5);
  }
  canvas.box(x + 3, y - high + 3, 3, 3, LIGHT, 90);
  canvas.box(x + wide * 0.45, y - high * 0.6, 4, high * 0.6, NEAR, 60);
}

/** Rows of waves with boats, under a low sun. */
export function paintSea(canvas: Canvas, dice: Dice): void {
  const { width, height } = canvas;
  canvas.gradient(SKY, 120, 225);
  const cx = dice.between(30, width - 30);
  const horizon = height * dice.between(0.24, 0.4);
  canvas.glow(cx, horizon, 110, 70);
  canvas.disc(cx, horizon - dice.between(-4, 18), dice.between(11, 24), LIGHT, 200, 40);
  for (let cloud = dice.whole(0, 3); cloud > 0; cloud -= 1) paintCloud(canvas, dice);
  canvas.below(() => horizon, FAR, (depth) => 170 - depth);
  const rows = dice.whole(5, 8);
  for (let row = 0; row < rows; row += 1) {
    const near = row / rows;
    const middle = horizon + (height - horizon) * (0.06 + 0.92 * near);
    const line = ridge(dice, middle, 2 + 8 * near, 0.4 + near);
    const ramp = row % 2 === 0 ? MIDDLE : NEAR;
    if (row > 0 && dice.chance(0.45)) {
      paintBoat(canvas, dice, dice.between(10, width - 20), middle, 6 + 16 * near);
    }
    canvas.below(line, ramp, (depth) => depth < 2 ? 235 : 180 - 45 * near - depth * 1.6);
  }
}

function paintBoat(canvas: Canvas, dice: Dice, x: number, y: number, size: number): void {
  for (let up = 0; up < size * 1.7; up += 1) {
    const share = 1 - up / (size * 1.7);
    canvas.box(x - size * 0.7 * share, y - size * 0.4 - up, size * 0.7 * share, 1, GREY, 235);
    canvas.box(x + 1, y - size * 0.4 - up, size * 0.5 * share, 1, ACCENT, 150);
  }
  const ramp = dice.pick([ACCENT, GREY]);
  for (let down = 0; down < size * 0.5; down += 1) {
    canvas.box(x - size + down, y - size * 0.4 + down, 2 * size - 2 * down, 1, ramp, 80);
  }
}
