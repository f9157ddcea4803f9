import jpegEncoder from "@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm" with { type: "bytes" };
import encodeJpeg, { init as initJpeg } from "@jsquash/jpeg/encode.js";
import pngCodec from "@jsquash/png/codec/pkg/squoosh_png_bg.wasm" with { type: "bytes" };
import encodePng, { init as initPng } from "@jsquash/png/encode.js";
import webpEncoder from "@jsquash/webp/codec/enc/webp_enc_simd.wasm" with { type: "bytes" };
import encodeWebp, { init as initWebp } from "@jsquash/webp/encode.js";
import type { PictureFormat } from "../picture_size.ts";

/** A picture of stripes, each kind encoded for real. */
export async function testPicture(
  format: PictureFormat,
  width: number,
  height: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    const stripe = Math.floor((at % width) / 16) % 2 === 0;
    pixels.data.set(stripe ? [200, 60, 20, 255] : [20, 90, 200, 255], at * 4);
  }
  return new Uint8Array(await encoded(format, pixels));
}

async function encoded(format: PictureFormat, pixels: ImageData): Promise<ArrayBuffer> {
  switch (format) {
    case "jpeg":
      await initJpeg(await WebAssembly.compile(jpegEncoder));
      return await encodeJpeg(pixels);
    case "png":
      await initPng(await WebAssembly.compile(pngCodec));
      return await encodePng(pixels);
    case "webp":
      await initWebp(await WebAssembly.compile(webpEncoder));
      return await encodeWebp(pixels);
  }
}

/** The same JPEG saying that its camera was held sideways (EXIF orientation 6). */
export function turnedJpeg(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const tiff = [
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8], // Big-endian, first directory at 8.
    ...[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0],
  ];
  const body = [...new TextEncoder().encode("Exif\0\0"), ...tiff];
  const length = body.length + 2;
  const segment = [0xff, 0xe1, length >> 8, length & 0xff, ...body];
  return new Uint8Array([...jpeg.subarray(0, 2), ...segment, ...jpeg.subarray(2)]);
}

/** The head of a PNG that says it has this size, and nothing behind it. */
export function pngHead(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}
