import { findNumber } from "./slider_sha256.js";

/**
 * The work of the quiet way, in a thread of its own so that the page stays alive. The same file is
 * both sides: the page asks it for its address, and as a worker it answers `{salt, count, bits}`
 * with `{done}` after each part and `{solutions}` at the end.
 */

const WORK_URL = import.meta.url;

const isWorker = typeof DedicatedWorkerGlobalScope !== "undefined" &&
  globalThis instanceof DedicatedWorkerGlobalScope;

if (isWorker) {
  addEventListener("message", ({ data: { salt, count, bits } }) => {
    const solutions = [];
    for (let index = 0; index < count; index += 1) {
      solutions.push(findNumber(salt, index, bits));
      postMessage({ done: solutions.length });
    }
    postMessage({ solutions });
  });
}

/**
 * Does the work: `result` resolves with the solutions, or null when the browser cannot; `stop` ends
 * it. `onDone` hears how many parts are done.
 */
export function startWork(work, onDone) {
  let resolve;
  const result = new Promise((settle) => resolve = settle);
  let worker = null;
  const end = (solutions) => {
    worker?.terminate();
    resolve(solutions);
  };
  try {
    worker = new Worker(WORK_URL, { type: "module" });
  } catch {
    end(null);
    return { result, stop: () => {} };
  }
  worker.addEventListener("error", () => end(null));
  worker.addEventListener("message", ({ data }) => {
    if (data.solutions) end(data.solutions);
    else onDone(data.done);
  });
  worker.postMessage(work);
  return { result, stop: () => end(null) };
}
