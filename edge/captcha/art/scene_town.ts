import type { Canvas } from "./canvas.ts";
import type { Dice } from "./dice.ts";

const SKY = 0, LIGHT = 1, FAR = 2, MIDDLE = 3, NEAR = 4, ACCENT = 5, SECOND = 6, GREY = 7;

/** Rows of houses with windows, some of them lit. */
export function paintTown(canvas: Canvas, dice: Dice): void {
  const { width, height } = canvas;
  canvas.gradient(SKY, 85, 205);
  canvas.disc(
    dice.between(15, width - 15),
    dice.between(14, 50),
    dice.between(8, 16),
    LIGHT,
    200,
    40,
  );
  for (let star = dice.whole(0, 30); star > 0; star -= 1) {
    canvas.dot(dice.whole(0, width), dice.whole(0, 70), LIGHT, dice.whole(150, 250));
  }
  const rows = [FAR, MIDDLE, NEAR];
  rows.forEach((ramp, row) => {
    const floor = height * (0.5 + 0.14 * row);
    for (let x = -dice.between(0, 20); x < width;) {
      const wide = dice.whole(14 + row * 4, 26 + row * 8);
      const top = floor - dice.between(-6, 44 - row * 8);
      const colour = dice.chance(0.2) ? dice.pick([ACCENT, SECOND, GREY]) : ramp;
      paintBlock(canvas, dice, x, top, wide, colour, 170 - row * 42);
      x += wide + (dice.chance(0.25) ? dice.whole(2, 9) : 0);
    }
  });
  canvas.box(0, height - dice.whole(8, 14), width, 20, GREY, 70);
}

function paintBlock(
  canvas: Canvas,
  dice: Dice,
  x: number,
  top: number,
  wide: number,
  ramp: number,
  tone: number,
): void {
  const { height } = canvas;
  canvas.box(x, top, wide, height, ramp, tone);
  canvas.box(x + wide * 0.72, top, wide * 0.28, height, ramp, tone - 28);
  const roof = dice.whole(0, 3);
  if (roof === 1) canvas.box(x + wide / 2, top - 9, 2, 9, GREY, tone - 60);
  if (roof === 2) {
    for (let up = 0; up < 7; up += 1) {
      canvas.box(x + up * 1.4, top - up, wide - up * 2.8, 1, ACCENT, tone - 30);
    }
  }
  if (roof === 3) canvas.box(x - 1, top - 2, wide + 2, 3, ramp, tone + 40);
  const stepX = dice.whole(5, 7), stepY = dice.whole(6, 9), lit = dice.between(0.1, 0.6);
  for (let row = top + 5; row < height - 8; row += stepY) {
    for (let column = x + 3; column < x + wide - 4; column += stepX) {
      const on = dice.chance(lit);
      canvas.box(column, row, 3, 4, on ? LIGHT : GREY, on ? 215 : Math.max(20, tone - 75));
    }
  }
}

/** A street of market stalls: striped roofs, crates, fruit, bunting. */
export function paintMarket(canvas: Canvas, dice: Dice): void {
  const { width, height } = canvas;
  canvas.gradient(SKY, 150, 220);
  for (let x = -dice.between(0, 30); x < width;) {
    const wide = dice.whole(46, 74);
    const roof = dice.between(34, 58);
    const [one, two] = dice.shuffled([ACCENT, SECOND, NEAR, FAR, LIGHT]) as [number, number];
    canvas.box(x, roof, wide, height, FAR, 120);
    canvas.box(x + 3, roof + 20, wide - 6, 30, GREY, 85);
    paintShelf(canvas, dice, x, roof + 46, wide, two);
    for (let stripe = 0; stripe * 8 < wide; stripe += 1) {
      const ramp = stripe % 2 === 0 ? one : GREY;
      canvas.box(x + stripe * 8, roof - 4, 8, 20, ramp, stripe % 2 === 0 ? 150 : 225);
      canvas.disc(x + stripe * 8 + 4, roof + 16, 4, ramp, stripe % 2 === 0 ? 130 : 200);
    }
    x += wide + dice.whole(2, 10);
  }
  canvas.box(0, height - 22, width, 22, GREY, 150);
  for (let x = 0; x < width; x += 18) canvas.box(x, height - 22, 1, 22, GREY, 125);
  const sag = dice.between(4, 14), cut = dice.between(60, 130);
  for (let x = 4; x < width; x += 11) {
    const y = 6 + sag * Math.abs(Math.sin(x / cut * Math.PI));
    const ramp = dice.pick([ACCENT, SECOND, NEAR, LIGHT]);
    for (let down = 0; down < 8; down += 1) {
      canvas.box(x - 4 + down / 2, y + down, 8 - down, 1, ramp, 165);
    }
  }
}

function paintShelf(
  canvas: Canvas,
  dice: Dice,
  x: number,
  y: number,
  wide: number,
  ramp: number,
): void {
  for (let shelf = 0; shelf < 3; shelf += 1) {
    const top = y + shelf * 22;
    canvas.box(x + 2, top + 8, wide - 4, 12, MIDDLE, 150 - shelf * 20);
    canvas.box(x + 2, top + 8, wide - 4, 2, MIDDLE, 200);
    const goods = shelf === 1 ? ramp : dice.pick([ACCENT, SECOND, LIGHT, NEAR]);
    for (let at = x + 7; at < x + wide - 5; at += 8) {
      canvas.disc(at, top + 5 + dice.between(-1, 1), dice.between(3, 5), goods, 150, 110);
    }
  }
}
