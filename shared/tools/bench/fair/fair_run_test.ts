import { assert, assertEquals } from "@std/assert";
import { type FairCrowd, type FairSetting, runFair } from "./fair_run.ts";
import { openGate, realGate } from "./fair_gates.ts";

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

Deno.test("A slider keeps out scripts that cannot solve it, and no person", () => {
  const result = run({ policy: "always" });
  assertEquals(result.toScripts, 0);
  assertEquals(result.toPeople, CROWD.stock);
  // Whoever knocks early is asked also where only the suspicious are.
  assert(run({ policy: "suspicious", manner: "hammers" }).stockShare < 0.05);
});
