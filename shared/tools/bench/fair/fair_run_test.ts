import { assert, assertEquals } from "@std/assert";
import { type FairCrowd, type FairSetting, runFair } from "./fair_run.ts";
import { openGate, realGate } from "./fair_gates.ts";
import { fairRowText, measureFairness } from "./fair_report.ts";
import { EASY_PER_SALE, PASS_TTL_MS } from "../../../../edge/captcha/captcha_rules.ts";
import { WAIT_MS } from "../../../../edge/captcha/quiet_way.ts";

const CROWD: FairCrowd = {
  people: 400,
  scripts: 40,
  accountsPerScript: 5,
  addressesPerScript: 50,
  stock: 200,
};

function run(setting: Partial<FairSetting>, seed = 1) {
  const whole: FairSetting = {
    name: "test",
    policy: null,
    manner: "waits",
    solverRate: 0,
    easyWays: false,
    ...setting,
  };
  return runFair(CROWD, whole, whole.policy === null ? openGate : realGate, seed);
}

Deno.test("runFair() sells every piece once, whatever the gate", () => {
  for (const policy of [null, "suspicious", "always"] as const) {
    for (const manner of ["hammers", "waits"] as const) {
      const { toPeople, toScripts } = run({ policy, manner });
      assertEquals(toPeople + toScripts, CROWD.stock, `${policy} ${manner}`);
    }
  }
});

Deno.test("runFair() repeats with its seed", () => {
  const setting = { policy: "always", solverRate: 0.5 } as const;
  assertEquals(run(setting, 5), run(setting, 5));
});

Deno.test("Without a gate scripts on the second leave nothing", () => {
  assert(run({}).stockShare > 0.95);
});

Deno.test("The easy ways yield what a sale gives, whatever the number of scripts", () => {
  for (const manner of ["hammers", "waits"] as const) {
    const crowd = { ...CROWD, people: 0, scripts: 1_000, accountsPerScript: 1, stock: 10_000 };
    const setting = { name: "test", policy: "always", manner, solverRate: 0 } as const;
    const { toScripts } = runFair(crowd, { ...setting, easyWays: true }, realGate, 1);
    const { capacity, tokenMs } = EASY_PER_SALE;
    // Begun at the earliest one pass and one waiting before the start; all is over 300 s after it.
    const most = capacity + (PASS_TTL_MS + WAIT_MS + 300_000) / tokenMs;
    assert(toScripts > capacity && toScripts <= most, `${manner}: ${toScripts} of ${most}`);
  }
});

Deno.test("measureFairness() judges all but what the gate cannot keep out", () => {
  const options = { seed: 1, rounds: 1, solverRate: 0.04 };
  const report = measureFairness(options, { open: openGate, real: realGate });
  const { rows, ok } = report;
  assert(ok);
  const named = (part: string) => rows.filter(({ setting }) => setting.name.includes(part));
  assertEquals([rows.length, named("easy ways").length, named("made for this").length], [42, 6, 6]);
  assert(named("easy ways").every(({ judged, times }) => judged && times > 0 && times <= 2));
  assert(named("made for this").every(({ judged }) => !judged));
  assert(rows.map(fairRowText).every((text) => text.length <= 120), "a table of one line a row");
});

Deno.test("A slider keeps out scripts that cannot solve it, and no person", () => {
  const result = run({ policy: "always" });
  assertEquals(result.toScripts, 0);
  assertEquals(result.toPeople, CROWD.stock);
  // Whoever knocks early is asked also where only the suspicious are.
  assert(run({ policy: "suspicious", manner: "hammers" }).stockShare < 0.05);
});
