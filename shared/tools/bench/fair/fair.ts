import { writeResult } from "../write_result.ts";
import { FAIR_HELP, parseFairArguments } from "./fair_arguments.ts";
import { FAIR_CROWD, fairHead, fairRowText, measureFairness, MOST_TIMES } from "./fair_report.ts";
import { openGate, realGate } from "./fair_gates.ts";

/** `bench fair`. Returns the exit status. @throws {ArgumentError} */
export async function fair(args: string[]): Promise<number> {
  const options = parseFairArguments(args);
  if (options === "help") {
    console.log(FAIR_HELP);
    return 0;
  }
  if (!options.json) console.log(fairHead(FAIR_CROWD));
  const report = measureFairness(
    options,
    { open: openGate, real: realGate },
    (row) => options.json || console.log(fairRowText(row)),
  );
  if (options.out !== null) await writeResult(options.out, report);
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else {
    console.log(
      report.ok
        ? `PASS  scripts get at most ${MOST_TIMES} times their share of the identities where the sale ` +
          "asks everybody,\n      and where they knock early; without a solver made for this very slider"
        : `FAIL  scripts get more than ${MOST_TIMES} times their share of the identities`,
    );
  }
  return report.ok ? 0 : 1;
}
