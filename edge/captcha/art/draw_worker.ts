/// <reference lib="deno.worker" />
import { Dice } from "./dice.ts";
import { drawPuzzle } from "./draw_puzzle.ts";
import type { ReadyPuzzle } from "./ready_puzzle.ts";

/**
 * The thread that draws puzzles. It is told a number and posts as many `ReadyPuzzle`s, one by one.
 * Everything it imports lies in this folder: a thread's files are read with the permission to read.
 */

/** A whole number from the machine's own source of chance, without favour for any. */
function secretNumber(low: number, high: number): number {
  const span = high - low + 1;
  const limit = Math.floor(0x1_0000_0000 / span) * span;
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn); while (drawn[0]! >= limit);
  return low + drawn[0]! % span;
}

function dataUrl(png: Uint8Array<ArrayBuffer>): string {
  return `data:image/png;base64,${png.toBase64()}`;
}

self.onmessage = ({ data: count }: MessageEvent<number>) => {
  if (!Number.isInteger(count)) {
    throw new TypeError(`Cannot draw as a count is a whole number: current value is ${count}`);
  }
  for (let drawn = 0; drawn < count; drawn += 1) {
    const dice = new Dice(crypto.getRandomValues(new Uint32Array(4)));
    const { background, piece, ...facts } = drawPuzzle(dice, secretNumber);
    const puzzle: ReadyPuzzle = {
      ...facts,
      background: dataUrl(background),
      piece: dataUrl(piece),
    };
    self.postMessage(puzzle);
  }
};
