import { parseArgs } from "node:util";
import { ArgumentError } from "../bench_options.ts";
import type { FairOptions } from "./fair_report.ts";

/** What `bench fair --help` prints. */
export const FAIR_HELP = `deno task bench fair [options]

Lets 2,000 people and 200 scripts with 50 addresses each go for 1,000 pieces, with the gate off and
on, and prints which share of the pieces the scripts get. The gate is the edge's own code; people,
scripts, network and clock are simulated, so that the figures repeat with the seed. Ends with 1 when
scripts get more than twice their share of the identities in a sale that asks everybody for the
slider, or in one that asks the suspicious when they knock early. Scripts that keep still until the
start and then try once look like any client: only the policy "always" keeps them out. The bound
holds for scripts without a solver, with a ready-made one, and for those that take the keyboard or the
quiet way. It is not asked of a solver made for this very slider, whose rows are printed all the same.

  --seed N         seed of the first round (default 1)
  --rounds N       rounds with a seed each; figures are medians (default 5)
  --solver-rate P  how often the ready-made solver is right, 0 to 1 (default 0.04: a finder of the
                   gap with a motion that eases and overshoots; see edge/captcha/gap_solver_test.ts)
  --out DIR        writes result.json there
  --json           prints the result as JSON
  --help           this text`;

const OPTIONS = {
  seed: { type: "string" },
  rounds: { type: "string" },
  "solver-rate": { type: "string" },
  out: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** The arguments of `bench fair`, or "help". @throws {ArgumentError} */
export function parseFairArguments(
  args: string[],
): (FairOptions & { out: string | null; json: boolean }) | "help" {
  let values;
  try {
    values = parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new ArgumentError(`Cannot read the arguments: ${reason}. --help lists them`);
  }
  if (values.help) return "help";
  return {
    seed: numberOf("seed", values.seed, 1, 0, Number.MAX_SAFE_INTEGER, true),
    rounds: numberOf("rounds", values.rounds, 5, 1, 100, true),
    solverRate: numberOf("solver-rate", values["solver-rate"], 0.04, 0, 1, false),
    out: values.out ?? null,
    json: values.json ?? false,
  };
}

function numberOf(
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
  whole: boolean,
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max && (!whole || Number.isInteger(value))) {
    return value;
  }
  throw new ArgumentError(
    `Cannot use --${name} as it must be a${whole ? " whole" : ""} number from ${min} to ${max}: ` +
      `current value is ${text}`,
  );
}
