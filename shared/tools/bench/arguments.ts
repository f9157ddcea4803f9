import { parseArgs } from "node:util";
import type { Environment } from "../../env.ts";
import {
  type Amount,
  ArgumentError,
  type BenchCommand,
  type BenchOptions,
  DEFAULT_CONNECTIONS,
  DEFAULT_ECHO_SECONDS,
  DEFAULT_RUSH_BUYERS,
  DEFAULT_RUSH_STOCK,
  DEFAULT_SECONDS,
  DEFAULT_SETTLE_SECONDS,
  DEFAULT_WARM_UP_BUYERS,
} from "./bench_options.ts";
import { MAX_BUYERS } from "./crowd.ts";
import { httpTarget } from "./http_target.ts";

/** What `--help` prints. */
export const HELP = `deno task bench <command> [options]

Measures a Dropgate system through its public API with distinct, signed-in buyers, counts
afterwards what it sold, and ends with status 1 if anything was oversold, lost or doubled.

Commands
  buy     everyone wins: each buyer buys once, as fast as the answers come
  rush    a crowd for a small stock: exactly the stock must be sold
  gate    what the gate costs: buys with it, with a captcha pass each, and without it, in turns on
          two systems (default: 5 rounds of 5 s; options as of buy)
  fair    which share of the pieces scripts get; see fair --help

What is measured
  --seconds N        length of a buy run (default ${DEFAULT_SECONDS})
  --buyers N         buyers, each buys once (rush: default ${DEFAULT_RUSH_BUYERS}; buy: instead of --seconds)
  --stock N          pieces on sale (rush: default ${DEFAULT_RUSH_STOCK}; buy: enough for everyone)
  --connections N    keep-alive connections (default ${DEFAULT_CONNECTIONS})
  --rounds N         runs, each with a sale of its own; figures are medians (default 1)
  --seed N           names the buyers (default: from the clock)

The system
  --profile NAME     embedded (default) or services: starts it when there is no --url
  --data-dir DIR     data of the embedded system that is started (default: a temporary folder)
  --url URL          the edge of a running system, with --admin-url and --admin-token
  --admin-url URL    its origin
  --admin-token T    its operator's token (default: ADMIN_TOKEN of the environment)
  --mysql-url URL    also count the rows of this database
  --database FILE    also count the rows of this SQLite file

The buyers sign in at /dev/login (DEMO=1), or, with JWT_HS256_KEY, JWT_ISSUER and JWT_AUDIENCE in
the environment, at /api/session with tokens of the shop.

How it is measured
  --warm-up N        buyers of a sale before the clock starts (default ${DEFAULT_WARM_UP_BUYERS}; 0: none)
  --echo-seconds N   length of each echo measurement (default ${DEFAULT_ECHO_SECONDS})
  --no-echo          without the echo baseline
  --settle N         seconds without a new order after which one is lost (default ${DEFAULT_SETTLE_SECONDS})

Output
  --out DIR          writes result.json and report.html there
  --json             prints the result as JSON instead of the summary
  --help             this text

The echo baseline is a Hono server that sends the JSON of each request back, measured before and
after each run with the same requests over as many connections; "accepted : echo" compares better
between machines than either figure alone. Latencies are those of a closed loop.`;

const OPTIONS = {
  seconds: { type: "string" },
  buyers: { type: "string" },
  stock: { type: "string" },
  connections: { type: "string" },
  rounds: { type: "string" },
  seed: { type: "string" },
  profile: { type: "string" },
  "data-dir": { type: "string" },
  url: { type: "string" },
  "admin-url": { type: "string" },
  "admin-token": { type: "string" },
  "mysql-url": { type: "string" },
  database: { type: "string" },
  "warm-up": { type: "string" },
  "echo-seconds": { type: "string" },
  "no-echo": { type: "boolean" },
  settle: { type: "string" },
  out: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];
type NumberOption =
  | "seconds"
  | "buyers"
  | "stock"
  | "connections"
  | "rounds"
  | "seed"
  | "settle"
  | "warm-up"
  | "echo-seconds";

function unusable(what: string, rule: string, value: unknown): never {
  throw new ArgumentError(`Cannot use ${what} as ${rule}: current value is ${value}`);
}

/** The options, or "help". @throws {ArgumentError} naming the argument, the rule and the value. */
export function parseBenchArguments(
  args: string[],
  env: Environment,
  nowMs: number,
): BenchOptions | "help" {
  let parsed;
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new ArgumentError(`Cannot read the arguments: ${reason}. --help lists them`);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const command = readCommand(positionals);
  const amount = readAmount(command, values);
  const stock = readStock(command, amount, values);
  return {
    command,
    amount,
    stock,
    connections: wholeNumber(values, "connections", 1, 10_000) ?? DEFAULT_CONNECTIONS,
    rounds: wholeNumber(values, "rounds", 1, 100) ?? 1,
    echoSeconds: values["no-echo"]
      ? 0
      : wholeNumber(values, "echo-seconds", 1, 600) ?? DEFAULT_ECHO_SECONDS,
    warmUpBuyers: wholeNumber(values, "warm-up", 0, MAX_BUYERS) ?? DEFAULT_WARM_UP_BUYERS,
    settleSeconds: wholeNumber(values, "settle", 1, 3600) ?? DEFAULT_SETTLE_SECONDS,
    seed: wholeNumber(values, "seed", 0, Number.MAX_SAFE_INTEGER) ?? nowMs,
    profile: readProfile(values.profile),
    running: readRunning(values, env),
    mysqlUrl: values["mysql-url"] ?? null,
    databaseFile: values.database ?? null,
    dataDir: values["data-dir"] ?? null,
    out: values.out ?? null,
    json: values.json ?? false,
  };
}

function readCommand(positionals: string[]): BenchCommand {
  const [command, ...rest] = positionals;
  if (command !== "buy" && command !== "rush") {
    unusable("the command", "it must be buy or rush", command ?? "missing");
  }
  if (rest.length > 0) unusable("the arguments", "there is one command", positionals.join(" "));
  return command;
}

function readAmount(command: BenchCommand, given: Given): Amount {
  const seconds = wholeNumber(given, "seconds", 1, 3600);
  const buyers = wholeNumber(given, "buyers", 1, MAX_BUYERS);
  if (command === "rush") {
    if (seconds !== null) unusable("--seconds", "rush takes --buyers", seconds);
    return { kind: "buyers", buyers: buyers ?? DEFAULT_RUSH_BUYERS };
  }
  if (seconds !== null && buyers !== null) {
    unusable("--buyers", "it excludes --seconds", buyers);
  }
  if (buyers !== null) return { kind: "buyers", buyers };
  return { kind: "seconds", seconds: seconds ?? DEFAULT_SECONDS };
}

function readStock(command: BenchCommand, amount: Amount, given: Given): number | null {
  const stock = wholeNumber(given, "stock", 1, 1_000_000_000);
  if (command === "rush") return stock ?? DEFAULT_RUSH_STOCK;
  if (stock !== null && amount.kind === "buyers" && stock < amount.buyers) {
    unusable("--stock", `buy needs a piece for each of ${amount.buyers} buyers`, stock);
  }
  return stock;
}

function readProfile(profile: string | undefined): BenchOptions["profile"] {
  if (profile === undefined) return "embedded";
  if (profile !== "embedded" && profile !== "services") {
    unusable("--profile", "it must be embedded or services", profile);
  }
  return profile;
}

function readRunning(given: Given, env: Environment): BenchOptions["running"] {
  const { url, profile } = given;
  const adminUrl = given["admin-url"];
  if (url === undefined) {
    if (adminUrl !== undefined) unusable("--admin-url", "it needs --url", adminUrl);
    return null;
  }
  if (profile !== undefined) unusable("--profile", "it excludes --url", profile);
  if (adminUrl === undefined) unusable("--admin-url", "--url needs it", "missing");
  const adminToken = given["admin-token"] ?? env.ADMIN_TOKEN;
  if (!adminToken) {
    unusable("--admin-token", "--url needs it, or ADMIN_TOKEN", "missing");
  }
  for (const [name, value] of [["--url", url], ["--admin-url", adminUrl]] as const) {
    try {
      httpTarget(value);
    } catch {
      unusable(name, "it must be an http or https URL without a path", value);
    }
  }
  return { url, adminUrl, adminToken };
}

function wholeNumber(given: Given, name: NumberOption, min: number, max: number): number | null {
  const text = given[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || value < min || value > max) {
    unusable(`--${name}`, `it must be a whole number from ${min} to ${max}`, text);
  }
  return value;
}
