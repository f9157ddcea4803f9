import type { Dice } from "./dice.ts";

/** Side of the square that a piece is cut from, pixels. */
export const MIN_PIECE = 48;
export const MAX_PIECE = 56;

/** A shape in a square, and how far each pixel is from its edge. */
export interface Outline {
  size: number;
  /**
   * Per pixel, in pixels: positive inside (1 at the edge), negative outside (−1 at the edge). Capped
   * at ±`MAX_DEPTH`.
   */
  depth: Int8Array;
}

/** Farther from the edge than this makes no difference. */
export const MAX_DEPTH = 9;

type Side = "flat" | "tab" | "dent";

interface Knob {
  kind: Side;
  /** Where on its side it sits, and how large it is, as shares of the square. */
  slide: number;
  radius: number;
}

/** A body with a tab, a dent or nothing on each side. Lengths are shares of the square. */
interface Jigsaw {
  body: "round" | "cut" | "square";
  /** How deep tabs stand out. */
  knob: number;
  /** Of cut and rounded corners. */
  corner: number;
  knobs: Knob[];
}

/** A stone: a circle whose radius swells and shrinks. */
interface Stone {
  swells: { times: number; high: number; shift: number }[];
}

/** What a shape is drawn from. */
export type ShapePlan = Jigsaw | Stone;

/** A new kind of shape: a jigsaw piece, or a round stone. */
export function planShape(dice: Dice): ShapePlan {
  if (dice.chance(0.3)) {
    return {
      swells: [2, 3, 5].map((times) => ({
        times,
        high: dice.between(0.05, 0.16) / Math.sqrt(times),
        shift: dice.between(0, 7),
      })),
    };
  }
  const sides: Side[] = [
    "tab",
    dice.pick<Side>(["tab", "dent"]),
    dice.pick<Side>(["tab", "dent", "flat"]),
    dice.pick<Side>(["dent", "flat"]),
  ];
  return {
    body: dice.pick(["round", "cut", "square", "square"]),
    knob: dice.between(0.13, 0.17),
    corner: dice.between(0, 1),
    knobs: dice.shuffled(sides).map((kind) => ({
      kind,
      slide: dice.between(-0.1, 0.1),
      radius: dice.between(0.82, 0.97),
    })),
  };
}

/** A shape that is like another one but for a side or two, so that people have to look twice. */
export function planTwin(dice: Dice, plan: ShapePlan): ShapePlan {
  if ("swells" in plan) {
    const turn = dice.between(1.8, 4.4);
    return { swells: plan.swells.map((swell) => ({ ...swell, shift: swell.shift + turn })) };
  }
  const changed = new Set(dice.shuffled([0, 1, 2, 3]).slice(0, dice.whole(1, 2)));
  const knobs = plan.knobs.map((knob, side) => {
    if (!changed.has(side)) return knob;
    return { ...knob, kind: knob.kind === "tab" ? "dent" as const : "tab" as const };
  });
  return { ...plan, knobs };
}

/** Draws a shape into a square of `size` pixels. */
export function drawOutline(plan: ShapePlan, size: number): Outline {
  const inside = "swells" in plan ? stone(plan, size) : jigsaw(plan, size);
  return { size, depth: depthOf(inside, size) };
}

/** How much two shapes of one size differ: pixels of one alone, as a share of both together. */
export function difference(one: Outline, other: Outline): number {
  let alone = 0, together = 0;
  for (let at = 0; at < one.depth.length; at += 1) {
    const here = one.depth[at]! > 0, there = other.depth[at]! > 0;
    if (here || there) together += 1;
    if (here !== there) alone += 1;
  }
  return alone / together;
}

type Inside = (x: number, y: number) => boolean;

const OUTWARD = [[0, -1], [1, 0], [0, 1], [-1, 0]] as const;

function jigsaw(plan: Jigsaw, size: number): Inside {
  const knob = plan.knob * size, reach = size / 2 - knob;
  const body = bodyOf(plan, reach);
  const knobs = plan.knobs.map(({ kind, slide, radius }, side) => {
    const out = kind === "tab" ? reach : reach - knob * 0.35;
    const [dx, dy] = OUTWARD[side]!;
    const x = dx * out + Math.abs(dy) * slide * size, y = dy * out + Math.abs(dx) * slide * size;
    return { kind, x, y, far: (knob * radius) ** 2 };
  }).filter(({ kind }) => kind !== "flat");
  return (x, y) => {
    let inside = body(x, y);
    for (const { kind, x: kx, y: ky, far } of knobs) {
      if ((x - kx) ** 2 + (y - ky) ** 2 < far) inside = kind === "tab";
    }
    return inside;
  };
}

function bodyOf({ body, corner }: Jigsaw, reach: number): Inside {
  if (body === "round") return (x, y) => x * x + y * y < (reach * 1.08) ** 2;
  if (body === "cut") {
    const cut = reach * (1.45 + 0.2 * corner);
    return (x, y) => Math.abs(x) < reach && Math.abs(y) < reach && Math.abs(x) + Math.abs(y) < cut;
  }
  const round = 3 + corner * 0.45 * reach;
  return (x, y) => {
    const cornerX = Math.max(0, Math.abs(x) - reach + round);
    const cornerY = Math.max(0, Math.abs(y) - reach + round);
    return cornerX * cornerX + cornerY * cornerY < round * round;
  };
}

function stone({ swells }: Stone, size: number): Inside {
  return (x, y) => {
    const angle = Math.atan2(y, x);
    let radius = 0.82;
    for (const { times, high, shift } of swells) radius += high * Math.sin(angle * times + shift);
    return Math.hypot(x, y) < Math.min(0.99, radius) * size / 2;
  };
}

/** Distance to the edge by steps of 3 (straight) and 4 (slanted), in two sweeps for each side. */
function depthOf(inside: Inside, size: number): Int8Array {
  const wide = size + 2;
  const solid = new Uint8Array(wide * wide);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (inside(x + 0.5 - size / 2, y + 0.5 - size / 2)) solid[(y + 1) * wide + x + 1] = 1;
    }
  }
  const within = sweep(solid, 1, wide), without = sweep(solid, 0, wide);
  const depth = new Int8Array(size * size);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const at = (y + 1) * wide + x + 1;
      const steps = solid[at] === 1 ? within[at]! : -without[at]!;
      depth[y * size + x] = Math.sign(steps) * Math.ceil(Math.abs(steps) / 3);
    }
  }
  return depth;
}

/** For pixels of one kind, three times how far the other kind is; only the inner ones are right. */
function sweep(solid: Uint8Array, kind: number, wide: number): Uint8Array {
  const far = new Uint8Array(solid.length);
  for (let at = 0; at < far.length; at += 1) far[at] = solid[at] === kind ? 3 * MAX_DEPTH : 0;
  const end = far.length - wide - 1;
  for (let at = wide + 1; at < end; at += 1) {
    const straight = Math.min(far[at - 1]!, far[at - wide]!) + 3;
    const slanted = Math.min(far[at - wide - 1]!, far[at - wide + 1]!) + 4;
    far[at] = Math.min(far[at]!, straight, slanted);
  }
  for (let at = end - 1; at > wide; at -= 1) {
    const straight = Math.min(far[at + 1]!, far[at + wide]!) + 3;
    const slanted = Math.min(far[at + wide + 1]!, far[at + wide - 1]!) + 4;
    far[at] = Math.min(far[at]!, straight, slanted);
  }
  return far;
}
