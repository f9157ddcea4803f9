import { parseArgs } from "node:util";
import { adminClient } from "../../../origin/admin/admin_client.ts";
import { AFTER_COMMANDS } from "./after_commands.ts";
import { CATALOG_COMMANDS } from "./catalog_commands.ts";
import { COURSE_COMMANDS } from "./course_commands.ts";
import {
  CommandError,
  type CommandOption,
  EXIT,
  type ExitCode,
  refusalOf,
  type SaleCommand,
  type Terminal,
} from "./sale_command.ts";
import { WATCH_COMMANDS } from "./watch_command.ts";

/** Every command, in the order of the help. */
export const COMMANDS: SaleCommand[] = [
  ...CATALOG_COMMANDS,
  ...COURSE_COMMANDS,
  ...WATCH_COMMANDS,
  ...AFTER_COMMANDS,
];

const DEFAULT_URL = "http://127.0.0.1:9000";

/** How long an answer may take: publishing waits for the workers to open the items. */
const ANSWER_TIMEOUT_MS = 30_000;

const COMMON: Record<string, CommandOption> = {
  url: { type: "string", value: "URL", help: `The origin; ORIGIN_URL or ${DEFAULT_URL}` },
  token: { type: "string", value: "TEXT", help: "ADMIN_TOKEN; better given by the environment" },
  json: { type: "boolean", help: "The API's own answer, one line" },
  help: { type: "boolean", help: "This text" },
};

/** What the tool runs with. */
export interface SaleTool {
  env: Record<string, string | undefined>;
  fetch: typeof fetch;
  terminal: Terminal;
  nowMs(): number;
  signal: AbortSignal;
}

/** Runs one command line to its end. Never throws. */
export async function runSale(line: string[], tool: SaleTool): Promise<ExitCode> {
  const { terminal } = tool;
  try {
    const [name, ...rest] = line;
    if (name === undefined || name === "help" || name === "--help" || name === "-h") {
      terminal.print(helpText());
      return name === undefined ? EXIT.usage : EXIT.done;
    }
    const command = COMMANDS.find((one) => one.name === name);
    if (!command) {
      throw new CommandError(
        EXIT.usage,
        `Cannot run sale ${name} as it must be one of ${
          COMMANDS.map((one) => one.name).join(", ")
        }`,
      );
    }
    return await runCommand(command, rest, tool);
  } catch (error) {
    if (error instanceof CommandError) {
      terminal.note(error.message);
      return error.exitCode;
    }
    if (tool.signal.aborted) return EXIT.done;
    terminal.note(`Cannot go on: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.refused;
  }
}

async function runCommand(command: SaleCommand, line: string[], tool: SaleTool): Promise<ExitCode> {
  const { options, args } = parseLine(command, line);
  if (options.help === true) {
    tool.terminal.print(commandHelp(command));
    return EXIT.done;
  }
  const needs = command.usage === "" ? 0 : command.usage.split(" ").length;
  if (args.length > needs) {
    throw new CommandError(
      EXIT.usage,
      `Cannot use ${JSON.stringify(args[needs])}: sale ${command.name} ${command.usage} is all`,
    );
  }
  const url = String(options.url ?? tool.env.ORIGIN_URL ?? DEFAULT_URL).replace(/\/+$/, "");
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new CommandError(
      EXIT.usage,
      `Cannot use --url as it must be an http address: current value is ${JSON.stringify(url)}`,
    );
  }
  const token = String(options.token ?? tool.env.ADMIN_TOKEN ?? "");
  if (token === "") {
    throw new CommandError(EXIT.denied, "Cannot ask the origin as ADMIN_TOKEN is not set");
  }
  const ask = asker(url, token, tool);
  return await command.run({
    api: adminClient(url, ask),
    async open(path, init = {}) {
      const answer = await ask(new Request(`${url}/admin/api${path}`, init), null);
      if (answer.ok) return answer;
      throw await refusalOf(answer);
    },
    args,
    options,
    json: options.json === true,
    terminal: tool.terminal,
    nowMs: tool.nowMs,
    sleep: (ms) => sleep(ms, tool.signal),
    signal: tool.signal,
  });
}

/** Asks the origin with the token; what cannot be reached is said in one line. */
function asker(url: string, token: string, { fetch, signal }: SaleTool) {
  return async (request: Request, timeoutMs: number | null = ANSWER_TIMEOUT_MS) => {
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${token}`);
    const signals = timeoutMs === null ? [signal] : [signal, AbortSignal.timeout(timeoutMs)];
    try {
      return await fetch(
        // A redirect could hand the token to somebody else.
        new Request(request, { headers, redirect: "error", signal: AbortSignal.any(signals) }),
      );
    } catch (error) {
      if (signal.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(EXIT.unreachable, `Cannot reach the origin at ${url}: ${why}`);
    }
  };
}

function parseLine(command: SaleCommand, line: string[]) {
  const known = Object.entries({ ...command.options, ...COMMON });
  const options = Object.fromEntries(
    known.map(([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: line, options, allowPositionals: true });
    return { options: values as Record<string, string | boolean | string[]>, args: positionals };
  } catch (error) {
    throw new CommandError(
      EXIT.usage,
      `${error instanceof Error ? error.message.split(". ")[0] : error}\n` +
        `sale ${command.name} --help says what there is`,
    );
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

function helpText(): string {
  const width = Math.max(...COMMANDS.map(({ name, usage }) => name.length + usage.length + 1));
  return [
    "deno task sale COMMAND [ARGUMENTS] [OPTIONS]",
    "",
    "Runs sales against a running origin. ADMIN_TOKEN and ORIGIN_URL come from the environment.",
    "",
    ...COMMANDS.map(({ name, usage, summary }) =>
      `  ${`${name} ${usage}`.padEnd(width)}  ${summary}`
    ),
    "",
    "For every command:",
    ...optionLines(COMMON),
    "",
    "Ends with 0 when it is done, 1 when the origin refused it, something is not ready or does not",
    "hold, 2 for arguments that cannot be used, 3 when the origin cannot be reached, 4 when the",
    "token does not reach.",
  ].join("\n");
}

function commandHelp({ name, usage, summary, details = [], options = {} }: SaleCommand): string {
  return [
    `deno task sale ${name} ${usage}`.trimEnd(),
    "",
    summary,
    ...details,
    "",
    ...optionLines({ ...options, ...COMMON }),
  ].join("\n");
}

function optionLines(options: Record<string, CommandOption>): string[] {
  const lefts = Object.entries(options).map(([name, { value }]) =>
    `--${name}${value ? ` ${value}` : ""}`
  );
  const width = Math.max(...lefts.map((left) => left.length));
  return Object.values(options).map(({ help }, at) => `  ${lefts[at]!.padEnd(width)}  ${help}`);
}
