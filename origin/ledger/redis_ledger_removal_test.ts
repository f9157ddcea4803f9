import { assertEquals } from "@std/assert";
import { removeRedisItems } from "./redis_ledger_removal.ts";
import { type ScriptCall, SCRIPTS } from "./redis_ledger_scripts.ts";

const asked: ScriptCall[] = [];
const ask = (call: ScriptCall) => {
  asked.push(call);
  return Promise.resolve(1);
};

Deno.test("removeRedisItems() names every key, and looks through no others", async () => {
  asked.length = 0;
  await removeRedisItems(ask, "ns", [{ item: "7-11", epoch: 2 }, { item: "7-12", epoch: 0 }]);
  assertEquals(asked.map(({ script, args }) => [script, args]), [
    [SCRIPTS.removeItem, []],
    [SCRIPTS.removeItem, []],
  ]);
  const names = ["meta", "holders", "outbox", "due", "sends", "changes"];
  assertEquals(asked.map(({ keys }) => keys), [
    [...names, "stage:2", "stage:1"].map((name) => `ns:{7-11}:${name}`),
    names.map((name) => `ns:{7-12}:${name}`),
  ]);
});

Deno.test("removeRedisItems() sends no more keys than a script takes", async () => {
  asked.length = 0;
  await removeRedisItems(ask, "ns", [{ item: "7-11", epoch: 5_000 }]);
  assertEquals(asked.map(({ keys }) => [keys.length, keys[6], keys.at(-1)]), [
    [1_006, "ns:{7-11}:stage:5000", "ns:{7-11}:stage:4001"],
  ]);
});
