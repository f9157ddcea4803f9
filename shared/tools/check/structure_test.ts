import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import denoConfig from "../../../deno.json" with { type: "json" };
import { composeVariables } from "../containers/compose_file.ts";
import { PROJECT_DIR } from "../launch/project.ts";
import { layerViolations, outsideWorldViolations } from "./layers.ts";
import { readSourceTree } from "./source_tree.ts";
import {
  emptyFileViolations,
  foreignTextViolations,
  lengthViolations,
  luaViolations,
  migrationViolations,
  nameViolations,
} from "./text_rules.ts";
import { variablesRead, variableViolations } from "./variables.ts";

const files = await readSourceTree();
const packages = Object.keys(denoConfig.imports);

Deno.test("the tree has the files that the rules are about", () => {
  const paths = new Set(files.map((file) => file.path));
  for (const path of ["deno.json", ".env.example", "shared/env.ts", "edge/config.ts"]) {
    assert(paths.has(path), path);
  }
  assert(files.some((file) => file.path.endsWith(".lua")));
  assert(files.some((file) => file.path.startsWith("sql/mysql/")));
});

Deno.test("imports point one way", () => {
  assertEquals(layerViolations(files, packages), []);
});

Deno.test("only main.ts and tools touch the environment, the arguments and the exit", () => {
  assertEquals(outsideWorldViolations(files), []);
});

Deno.test("every Lua script opens with its contract", () => {
  assertEquals(luaViolations(files), []);
});

Deno.test("every variable is documented, permitted and read", () => {
  const example = files.find((file) => file.path === ".env.example")?.text ?? "";
  const configs = files.filter(({ path }) =>
    /^(edge|origin|shared)\/(?!tools\/)/.test(path) && !path.endsWith("_test.ts")
  );
  const sets = denoConfig.permissions;
  const compose = files.find((file) => file.path === "docker-compose.yml")?.text ?? "";
  const permitted = new Set([
    ...[sets.edge, sets.origin, sets.worker, sets.migrate].flatMap((set) => set.env.allow),
    ...composeVariables(compose),
  ]);
  assertEquals(variableViolations(example, variablesRead(configs), permitted), []);
});

Deno.test("no file is too long, empty or named for nothing", () => {
  assertEquals(lengthViolations(files), []);
  assertEquals(nameViolations(files), []);
  assertEquals(emptyFileViolations(files), []);
});

Deno.test("nothing of one machine or one day stands in the tree", () => {
  assertEquals(foreignTextViolations(files), []);
});

Deno.test("SQL migrations are numbered without gaps", () => {
  assertEquals(migrationViolations(files), []);
});

Deno.test("the CI command can be run", async () => {
  const { mode } = await Deno.stat(join(PROJECT_DIR, ".ci/run"));
  assert(mode !== null && (mode & 0o111) === 0o111, "all may execute .ci/run");
});
