import { assertEquals } from "@std/assert";
import { importsOf, layerViolations, outsideWorldViolations } from "./layers.ts";
import type { SourceFile } from "./source_tree.ts";
import {
  emptyFileViolations,
  foreignTextViolations,
  lengthViolations,
  luaViolations,
  migrationViolations,
  nameViolations,
} from "./text_rules.ts";
import { documentedVariables, variablesRead, variableViolations } from "./variables.ts";

const file = (path: string, text = ""): SourceFile => ({ path, text });
const slash = "/";

Deno.test("importsOf() sees every form and no comment", () => {
  const text = `
import { a } from "./a.ts";
import "./b.ts";
import type { C } from './c.ts';
export * from "./d.ts";
const e = await import("./e.ts");
// import { f } from "./f.ts";
 * import { g } from "./g.ts";
import {
  h,
} from "./h.ts";
import text from "../lua/i.lua" with { type: "text" };
`;
  assertEquals(importsOf(text), [
    "./a.ts",
    "./b.ts",
    "./c.ts",
    "./d.ts",
    "./h.ts",
    "../lua/i.lua",
    "./e.ts",
  ]);
});

Deno.test("layerViolations() has teeth", () => {
  const bad = [
    file("edge/app.ts", 'import "../origin/app.ts";'),
    file("edge/app.ts", 'import "../shared/tools/test.ts";'),
    file("edge/app.ts", 'import "../sql/mysql/0001_record.sql";'),
    file("origin/buy/desk.ts", 'import "../../edge/app.ts";'),
    file("origin/worker/w_test.ts", 'import "../../edge/app.ts";'),
    file("shared/env.ts", 'import "../origin/app.ts";'),
    file("shared/env.ts", 'import "./tools/test.ts";'),
    file("shared/env.ts", 'import "jsr:@std/assert";'),
    file("shared/tools/x.ts", 'import "https://example.org/x.ts";'),
    file("shared/tools/x.ts", 'import "npm:left-pad";'),
    file("edge/app.ts", 'import "honolulu";'),
  ];
  for (const one of bad) {
    assertEquals(layerViolations([one], ["hono", "hono/"]).length, 1, one.text);
  }
  const good = [
    file("edge/app.ts", 'import "./a.ts";\nimport "../shared/env.ts";\nimport "hono/jsx";'),
    file("edge/limits/x.ts", 'import "../../lua/take.lua";'),
    file("origin/a/b.ts", 'import "../../lua/x.lua";\nimport "../../sql/mysql/0001_r.sql";'),
    file("origin/a/b_services_test.ts", 'import "../../shared/tools/services/poll.ts";'),
    file("shared/tools/x.ts", 'import "../../edge/app.ts";\nimport "../../origin/app.ts";'),
    file("shared/x.ts", 'import "node:path";\nimport "hono";'),
  ];
  assertEquals(layerViolations(good, ["hono", "hono/"]), []);
});

Deno.test("outsideWorldViolations() has teeth", () => {
  const texts = ["Deno.env.get('X')", "Deno.exit(1)", "process.exit(1)", "process.env.X"];
  for (const text of texts) {
    assertEquals(outsideWorldViolations([file("edge/app.ts", text)]).length, 1, text);
    const good = ["edge/main.ts", "shared/tools/x.ts", "shared/testing/x.ts", "edge/a_test.ts"];
    assertEquals(outsideWorldViolations(good.map((path) => file(path, text))), []);
  }
  assertEquals(outsideWorldViolations([file("edge/app.ts", " * Deno.env is for main")]), []);
});

Deno.test("luaViolations() has teeth", () => {
  const header = "-- Purpose: x\n-- KEYS[1] meta\n-- ARGV[1] epoch\n\n";
  const body = "local meta, epoch = KEYS[1], ARGV[1]\n";
  assertEquals(luaViolations([file("lua/good.lua", header + body)]), []);
  assertEquals(luaViolations([file("lua/a.lua", body)]).length, 1);
  assertEquals(luaViolations([file("lua/b.lua", header + body + "local n = ARGV[2]\n")]).length, 1);
  assertEquals(luaViolations([file("lua/c.lua", header + "local meta = KEYS[1]\n")]).length, 1);
});

Deno.test("variableViolations() has teeth", () => {
  const example = `# About all of them.

# [TCP port; default 8000] Where the edge answers,
# and more.
EDGE_PORT=8000

# [secret; default none] Signs things.
EDGE_KEY=
`;
  assertEquals(documentedVariables(example).map((variable) => variable.comment), [
    "[TCP port; default 8000] Where the edge answers, and more.",
    "[secret; default none] Signs things.",
  ]);
  const code = 'readPort(env, "EDGE_PORT", 1); readSecret(\n  env,\n  "EDGE_KEY", demo)';
  const read = variablesRead([file("edge/config.ts", code)]);
  assertEquals(variableViolations(example, read, read), []);
  assertEquals(variableViolations(example, read, new Set()).length, 2);
  assertEquals(variableViolations(example, new Set(), new Set()).length, 2);
  assertEquals(variableViolations(example, new Set([...read, "NEW"]), read).length, 2);
  const leaked = example.replace("EDGE_KEY=", "EDGE_KEY=abc");
  assertEquals(variableViolations(leaked, read, read).length, 1);
  const bare = example.replace("[secret; default none] ", "");
  assertEquals(variableViolations(bare, read, read).length, 1);
});

Deno.test("the rules of names, lengths and numbers have teeth", () => {
  assertEquals(nameViolations([file("edge/utils.ts"), file("edge/index.ts")]).length, 2);
  assertEquals(nameViolations([file("static/index.html"), file("edge/retry.ts")]), []);
  assertEquals(lengthViolations([file("a.ts", "x\n".repeat(301))]).length, 1);
  assertEquals(
    lengthViolations([file("a.ts", "x\n".repeat(300)), file("a.md", "\n".repeat(999))]),
    [],
  );
  assertEquals(emptyFileViolations([file("a.ts", " \n")]).length, 1);
  const migrations = (...names: string[]) => names.map((name) => file(`sql/mysql/${name}.sql`));
  assertEquals(migrationViolations(migrations("0001_a", "0002_b")), []);
  assertEquals(migrationViolations(migrations("0001_a", "0003_b")).length, 1);
  assertEquals(migrationViolations(migrations("0001_a", "0001_b")).length, 1);
  assertEquals(migrationViolations(migrations("first")).length, 1);
});

Deno.test("foreignTextViolations() has teeth", () => {
  const bad = [
    `const dir = "${slash}home${slash}me";`,
    `cd ${slash}work${slash}main`,
    `// ${"TO" + "DO"} later`,
  ];
  for (const text of bad) {
    assertEquals(foreignTextViolations([file("a.ts", text)]).length, 1, text);
  }
  assertEquals(foreignTextViolations([file("a_test.ts", `Deno.test.${"only"}("x")`)]).length, 1);
  const good = "https://example.org/home/x ./job/x framework/x /usr/lib ~/job/x\n";
  assertEquals(foreignTextViolations([file("a.md", good)]), []);
});
