import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { PROJECT_DIR } from "../launch/project.ts";
import { copyProject, countOf, takeAway } from "./teeth_copy.ts";
import { GUARDS } from "./teeth_guards.ts";

Deno.test("every guard's text stands once where teeth will look for it", async () => {
  const wrong: string[] = [];
  for (const { name, edits } of GUARDS) {
    for (const { file, find } of edits) {
      const count = countOf(await Deno.readTextFile(join(PROJECT_DIR, file)), find);
      if (count !== 1) wrong.push(`${name}: ${count} times in ${file}: ${find}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("every guard has a name of its own and changes something", async () => {
  assertEquals(new Set(GUARDS.map(({ name }) => name)).size, GUARDS.length);
  for (const { name, edits, noticedBy } of GUARDS) {
    assert(edits.every(({ find, replace }) => find !== replace), name);
    assert((await Deno.stat(join(PROJECT_DIR, noticedBy.file))).isFile, name);
  }
});

Deno.test("takeAway() edits a copy, refuses what is not there once, and puts all back", async () => {
  const from = await Deno.makeTempDir({ prefix: "dropgate-teeth-" });
  try {
    await Deno.mkdir(join(from, "project/.git"), { recursive: true });
    await Deno.mkdir(join(from, "project/origin"));
    await Deno.writeTextFile(join(from, "project/origin/a.ts"), "one two two");
    const copy = join(from, "copy");
    await copyProject(copy, join(from, "project"));
    const file = "origin/a.ts";
    const text = () => Deno.readTextFile(join(copy, file));
    const putBack = await takeAway(copy, [
      { file, find: "one", replace: "$& three" },
      { file, find: "three", replace: "four" },
    ]);
    assertEquals(await text(), "$& four two two");
    await putBack();
    assertEquals(await text(), "one two two");
    await assertRejects(
      () => takeAway(copy, [{ file, find: "two", replace: "" }]),
      Error,
      "2 times",
    );
    await assertRejects(() => Deno.stat(join(copy, ".git")), Deno.errors.NotFound);
  } finally {
    await Deno.remove(from, { recursive: true });
  }
});
