import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, type ToolContext } from "../launch/tool_run.ts";
import { type DrillCommand, HELP, readDrillCommand } from "./drill_arguments.ts";
import { listText, resultLines, tableText, verdictLine } from "./drill_report.ts";
import { DrillScreen, terminalOutput } from "./drill_screen.ts";
import { openWorld } from "./drill_world.ts";
import { DRILLS } from "./drills.ts";
import { type DrillResult, runDrill } from "./run_drill.ts";
import { runTeeth } from "./teeth.ts";

/** Status after a signal, as shells count it. */
const INTERRUPTED = 130;

async function drillTool(context: ToolContext): Promise<number> {
  const command = readDrillCommand(Deno.args, DRILLS);
  switch (command.kind) {
    case "help":
      console.log(HELP);
      return 0;
    case "list":
      console.log(listText(DRILLS));
      return 0;
    case "teeth":
      return await runTeeth(command.args, context);
    case "run":
      return await runAll(command, context);
  }
}

async function runAll(
  { runs, keep, patient }: DrillCommand & { kind: "run" },
  context: ToolContext,
): Promise<number> {
  const screen = new DrillScreen(terminalOutput());
  context.defer(() => Promise.resolve(screen.close()));
  screen.say("Starting private servers …");
  const world = await openWorld(context);
  const results: DrillResult[] = [];
  for (const [index, { drill, seed }] of runs.entries()) {
    screen.say(`\n[${index + 1}/${runs.length}] ${drill.name}, seed ${seed}: ${drill.fault}`);
    const say = (line: string) => screen.say(`  ${line}`);
    const teller = { say, phase: (what: string) => screen.phase(what) };
    const result = await runDrill(drill, seed, world, teller);
    if (patient) forgiveTimes(result, say);
    results.push(result);
    for (const line of resultLines(result)) say(line);
    if (keep || result.violations.length > 0) say(`kept      ${await keepFiles(result)}`);
  }
  screen.phase("");
  screen.say(runs.length > 1 ? `\n${tableText(results)}\n` : "");
  const verdict = verdictLine(results);
  screen.say(verdict);
  return verdict.endsWith(" 0 failed") ? 0 : 1;
}

/** Tells what took too long instead of failing for it. */
function forgiveTimes(result: DrillResult, say: (line: string) => void): void {
  for (const { rule, text } of result.violations) {
    if (rule === "time") say(`slow      ${text}`);
  }
  result.violations = result.violations.filter(({ rule }) => rule !== "time");
}

/** Moves the files of a drill to where they outlive the run. */
async function keepFiles({ dir, name, seed }: DrillResult): Promise<string> {
  const kept = await Deno.makeTempDir({ dir: tmpdir(), prefix: `dropgate-drill-${name}-${seed}-` });
  for await (const { name } of Deno.readDir(dir)) {
    // The plan of the crowd holds a key.
    if (name !== "crowd.json") await Deno.copyFile(join(dir, name), join(kept, name));
  }
  return kept;
}

Deno.exit(await runTool(INTERRUPTED, drillTool));
