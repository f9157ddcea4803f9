import type { LaunchedSystem } from "./launch_system.ts";

/**
 * Replaces every process of the system, one by one, whenever this process gets SIGUSR2; a second
 * signal during that says nothing new. (Not SIGHUP: a terminal that is closed sends that.) Returns
 * what stops listening and waits for a replacement under way, which ends early when `signal` aborts.
 */
export function replaceOnSignal(
  system: Pick<LaunchedSystem, "replaceAll">,
  log: (line: string) => void,
  signal: AbortSignal,
): () => Promise<void> {
  let running: Promise<void> | null = null;
  const listener = () => {
    running ??= replaceEverything().finally(() => running = null);
  };
  const replaceEverything = async () => {
    log("Replacing every process, one by one …");
    const startedAt = performance.now();
    try {
      await system.replaceAll(undefined, signal);
      const tookS = ((performance.now() - startedAt) / 1_000).toFixed(1);
      log(`Every process was replaced in ${tookS} s`);
    } catch (error) {
      if (signal.aborted) return;
      log(`Stopped replacing: ${error instanceof Error ? error.message : error}`);
    }
  };
  Deno.addSignalListener("SIGUSR2", listener);
  return async () => {
    Deno.removeSignalListener("SIGUSR2", listener);
    await running;
  };
}
