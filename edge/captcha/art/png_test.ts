import { assert, assertEquals } from "@std/assert";
import { crc32 } from "node:zlib";
import { chunksOf, readPng } from "../testing/read_png.ts";
import { Dice } from "./dice.ts";
import { encodePng } from "./png.ts";

Deno.test("encodePng() writes what a reader gets back", () => {
  const dice = new Dice([1, 2, 3, 4]);
  for (const [width, height] of [[1, 1], [7, 3], [320, 160]] as const) {
    const palette = Uint8Array.from({ length: 30 }, () => dice.whole(0, 255));
    const pixels = Uint8Array.from({ length: width * height }, () => dice.whole(0, 9));
    const png = encodePng({ width, height, pixels, palette, hasClearEntry: true });
    const picture = readPng(png);
    assertEquals([picture.width, picture.height], [width, height]);
    pixels.forEach((entry, at) => {
      const [red, green, blue, alpha] = picture.rgba.subarray(at * 4, at * 4 + 4);
      assertEquals([red, green, blue], [...palette.subarray(entry * 3, entry * 3 + 3)]);
      assertEquals(alpha, entry === 0 ? 0 : 255);
    });
  }
});

Deno.test("encodePng() writes the signature, the chunks in their order and right checksums", () => {
  const png = encodePng({
    width: 2,
    height: 1,
    pixels: Uint8Array.of(0, 1),
    palette: Uint8Array.of(1, 2, 3, 4, 5, 6),
    hasClearEntry: false,
  });
  assertEquals([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assertEquals([...chunksOf(png).keys()], ["IHDR", "PLTE", "IDAT", "IEND"]);
  const view = new DataView(png.buffer);
  let at = 8, chunks = 0;
  for (; at < png.length; chunks += 1) {
    const length = view.getUint32(at);
    const crc = view.getUint32(at + 8 + length);
    assertEquals(crc, crc32(png.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  assert(at === png.length && chunks === 4);
});
