import { assert, assertEquals, assertObjectMatch, assertThrows } from "@std/assert";
import { HELP, parseBenchArguments } from "./arguments.ts";
import { ArgumentError, type BenchOptions } from "./bench_options.ts";

function parse(line: string, env: Record<string, string> = {}): BenchOptions {
  const options = parseBenchArguments(line.split(" ").filter((word) => word !== ""), env, 1234);
  if (options === "help") throw new Error("Expected options, got help");
  return options;
}

Deno.test("parseBenchArguments() fills in what buy and rush do by themselves", () => {
  assertEquals(parse("buy"), {
    command: "buy",
    amount: { kind: "seconds", seconds: 10 },
    stock: null,
    connections: 256,
    rounds: 1,
    echoSeconds: 5,
    warmUpBuyers: 10_000,
    settleSeconds: 30,
    seed: 1234,
    profile: "embedded",
    running: null,
    mysqlUrl: null,
    databaseFile: null,
    dataDir: null,
    out: null,
    json: false,
  });
  assertObjectMatch(parse("rush"), { amount: { kind: "buyers", buyers: 50_000 }, stock: 5_000 });
});

Deno.test("parseBenchArguments() takes every option", () => {
  assertEquals(
    parse(
      "rush --buyers 100 --stock 10 --connections 8 --rounds 3 --seed 9 --url http://a:1 " +
        "--admin-url http://b:2 --admin-token t --mysql-url mysql://m --database f --warm-up 0 " +
        "--no-echo --settle 2 --out o --json --data-dir d",
    ),
    {
      command: "rush",
      amount: { kind: "buyers", buyers: 100 },
      stock: 10,
      connections: 8,
      rounds: 3,
      echoSeconds: 0,
      warmUpBuyers: 0,
      settleSeconds: 2,
      seed: 9,
      profile: "embedded",
      running: { url: "http://a:1", adminUrl: "http://b:2", adminToken: "t" },
      mysqlUrl: "mysql://m",
      databaseFile: "f",
      dataDir: "d",
      out: "o",
      json: true,
    },
  );
  assertEquals(parse("buy --profile services").profile, "services");
  assertEquals(parse("buy --buyers 5").amount, { kind: "buyers", buyers: 5 });
  const running = parse("buy --url http://a --admin-url http://b", { ADMIN_TOKEN: "e" }).running;
  assertEquals(running?.adminToken, "e");
});

Deno.test("parseBenchArguments() names the argument, the rule and the value", () => {
  const wrong: [string, string][] = [
    ["", "Cannot use the command as it must be buy or rush: current value is missing"],
    ["sell", "Cannot use the command as it must be buy or rush: current value is sell"],
    ["buy rush", "Cannot use the arguments as there is one command: current value is buy rush"],
    ["buy --fast", "Cannot read the arguments: Unknown option '--fast'"],
    ["buy --seconds 0", "Cannot use --seconds as it must be a whole number from 1 to 3600"],
    ["buy --seconds 1.5", "current value is 1.5"],
    ["buy --connections many", "Cannot use --connections as it must be a whole number"],
    ["buy --seconds 3 --buyers 5", "Cannot use --buyers as it excludes --seconds"],
    ["buy --buyers 5 --stock 4", "Cannot use --stock as buy needs a piece for each of 5 buyers"],
    ["rush --seconds 3", "Cannot use --seconds as rush takes --buyers: current value is 3"],
    ["buy --profile cloud", "Cannot use --profile as it must be embedded or services"],
    ["buy --profile embedded --url http://a", "Cannot use --profile as it excludes --url"],
    ["buy --admin-url http://a", "Cannot use --admin-url as it needs --url"],
    ["buy --url http://a", "Cannot use --admin-url as --url needs it: current value is missing"],
    ["buy --url http://a --admin-url http://b", "Cannot use --admin-token as --url needs it"],
    [
      "buy --url a:1 --admin-url http://b --admin-token t",
      "Cannot use --url as it must be an http or https URL without a path: current value is a:1",
    ],
  ];
  for (const [line, words] of wrong) assertThrows(() => parse(line), ArgumentError, words);
});

Deno.test("parseBenchArguments() answers help before it judges anything else", () => {
  assertEquals(parseBenchArguments(["--help"], {}, 0), "help");
  assertEquals(parseBenchArguments(["buy", "-h", "--seconds", "0"], {}, 0), "help");
  for (const option of ["--url", "--admin-url", "--admin-token", "--connections", "--seconds"]) {
    assert(HELP.includes(option), option);
  }
  assert(HELP.split("\n").every((line) => line.length <= 100));
});
