import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { PROJECT_DIR } from "../launch/project.ts";
import { DRILLS } from "./drills.ts";

Deno.test("drills have names of their own, and say what they break and prove in one line", () => {
  assertEquals(new Set(DRILLS.map(({ name }) => name)).size, DRILLS.length);
  for (const { name, fault, promise } of DRILLS) {
    assert(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name), name);
    assert(fault !== "" && promise !== "" && !`${fault}${promise}`.includes("\n"), name);
  }
});

Deno.test("README says of every drill which promise it proves", async () => {
  const readme = await Deno.readTextFile(join(PROJECT_DIR, "README.md"));
  const missing = DRILLS.filter(({ name }) => !readme.includes(`\`${name}\``));
  assertEquals(missing.map(({ name }) => name), []);
});
