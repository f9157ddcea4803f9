import { cleanDeadRuns, openRun, type Run } from "../services/run_directory.ts";
import { listenForInterrupt } from "./interrupt.ts";

/** What a tool works with. */
export interface ToolContext {
  run: Run;
  /** Aborts when the tool shall end. */
  signal: AbortSignal;
  /** Aborts when it shall end without waiting for a drain. */
  force: AbortSignal;
  /** One line for the person at the terminal. */
  log: (line: string) => void;
  /** Adds a step of the clean-up; the last one added runs first. */
  defer: (step: () => Promise<void>) => void;
}

/**
 * Runs a tool from end to end: cleans up after dead runs, opens a run, and whatever happens frees
 * what the tool deferred and closes the run. Resolves to the status to exit with: the tool's own,
 * `interruptedStatus` when a signal broke it off, 1 when it threw (which is told in one message).
 */
export async function runTool(
  interruptedStatus: number,
  tool: (context: ToolContext) => Promise<number>,
): Promise<number> {
  const log = (line: string) => console.error(line);
  const interruption = listenForInterrupt(log);
  const { signal, force } = interruption;
  // Its default would end this process and leave everything that it started.
  const ignored = () => {};
  Deno.addSignalListener("SIGUSR2", ignored);
  const steps: (() => Promise<void>)[] = [];
  let status = 1;
  try {
    const run = await openRun();
    // A tool that was run by this one and killed with it leaves a run of its own.
    steps.push(async () => void await cleanDeadRuns());
    steps.push(() => run.close());
    status = await tool({ run, signal, force, log, defer: (step) => steps.push(step) });
  } catch (error) {
    if (!signal.aborted) log(tellingOf(error));
  }
  for (const step of steps.reverse()) {
    try {
      await step();
    } catch (error) {
      log(`While stopping: ${error instanceof Error ? error.message : error}`);
    }
  }
  interruption.dispose();
  Deno.removeSignalListener("SIGUSR2", ignored);
  return signal.aborted ? interruptedStatus : status;
}

/** The message of what a tool refuses; the whole stack of what nobody foresaw. */
function tellingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const unforeseen = error instanceof TypeError || error instanceof ReferenceError;
  return unforeseen ? error.stack ?? error.message : error.message;
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
