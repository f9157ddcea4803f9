/**
 * The load tool: `deno task bench buy`, `rush`, `gate`, `fair`, `--help`.
 *
 * Ends with 0 when every promise was kept, 1 when one was broken or the run could not be made, 2
 * for arguments that cannot be used, 130 when it was broken off.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { logOf, startLogging } from "../../log.ts";
import { ShutdownStack } from "../../shutdown.ts";
import { writeResult } from "./write_result.ts";
import { HELP, parseBenchArguments } from "./arguments.ts";
import { type BenchDependencies, runBench } from "./bench.ts";
import { ArgumentError, type BenchOptions } from "./bench_options.ts";
import { fair } from "./fair/fair.ts";
import { gateCostText, measureGateCost } from "./gate/gate_cost.ts";
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

async function load(options: BenchOptions, dependencies: BenchDependencies): Promise<number> {
  const result = await runBench(options, dependencies);
  if (options.out !== null) await writeResult(options.out, result, reportHtml(result));
  console.log(options.json ? JSON.stringify(result, null, 2) : summaryText(result));
  return result.ok ? 0 : 1;
}

async function gate(options: BenchOptions, dependencies: BenchDependencies): Promise<number> {
  const cost = await measureGateCost(options, dependencies);
  if (options.out !== null) await writeResult(options.out, cost);
  console.log(options.json ? JSON.stringify(cost, null, 2) : gateCostText(cost));
  return cost.ok ? 0 : 1;
}

/** Runs something that starts systems, and ends them again, also when it is broken off. */
async function withSystems(
  run: (dependencies: BenchDependencies) => Promise<number>,
): Promise<number> {
  await startLogging("warning");
  const cleanup = new ShutdownStack(logOf("bench"));
  const breakOff = async (): Promise<void> => {
    await cleanup.run(CLEANUP_STEP_TIMEOUT_MS);
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", breakOff);
  Deno.addSignalListener("SIGTERM", breakOff);
  try {
    return await run({
      env: Deno.env.toObject(),
      clock: systemClock,
      progress: progressOnStderr(),
      cleanup,
    });
  } finally {
    await cleanup.run(CLEANUP_STEP_TIMEOUT_MS);
    Deno.removeSignalListener("SIGINT", breakOff);
    Deno.removeSignalListener("SIGTERM", breakOff);
  }
}

/** Reads the command line and runs what it asks for. @throws {ArgumentError} */
async function command(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "fair") return await fair(rest);
  // What the gate costs is measured on buys.
  const given = name === "gate" ? ["buy", ...withDefaults(rest)] : args;
  const options = parseBenchArguments(given, Deno.env.toObject(), systemClock());
  if (options === "help") {
    console.log(HELP);
    return 0;
  }
  return await withSystems((dependencies) =>
    name === "gate" ? gate(options, dependencies) : load(options, dependencies)
  );
}

/** Five rounds of five seconds, unless something else is asked for. */
function withDefaults(args: string[]): string[] {
  const has = (option: string) =>
    args.some((arg) => arg === option || arg.startsWith(`${option}=`));
  const rounds = has("--rounds") ? [] : ["--rounds", "5"];
  const seconds = has("--seconds") || has("--buyers") ? [] : ["--seconds", "5"];
  return [...args, ...rounds, ...seconds];
}

async function main(): Promise<number> {
  try {
    return await command(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return error instanceof ArgumentError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main());
