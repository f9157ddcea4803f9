import { inflateSync } from "node:zlib";

/** A picture as red, green, blue and alpha, 0…255 each. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** Reads a PNG of colour type 3 with 8 bits a pixel and filter 0: what our encoder writes. */
export function readPng(bytes: Uint8Array): Picture {
  const chunks = chunksOf(bytes);
  const header = view(chunks.get("IHDR")!);
  const width = header.getUint32(0), height = header.getUint32(4);
  const palette = chunks.get("PLTE")!, alphas = chunks.get("tRNS") ?? new Uint8Array();
  const rows = inflateSync(chunks.get("IDAT")!);
  if (rows.length !== (width + 1) * height) throw new Error("Rows and size do not agree");
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    if (rows[y * (width + 1)] !== 0) throw new Error("Only filter 0 is read");
    for (let x = 0; x < width; x += 1) {
      const entry = rows[y * (width + 1) + 1 + x]!, at = (y * width + x) * 4;
      if (entry * 3 + 2 >= palette.length) throw new Error("A pixel is not in the palette");
      rgba.set(palette.subarray(entry * 3, entry * 3 + 3), at);
      rgba[at + 3] = alphas[entry] ?? 255;
    }
  }
  return { width, height, rgba };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Chunks by name; there is one of each. */
export function chunksOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < bytes.length;) {
    const length = view(bytes).getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.set(name, bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return chunks;
}
