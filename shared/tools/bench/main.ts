/**
 * The load tool: `deno task bench buy`, `deno task bench rush`, `--help`.
 *
 * Ends with 0 when every promise was kept, 1 when one was broken or the run could not be made, 2
 * for arguments that cannot be used, 130 when it was broken off.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { logOf, startLogging } from "../../log.ts";
import { ShutdownStack } from "../../shutdown.ts";
import { HELP, parseBenchArguments } from "./arguments.ts";
import { runBench } from "./bench.ts";
import { ArgumentError, type BenchOptions } from "./bench_options.ts";
import type { BenchResult } from "./bench_result.ts";
import { Progress } from "./progress.ts";
import { reportHtml } from "./report_html.ts";
import { summaryText } from "./summary_text.ts";

/** Longest time for each thing that was started to end. */
const CLEANUP_STEP_TIMEOUT_MS = 40_000;

const ENCODER = new TextEncoder();

/** Progress goes to standard error, so that standard output holds nothing but the result. */
function progressOnStderr(): Progress {
  return new Progress({
    write: (text) => void Deno.stderr.writeSync(ENCODER.encode(text)),
    isTerminal: Deno.stderr.isTerminal(),
  });
}

async function writeFiles(result: BenchResult, out: string): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeTextFile(`${out}/result.json`, JSON.stringify(result, null, 2) + "\n");
  await Deno.writeTextFile(`${out}/report.html`, reportHtml(result));
}

async function bench(options: BenchOptions): Promise<number> {
  await startLogging("warning");
  const cleanup = new ShutdownStack(logOf("bench"));
  const breakOff = async (): Promise<void> => {
    await cleanup.run(CLEANUP_STEP_TIMEOUT_MS);
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", breakOff);
  Deno.addSignalListener("SIGTERM", breakOff);
  try {
    const result = await runBench(options, {
      env: Deno.env.toObject(),
      clock: systemClock,
      progress: progressOnStderr(),
      cleanup,
    });
    if (options.out !== null) await writeFiles(result, options.out);
    console.log(options.json ? JSON.stringify(result, null, 2) : summaryText(result));
    return result.ok ? 0 : 1;
  } finally {
    await cleanup.run(CLEANUP_STEP_TIMEOUT_MS);
    Deno.removeSignalListener("SIGINT", breakOff);
    Deno.removeSignalListener("SIGTERM", breakOff);
  }
}

async function main(): Promise<number> {
  let options: BenchOptions | "help";
  try {
    options = parseBenchArguments(Deno.args, Deno.env.toObject(), systemClock());
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (options === "help") {
    console.log(HELP);
    return 0;
  }
  try {
    return await bench(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
