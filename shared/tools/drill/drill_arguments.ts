import { parseArgs } from "node:util";
import { UsageError } from "../launch/options.ts";
import type { Drill } from "./drill.ts";

/** What `--help` prints. */
export const HELP = `deno task drill COMMAND [options]

Breaks a running system in one way at a time, while a crowd of simulated buyers buys, and checks
from the database, the ledger and the buyers' own record that no promise was broken. Real processes
and private servers; nothing of yours is touched. The last line is \`N passed, N failed\`, and the
status is 1 when one failed.

Commands
  list        every drill: what it breaks, what it proves, how long it takes
  NAME …      these drills
  all         all drills
  short       those that also run with \`deno task test\`
  teeth       takes one guard away at a time and shows that a drill then fails

Options
  --seed N    the seed of each drill (default 1)
  --seeds N   seeds 1 to N; with \`all\`, drills that are not repeated run with one
  --patient   tells times and judges none: on a machine that has other things to do
  --keep      keeps the logs and the record of drills that pass, too
  --help      this text

A drill that fails leaves its logs and the record of its buyers, and says where.
`;

/** What was asked for. */
export type DrillCommand =
  | { kind: "help" }
  | { kind: "list" }
  | { kind: "teeth"; args: string[] }
  | { kind: "run"; runs: DrillRun[]; keep: boolean; patient: boolean };

/** One drill with one seed. */
export interface DrillRun {
  drill: Drill;
  seed: number;
}

const OPTIONS = {
  seed: { type: "string" },
  seeds: { type: "string" },
  keep: { type: "boolean" },
  patient: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const MAX_SEED = 2 ** 31;
const MAX_SEEDS = 1_000;

/** Reads the command line. @throws {UsageError} for one that cannot be understood. */
export function readDrillCommand(args: string[], drills: readonly Drill[]): DrillCommand {
  if (args[0] === "teeth") return { kind: "teeth", args: args.slice(1) };
  const { values, positionals } = parsed(args);
  if (values.help || positionals.length === 0) return { kind: "help" };
  const [command] = positionals;
  if (command === "list" && positionals.length === 1) return { kind: "list" };
  if (values.seed !== undefined && values.seeds !== undefined) {
    throw new UsageError("Cannot use --seed as --seeds is given, too");
  }
  const seed = wholeNumber("seed", values.seed ?? "1", MAX_SEED);
  const seeds = wholeNumber("seeds", values.seeds ?? "1", MAX_SEEDS);
  const several = Array.from({ length: seeds }, (_, index) => seed + index);
  const chosen = chosenDrills(positionals, drills);
  const sparing = command === "all";
  const runs = chosen.flatMap((drill) => {
    const own = sparing && !drill.repeated ? several.slice(0, 1) : several;
    return own.map((seed) => ({ drill, seed }));
  });
  return { kind: "run", runs, keep: values.keep ?? false, patient: values.patient ?? false };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}

function chosenDrills(names: string[], drills: readonly Drill[]): readonly Drill[] {
  const [command] = names;
  if (names.length === 1 && command === "all") return drills;
  if (names.length === 1 && command === "short") return drills.filter(({ short }) => short);
  return names.map((name) => {
    const drill = drills.find((drill) => drill.name === name);
    if (drill) return drill;
    throw new UsageError(
      `Cannot run a drill as its name must be one that \`drill list\` shows: ` +
        `current value is ${name}`,
    );
  });
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UsageError(
    `Cannot use --${name} as it must be a whole number from 1 to ${most}: current value is ${text}`,
  );
}
