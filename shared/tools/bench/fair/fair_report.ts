import type { CaptchaPolicy } from "../../../sale.ts";
import { median } from "../statistics.ts";
import type { FairCrowd, FairGate, FairResult, FairSetting } from "./fair_run.ts";
import { runFair } from "./fair_run.ts";
import type { EventQueue } from "./event_queue.ts";

/** Scripts get at most so many times their share of the identities while the gate is on. */
export const MOST_TIMES = 2;

/** Accounts per script that are tried: with one each, few buyers; with one per address, most. */
const ACCOUNTS = [1, 5, 50];

/** What a run of `bench fair` is made of. */
export interface FairOptions {
  seed: number;
  /** Runs of each setting with other seeds; figures are medians. */
  rounds: number;
  /** How often the scripts' solver is right, 0 to 1. */
  solverRate: number;
}

/** One row: medians over the rounds. */
export interface FairRow {
  accountsPerScript: number;
  setting: FairSetting;
  identityShare: number;
  stockShare: number;
  /** `stockShare : identityShare`. */
  times: number;
  peopleWithSlider: number;
  soldOutAfterMs: number | null;
  /**
   * Whether the bound is asked of this row: the gate is on, and does not let everybody pass who
   * behaves like one patient client, as `suspicious` does with scripts that wait for the start. Nor
   * of scripts with a solver made for this slider: those are people to it.
   */
  judged: boolean;
}

/** All that `bench fair` found. */
export interface FairReport {
  crowd: Omit<FairCrowd, "accountsPerScript">;
  options: FairOptions;
  rows: FairRow[];
  ok: boolean;
}

const CROWD = { people: 2_000, scripts: 200, addressesPerScript: 50, stock: 1_000 };

/** Runs every setting. `openGate` keeps nobody out, `realGate` is the edge's own. */
export function measureFairness(
  options: FairOptions,
  gates: { open: (queue: EventQueue) => FairGate; real: (queue: EventQueue) => FairGate },
  onRow: (row: FairRow) => void = () => {},
): FairReport {
  const rows: FairRow[] = [];
  for (const accountsPerScript of ACCOUNTS) {
    for (const { setting, judged } of settings(options.solverRate)) {
      const gate = setting.policy === null ? gates.open : gates.real;
      const results = Array.from(
        { length: options.rounds },
        (_, round) => runFair({ ...CROWD, accountsPerScript }, setting, gate, options.seed + round),
      );
      const row = rowOf(accountsPerScript, setting, judged, results);
      rows.push(row);
      onRow(row);
    }
  }
  const ok = rows.every(({ judged, times }) => !judged || times <= MOST_TIMES);
  return { crowd: CROWD, options, rows, ok };
}

/**
 * A finder of the gap that was made for these pictures with a motion made for this judge, as
 * `gap_solver_test.ts` prints it (finder all, motion studied).
 */
const MADE_SOLVER_RATE = 0.88;

/** What scripts have against the slider. */
interface Means {
  name: string;
  solverRate: number;
  easyWays: boolean;
  /** Whether the gate is to withstand it. */
  judged: boolean;
}

function meansFor(policy: CaptchaPolicy | null, solverRate: number): Means[] {
  // Without a slider a solver is of no use.
  if (policy === null) return [{ name: "", solverRate: 0, easyWays: false, judged: false }];
  const drags = [
    { name: ", no solver", solverRate: 0, easyWays: false, judged: true },
    { name: ", ready-made solver", solverRate, easyWays: false, judged: true },
  ];
  if (policy !== "always") return drags;
  return [
    ...drags,
    { name: ", the easy ways", solverRate: 0, easyWays: true, judged: true },
    {
      name: ", solver made for this slider",
      solverRate: MADE_SOLVER_RATE,
      easyWays: false,
      judged: false,
    },
  ];
}

function settings(solverRate: number): { setting: FairSetting; judged: boolean }[] {
  const policies: (CaptchaPolicy | null)[] = [null, "suspicious", "always"];
  return policies.flatMap((policy) =>
    (["hammers", "waits"] as const).flatMap((manner) => {
      const when = manner === "hammers" ? "early" : "on the second";
      return meansFor(policy, solverRate).map(({ name, judged, ...means }) => ({
        setting: { name: `${policy ?? "gate off"}: ${when}${name}`, policy, manner, ...means },
        judged: judged && (policy === "always" || manner === "hammers"),
      }));
    })
  );
}

function rowOf(
  accountsPerScript: number,
  setting: FairSetting,
  judged: boolean,
  results: FairResult[],
): FairRow {
  const middle = (value: (result: FairResult) => number) => median(results.map(value));
  const identityShare = results[0]!.identityShare;
  const stockShare = middle((result) => result.stockShare);
  const sold = results.map(({ soldOutAfterMs }) => soldOutAfterMs).filter((ms) => ms !== null);
  return {
    accountsPerScript,
    setting,
    identityShare,
    stockShare,
    times: stockShare / identityShare,
    peopleWithSlider: Math.round(middle((result) => result.peopleWithSlider)),
    soldOutAfterMs: sold.length === results.length ? median(sold) : null,
    judged,
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);

/** One row as it is printed. */
export function fairRowText(row: FairRow): string {
  const { setting, identityShare, stockShare, times, peopleWithSlider, soldOutAfterMs } = row;
  const sold = soldOutAfterMs === null ? "not sold out" : `${(soldOutAfterMs / 1000).toFixed(2)} s`;
  return `  ${setting.name.padEnd(52)} ${String(row.accountsPerScript).padStart(3)} ` +
    `${percent(identityShare)} ${percent(stockShare)}  ×${times.toFixed(2)}` +
    `  ${String(peopleWithSlider).padStart(5)}  ${sold}` +
    (!row.judged ? "  not judged" : times > MOST_TIMES ? "  FAIL" : "");
}

/** What stands above the rows. */
export function fairHead({ people, scripts, addressesPerScript, stock }: FairReport["crowd"]) {
  return `${people} people and ${scripts} scripts with ${addressesPerScript} addresses each go for ` +
    `${stock} pieces\n` +
    "  setting, accounts of each script, scripts' share of the identities and of the pieces,\n" +
    "  people who were shown a slider, sold out after. Scripts knock early or come on the second;\n" +
    "  the easy ways are keyboard and quiet way, of which a sale gives so many to all together. No\n" +
    "  bound is asked of a solver made for this very slider: it solves as often as a person";
}

/** The crowd of every run. */
export { CROWD as FAIR_CROWD };
