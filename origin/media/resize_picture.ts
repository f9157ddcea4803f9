import type { PictureFormat } from "./picture_size.ts";

/** One picture to be turned into several sizes. */
export interface PictureJob {
  format: PictureFormat;
  bytes: ArrayBuffer;
  /** The longest side of each, px. */
  sizes: number[];
}

/** A picture in one size, as WebP. */
export interface MadePicture {
  width: number;
  height: number;
  bytes: ArrayBuffer;
}

/** What became of a job. */
export type PictureAnswer =
  | { kind: "made"; pictures: MadePicture[] }
  | { kind: "unreadable"; reason: string };

/** Turns pictures into their sizes. */
export type ResizePicture = (job: PictureJob) => Promise<PictureAnswer | { kind: "too_slow" }>;

/** A picture of the highest number of pixels takes about two seconds on one core. */
const DEADLINE_MS = 20_000;

/** Resizes in a thread of its own that may do nothing else and ends with the picture. */
export const resizeInThread: ResizePicture = (job) => {
  const thread = new Worker(new URL("./picture_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: "none" },
  });
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      thread.terminate();
    };
    const end = (answer: PictureAnswer | { kind: "too_slow" }) => {
      stop();
      resolve(answer);
    };
    const timer = setTimeout(() => end({ kind: "too_slow" }), DEADLINE_MS);
    thread.onmessage = ({ data }: MessageEvent<PictureAnswer>) => end(data);
    thread.onerror = (event) => {
      event.preventDefault();
      stop();
      // What is wrong with a picture is an answer: this is wrong with the thread.
      reject(new Error(`Cannot resize pictures: ${event.message}`));
    };
    thread.postMessage(job, [job.bytes]);
  });
};
