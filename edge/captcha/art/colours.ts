import { RAMPS, SHADES } from "./canvas.ts";
import type { Dice } from "./dice.ts";

/** A colour as lightness 0…1, chroma 0…0.3 and hue in degrees (OKLCH). */
type Lch = readonly [lightness: number, chroma: number, hue: number];

/**
 * What scenes call their colours: 0 sky or ground, 1 light, 2 far, 3 middle, 4 near, 5 accent,
 * 6 second accent, 7 grey.
 */
type Scheme = readonly [Lch, Lch, Lch, Lch, Lch, Lch, Lch, Lch];

const SCHEMES: readonly Scheme[] = [
  // a clear morning
  [
    [.80, .08, 235],
    [.92, .10, 90],
    [.72, .07, 225],
    [.64, .10, 165],
    [.55, .12, 145],
    [.68, .17, 35],
    [.62, .15, 300],
    [.7, .02, 240],
  ],
  // dusk
  [
    [.70, .12, 25],
    [.90, .13, 80],
    [.58, .12, 340],
    [.50, .12, 310],
    [.42, .11, 285],
    [.75, .15, 60],
    [.62, .13, 200],
    [.55, .03, 320],
  ],
  // by the sea
  [
    [.85, .06, 200],
    [.95, .06, 95],
    [.72, .10, 215],
    [.62, .11, 225],
    [.50, .12, 240],
    [.72, .16, 45],
    [.85, .11, 100],
    [.75, .02, 210],
  ],
  // night
  [
    [.36, .09, 275],
    [.88, .08, 95],
    [.44, .08, 265],
    [.40, .07, 255],
    [.32, .06, 260],
    [.72, .14, 70],
    [.65, .13, 190],
    [.48, .03, 270],
  ],
  // autumn
  [
    [.86, .06, 85],
    [.93, .09, 95],
    [.72, .12, 65],
    [.62, .15, 45],
    [.48, .11, 30],
    [.60, .17, 25],
    [.58, .09, 150],
    [.7, .03, 70],
  ],
  // blossom
  [
    [.88, .06, 350],
    [.95, .05, 90],
    [.78, .10, 355],
    [.68, .13, 345],
    [.56, .12, 325],
    [.66, .12, 160],
    [.72, .11, 230],
    [.76, .02, 340],
  ],
  // northern
  [
    [.48, .08, 215],
    [.88, .12, 150],
    [.56, .10, 190],
    [.46, .09, 205],
    [.38, .07, 225],
    [.75, .15, 160],
    [.65, .15, 310],
    [.55, .02, 220],
  ],
  // desert
  [
    [.84, .07, 60],
    [.95, .06, 85],
    [.76, .11, 55],
    [.68, .13, 48],
    [.58, .13, 38],
    [.55, .10, 200],
    [.5, .12, 20],
    [.72, .03, 60],
  ],
  // garden
  [
    [.86, .07, 190],
    [.94, .1, 100],
    [.74, .12, 150],
    [.66, .14, 140],
    [.54, .12, 150],
    [.7, .17, 5],
    [.8, .14, 85],
    [.7, .02, 160],
  ],
];

/** Degrees by which the hues of a scheme turn together, and lightness by which each one moves. */
const HUE_TURN = 14;
const LIGHTNESS_MOVE = 0.03;

/** Red, green, blue of all shades: family by family, dark to light; `RAMPS` × `SHADES` × 3 bytes. */
export function drawColours(dice: Dice): Uint8Array {
  const turn = dice.between(-HUE_TURN, HUE_TURN);
  const colours = new Uint8Array(RAMPS * SHADES * 3);
  dice.pick(SCHEMES).forEach(([lightness, chroma, hue], ramp) => {
    const middle = lightness + dice.between(-LIGHTNESS_MOVE, LIGHTNESS_MOVE);
    for (let shade = 0; shade < SHADES; shade += 1) {
      const along = shade / (SHADES - 1) - 0.5;
      const light = middle + (along < 0 ? along * 0.72 * middle : along * 1.1 * (1 - middle));
      const rgb = toRgb(light, chroma * (1 - 0.5 * Math.abs(along)), hue + turn + along * 12);
      colours.set(rgb, (ramp * SHADES + shade) * 3);
    }
  });
  return colours;
}

/** OKLCH to sRGB by Björn Ottosson's matrices; what sRGB cannot show is clamped. */
function toRgb(lightness: number, chroma: number, hue: number): Uint8ClampedArray {
  const a = chroma * Math.cos(hue * Math.PI / 180);
  const b = chroma * Math.sin(hue * Math.PI / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
  ];
  return Uint8ClampedArray.from(linear, (value) => {
    const light = Math.max(0, value);
    return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
  });
}
