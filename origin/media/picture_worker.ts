/// <reference lib="deno.worker" />
import jpegDecoder from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm" with { type: "bytes" };
import decodeJpeg, { init as initJpeg } from "@jsquash/jpeg/decode.js";
import pngDecoder from "@jsquash/png/codec/pkg/squoosh_png_bg.wasm" with { type: "bytes" };
import decodePng, { init as initPng } from "@jsquash/png/decode.js";
import resizer from "@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm" with { type: "bytes" };
import resize, { initResize } from "@jsquash/resize/index.js";
import webpDecoder from "@jsquash/webp/codec/dec/webp_dec.wasm" with { type: "bytes" };
import webpEncoder from "@jsquash/webp/codec/enc/webp_enc_simd.wasm" with { type: "bytes" };
import decodeWebp, { init as initWebpDecoder } from "@jsquash/webp/decode.js";
import encodeWebp, { init as initWebpEncoder } from "@jsquash/webp/encode.js";
import { fitInto } from "../../shared/media.ts";
import type { PictureAnswer, PictureJob } from "./resize_picture.ts";

/** How much of a picture's detail is kept, 0 to 100. */
const QUALITY = 80;

/** What a codec has to say about a damaged picture is no line of our log. */
const QUIET = { print: () => {}, printErr: () => {} };

/** Both decoders take such settings behind the module; their types tell only of the module. */
type QuietInit = (module: WebAssembly.Module, settings: typeof QUIET) => Promise<unknown>;
const quietly = (init: unknown) => init as QuietInit;

const compiled = (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.compile(bytes);

const decoders: Record<PictureJob["format"], (bytes: ArrayBuffer) => Promise<ImageData>> = {
  async jpeg(bytes) {
    await quietly(initJpeg)(await compiled(jpegDecoder), QUIET);
    return await decodeJpeg(bytes, { preserveOrientation: true });
  },
  async png(bytes) {
    await initPng(await compiled(pngDecoder));
    return await decodePng(bytes);
  },
  async webp(bytes) {
    await quietly(initWebpDecoder)(await compiled(webpDecoder), QUIET);
    return await decodeWebp(bytes);
  },
};

/**
 * Turns one picture into its sizes and ends. Decoders of pictures from outside are the classic place
 * of memory faults: here they run in WebAssembly, in a thread without permissions, for one picture.
 */
async function work({ format, bytes, sizes }: PictureJob): Promise<PictureAnswer> {
  const picture = await decoders[format](bytes);
  await initWebpEncoder(await compiled(webpEncoder));
  await initResize(await compiled(resizer));
  const made = [];
  for (const longest of sizes) {
    const { width, height } = fitInto(picture, longest);
    const scaled = width === picture.width && height === picture.height
      ? picture
      : await resize(picture, { width, height });
    made.push({ width, height, bytes: await encodeWebp(scaled, { quality: QUALITY }) });
  }
  return { kind: "made", pictures: made };
}

self.onmessage = async ({ data }: MessageEvent<PictureJob>) => {
  let answer: PictureAnswer;
  try {
    answer = await work(data);
  } catch (error) {
    answer = { kind: "unreadable", reason: String(error) };
  }
  self.postMessage(answer);
};
