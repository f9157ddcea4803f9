import type { LiveDesk, Watching } from "./live_desk.ts";

/** After this the stream ends and its watcher comes back, so that who lost his rights is let go. */
const MAX_STREAM_MS = 5 * 60_000;

/** Events that wait for a slow reader; one more ends his stream, and he comes back later. */
const MAX_WAITING = 32;

/** Pause before a browser connects again, ms. */
const RETRY_MS = 1_000;

/** Frames after which it is looked whether the watcher may still watch. */
const FRAMES_PER_LOOK = 5;

const encoder = new TextEncoder();

/** An event of a stream, `text` in one line. */
function event(name: string, text: string, id?: number): Uint8Array<ArrayBuffer> {
  const named = `event: ${name}\ndata: ${text}\n\n`;
  return encoder.encode(id === undefined ? named : `id: ${id}\n${named}`);
}

/** A stream of a sale's frames, or why there is none. */
export type OpenedStream =
  | { kind: "open"; body: ReadableStream<Uint8Array> }
  | { kind: Exclude<Watching["kind"], "watching"> };

/**
 * Watches a sale as server-sent events: `history` (columns of the last ten minutes) once, then
 * `frame` about every second, comments while nothing else is said. It ends when the process drains,
 * after five minutes, and for readers that do not keep up; browsers then connect again. It also ends
 * when `mayWatch`, asked every few seconds, says no; as long as it cannot say, the stream goes on.
 */
export function openLiveStream(
  desk: Pick<LiveDesk, "watch">,
  saleId: number,
  mayWatch: () => Promise<boolean> = () => Promise.resolve(true),
): OpenedStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let leave = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  const end = () => {
    if (controller === null) return;
    const open = controller;
    controller = null;
    clearTimeout(timer);
    leave();
    open.close();
  };
  const send = (bytes: Uint8Array<ArrayBuffer>) => {
    if (controller === null) return;
    if ((controller.desiredSize ?? 0) <= 0) end();
    else controller.enqueue(bytes);
  };

  let frames = 0;
  let isLooking = false;
  const look = () => {
    if (isLooking) return;
    isLooking = true;
    mayWatch().then((may) => {
      if (!may) end();
    }, () => {}).finally(() => isLooking = false);
  };

  const watching = desk.watch(saleId, {
    frame: (id, text) => {
      send(event("frame", text, id));
      frames += 1;
      if (frames % FRAMES_PER_LOOK === 0) look();
    },
    heartbeat: () => {
      send(encoder.encode(": still here\n\n"));
      look();
    },
    end,
  });
  if (watching.kind !== "watching") return watching;
  leave = watching.leave;
  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      timer = setTimeout(end, MAX_STREAM_MS);
      send(encoder.encode(`retry: ${RETRY_MS}\n\n`));
      send(event("history", watching.history));
      const { last } = watching;
      if (last !== null) send(event("frame", last.text, last.id));
    },
    cancel() {
      controller = null;
      clearTimeout(timer);
      leave();
    },
  }, new CountQueuingStrategy({ highWaterMark: MAX_WAITING }));
  return { kind: "open", body };
}
