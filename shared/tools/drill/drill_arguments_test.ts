import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../launch/options.ts";
import type { Drill } from "./drill.ts";
import { readDrillCommand } from "./drill_arguments.ts";

const drill = (name: string, marks: Partial<Drill> = {}): Drill => ({
  name,
  fault: "something breaks",
  promise: "nothing is lost",
  takesS: 1,
  inject: () => Promise.resolve(),
  ...marks,
});

const DRILLS = [drill("one"), drill("two", { repeated: true }), drill("three", { short: true })];

/** The runs of a command line, as `name seed`. */
function runsOf(...args: string[]): string[] {
  const command = readDrillCommand(args, DRILLS);
  if (command.kind !== "run") throw new Error(`It is ${command.kind}`);
  return command.runs.map(({ drill, seed }) => `${drill.name} ${seed}`);
}

Deno.test("readDrillCommand() runs the drills that are named, in that order", () => {
  assertEquals(runsOf("three", "one"), ["three 1", "one 1"]);
  assertEquals(runsOf("one", "--seed", "7"), ["one 7"]);
  assertEquals(runsOf("one", "--seeds", "3"), ["one 1", "one 2", "one 3"]);
});

Deno.test("readDrillCommand() repeats with `all` only the drills that are to be repeated", () => {
  assertEquals(runsOf("all"), ["one 1", "two 1", "three 1"]);
  assertEquals(runsOf("all", "--seeds", "2"), ["one 1", "two 1", "two 2", "three 1"]);
});

Deno.test("readDrillCommand() runs the short ones", () => {
  assertEquals(runsOf("short"), ["three 1"]);
});

Deno.test("readDrillCommand() knows list, help, teeth and --keep", () => {
  assertEquals(readDrillCommand(["list"], DRILLS), { kind: "list" });
  assertEquals(readDrillCommand([], DRILLS), { kind: "help" });
  assertEquals(readDrillCommand(["all", "--help"], DRILLS), { kind: "help" });
  assertEquals(readDrillCommand(["teeth", "--only", "x"], DRILLS), {
    kind: "teeth",
    args: ["--only", "x"],
  });
  const kept = readDrillCommand(["one", "--keep"], DRILLS);
  assertEquals(kept.kind === "run" && kept.keep, true);
});

Deno.test("readDrillCommand() refuses what it does not understand", () => {
  const lines = [
    ["four"],
    ["all", "one"],
    ["--seeds", "0", "one"],
    ["--seed", "x", "one"],
    ["--seeds", "2", "--seed", "3", "one"],
    ["one", "--fast"],
  ];
  for (const line of lines) assertThrows(() => readDrillCommand(line, DRILLS), UsageError);
});
