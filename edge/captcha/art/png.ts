import { crc32, deflateSync } from "node:zlib";

/** A picture whose pixels are numbers of palette entries. */
export interface IndexedPicture {
  width: number;
  height: number;
  /** Row by row from the top, one palette number a pixel. */
  pixels: Uint8Array;
  /** Red, green, blue of each entry, at most 256 entries. */
  palette: Uint8Array;
  /** Whether entry 0 is fully transparent. */
  hasClearEntry: boolean;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Trials on these pictures: level 5 takes three quarters of the time of the default level 6 and makes 3 % more
 * bytes. Filters do not help indexed pixels, so that every row has filter 0.
 */
const DEFLATE = { level: 5, memLevel: 9 };

/** A PNG of colour type 3 with 8 bits a pixel. */
export function encodePng(picture: IndexedPicture): Uint8Array<ArrayBuffer> {
  const { width, height, pixels, palette, hasClearEntry } = picture;
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3, 0, 0, 0], 8);
  const chunks: [string, Uint8Array][] = [["IHDR", header], ["PLTE", palette]];
  if (hasClearEntry) chunks.push(["tRNS", Uint8Array.of(0)]);
  chunks.push(["IDAT", deflateSync(rows, DEFLATE)], ["IEND", new Uint8Array()]);
  return joined(chunks);
}

function joined(chunks: [string, Uint8Array][]): Uint8Array<ArrayBuffer> {
  const length = chunks.reduce((sum, [, data]) => sum + 12 + data.length, SIGNATURE.length);
  const png = new Uint8Array(length);
  const view = new DataView(png.buffer);
  png.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const [name, data] of chunks) {
    view.setUint32(at, data.length);
    for (let i = 0; i < 4; i += 1) png[at + 4 + i] = name.charCodeAt(i);
    png.set(data, at + 8);
    view.setUint32(at + 8 + data.length, crc32(png.subarray(at + 4, at + 8 + data.length)));
    at += 12 + data.length;
  }
  return png;
}
