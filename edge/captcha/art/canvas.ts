import type { Dice } from "./dice.ts";

/** Colour families of a picture; each has `SHADES` shades from dark to light. */
export const RAMPS = 8;
export const SHADES = 16;

/** Lightest tone; 0 is the darkest. */
export const MAX_TONE = 255;

/**
 * What scenes are painted on: each pixel has a colour family and a tone within it. Light, shadow and
 * noise change the tone alone, so that a pixel never looks foreign whatever is done to it.
 */
export class Canvas {
  readonly ramps: Uint8Array;
  /** 0…255; what is written outside of that is clamped. */
  readonly tones: Uint8ClampedArray;

  constructor(readonly width: number, readonly height: number) {
    this.ramps = new Uint8Array(width * height);
    this.tones = new Uint8ClampedArray(width * height);
  }

  /** Paints one pixel, if it is on the canvas. */
  dot(x: number, y: number, ramp: number, tone: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = y * this.width + x;
    this.ramps[at] = ramp;
    this.tones[at] = tone;
  }

  /** Paints a rectangle. */
  box(x: number, y: number, width: number, height: number, ramp: number, tone: number): void {
    const left = Math.max(0, Math.floor(x));
    const right = Math.min(this.width, Math.floor(x + width));
    const bottom = Math.min(this.height, Math.floor(y + height));
    if (right <= left) return;
    for (let row = Math.max(0, Math.floor(y)); row < bottom; row += 1) {
      this.ramps.fill(ramp, row * this.width + left, row * this.width + right);
      this.tones.fill(tone, row * this.width + left, row * this.width + right);
    }
  }

  /** The whole canvas in one family, from one tone at the top to another at the bottom. */
  gradient(ramp: number, top: number, bottom: number): void {
    for (let y = 0; y < this.height; y += 1) {
      this.box(0, y, this.width, 1, ramp, top + (bottom - top) * (y / this.height));
    }
  }

  /** A disc, lit from the upper left by `light` tones from rim to rim. */
  disc(cx: number, cy: number, radius: number, ramp: number, tone: number, light = 0): void {
    const bottom = Math.min(this.height - 1, Math.floor(cy + radius));
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= bottom; y += 1) {
      const half = Math.sqrt(Math.max(0, radius * radius - (y - cy) ** 2));
      const right = Math.min(this.width - 1, Math.floor(cx + half));
      for (let x = Math.max(0, Math.ceil(cx - half)); x <= right; x += 1) {
        const at = y * this.width + x;
        this.ramps[at] = ramp;
        this.tones[at] = tone - light * ((x - cx) + (y - cy)) / (2 * radius);
      }
    }
  }

  /** Everything below a line in one family; `toneAt` gives the tone by depth below the line. */
  below(
    line: (x: number) => number,
    ramp: number,
    toneAt: (depth: number, x: number) => number,
  ): void {
    for (let x = 0; x < this.width; x += 1) {
      const top = Math.floor(line(x));
      for (let y = Math.max(0, top); y < this.height; y += 1) {
        const at = y * this.width + x;
        this.ramps[at] = ramp;
        this.tones[at] = toneAt(y - top, x);
      }
    }
  }

  /** Makes a disc lighter (or darker), most in its middle. */
  glow(cx: number, cy: number, radius: number, strength: number): void {
    const bottom = Math.min(this.height - 1, Math.floor(cy + radius));
    const right = Math.min(this.width - 1, Math.floor(cx + radius));
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= bottom; y += 1) {
      for (let x = Math.max(0, Math.ceil(cx - radius)); x <= right; x += 1) {
        const far = ((x - cx) ** 2 + (y - cy) ** 2) / (radius * radius);
        if (far < 1) this.tones[y * this.width + x]! += strength * (1 - far);
      }
    }
  }
}

/** A line of hills or waves: a few sines with chance in them. `rough` 0…1 adds short ones. */
export function ridge(dice: Dice, middle: number, swing: number, rough: number) {
  const waves = [
    { long: dice.between(110, 260), high: swing },
    { long: dice.between(45, 100), high: swing * 0.45 },
    { long: dice.between(14, 30), high: swing * 0.18 * rough },
    { long: dice.between(6, 11), high: swing * 0.08 * rough },
  ].map(({ long, high }) => ({ turn: 2 * Math.PI / long, high, shift: dice.between(0, 7) }));
  return (x: number): number => {
    let y = middle;
    for (const { turn, high, shift } of waves) y += high * Math.sin(x * turn + shift);
    return y;
  };
}
