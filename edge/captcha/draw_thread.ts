import type { ReadyPuzzle } from "./art/ready_puzzle.ts";

/** Something that draws puzzles elsewhere. */
export interface PuzzleDrawer {
  /** Draws so many more; each is handed over when it is done. */
  draw(count: number): void;
  /** Ends it; nothing is handed over after this. */
  close(): void;
}

/** What a drawer calls. */
export interface DrawerEvents {
  onPuzzle(puzzle: ReadyPuzzle): void;
  /** It drew its last puzzle and has to be replaced. Called at most once, never after `close`. */
  onEnd(reason: string): void;
}

/** Starts a drawer. */
export type StartDrawer = (events: DrawerEvents) => PuzzleDrawer;

/** A drawer in a thread of its own. */
export const startDrawThread: StartDrawer = ({ onPuzzle, onEnd }) => {
  const thread = new Worker(new URL("./art/draw_worker.ts", import.meta.url), { type: "module" });
  let closed = false;
  const close = () => {
    closed = true;
    thread.terminate();
  };
  thread.onmessage = ({ data }: MessageEvent<ReadyPuzzle>) => {
    if (!closed) onPuzzle(data);
  };
  thread.onerror = (event) => {
    event.preventDefault();
    if (closed) return;
    close();
    onEnd(event.message);
  };
  return { draw: (count) => thread.postMessage(count), close };
};
