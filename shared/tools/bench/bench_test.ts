import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { BenchResult } from "./bench_result.ts";
import { FakeShop, type Fault } from "./fake_shop.ts";

const ADMIN_TOKEN = "the operator of the fake shop";

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function runTool(args: string[]): Promise<Ended> {
  const { JWT_HS256_KEY: _key, ...env } = Deno.env.toObject();
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", new URL("./main.ts", import.meta.url).href, ...args],
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** Runs the tool on a shop with a fault; with or without a look into its database. */
async function benchFault(
  command: "buy" | "rush",
  fault: Fault,
  database: boolean,
  more: string[] = [],
): Promise<Ended & { shop: FakeShop }> {
  const folder = await Deno.makeTempDir({ prefix: "dropgate-bench-test-" });
  const file = `${folder}/shop.db`;
  const shop = new FakeShop(fault, ADMIN_TOKEN, database ? file : undefined);
  try {
    const size = command === "buy" ? ["--buyers", "60"] : ["--buyers", "200", "--stock", "50"];
    const ended = await runTool([
      ...[command, "--url", shop.url, "--admin-url", shop.url, "--admin-token", ADMIN_TOKEN],
      ...["--connections", "8", "--warm-up", "0", "--no-echo", "--settle", "1", ...size],
      ...(database ? ["--database", file] : []),
      ...more,
    ]);
    return { ...ended, shop };
  } finally {
    await shop.close();
    await Deno.remove(folder, { recursive: true });
  }
}

for (const command of ["buy", "rush"] as const) {
  for (const database of [false, true]) {
    const how = database ? "with its database" : "by the API alone";
    Deno.test(`bench ${command} passes an honest shop ${how}`, async () => {
      const { code, stdout, stderr } = await benchFault(command, "none", database);
      assertEquals(code, 0, stdout + stderr);
      assertStringIncludes(stdout, "PASS");
      assertStringIncludes(stdout, command === "buy" ? "60 unpaid" : "50 unpaid");
      if (database) assertMatch(stdout, /(60|50) live orders, \1 tickets, \1 buyers/);
    });
  }
}

const RUSH_FAULTS: [Fault, RegExp][] = [
  ["oversell", /FAIL .*oversold: 51 buyers won one of 50 pieces/],
  ["undersell", /FAIL .*undersold: 49 of 50 pieces were sold/],
  ["lose", /FAIL .*lost: 1 of 50 tickets have no order/],
  ["double", /FAIL .*doubled: 51 orders for 50 tickets/],
  ["swap", /FAIL .*lost: 1 of \d+ reserved tickets are no order for their buyer/],
  ["same_ticket", /FAIL .*doubled: 50 buyers heard 49 different tickets/],
  ["server_error", /FAIL .*server_errors: 1 answers were 5xx/],
  ["refuse", /FAIL .*answers: 1 answers were not reserved, processing or sold out: 429/],
  ["break_promise", /FAIL .*refused: 1 tickets were refused/],
  ["proof", /FAIL .*proof: the proof is not ok: \["I1"\]/],
];

for (const [fault, words] of RUSH_FAULTS) {
  Deno.test(`bench rush ends with 1 on a shop with the fault ${fault}`, async () => {
    const { code, stdout, stderr } = await benchFault("rush", fault, false);
    assertEquals(code, 1, stdout + stderr);
    assertMatch(stdout, words);
    assert(!stdout.includes("PASS"));
  });
}

const BUY_FAULTS: [Fault, RegExp][] = [
  ["lose", /FAIL .*lost: the database has no live order for 1 tickets that buyers hold/],
  ["double", /FAIL .*doubled: the database has 61 live orders of 60 buyers/],
  ["swap", /FAIL .*doubled: the database has 1 live orders that no buyer heard of/],
  ["server_error", /FAIL .*server_errors: 1 answers were 5xx/],
  ["refuse", /FAIL .*answers: 1 answers were not reserved or processing: 429/],
];

for (const [fault, words] of BUY_FAULTS) {
  Deno.test(`bench buy ends with 1 on a shop with the fault ${fault}, seen in SQL`, async () => {
    const { code, stdout, stderr } = await benchFault("buy", fault, true);
    assertEquals(code, 1, stdout + stderr);
    assertMatch(stdout, words);
  });
}

Deno.test("bench buy measures for a time, with warm-up, echo and rounds, and writes files", async () => {
  const out = await Deno.makeTempDir({ prefix: "dropgate-bench-out-" });
  const shop = new FakeShop("none", ADMIN_TOKEN);
  try {
    const { code, stdout, stderr } = await runTool([
      ...["buy", "--url", shop.url, "--admin-url", shop.url, "--admin-token", ADMIN_TOKEN],
      ...["--connections", "4", "--warm-up", "30", "--seconds", "1", "--stock", "300"],
      ...["--rounds", "2", "--echo-seconds", "1", "--settle", "1", "--out", out, "--json"],
    ]);
    assertEquals(code, 0, stdout + stderr);
    const result: BenchResult = JSON.parse(stdout);
    assertEquals(result, JSON.parse(await Deno.readTextFile(`${out}/result.json`)));
    assertEquals(result.rounds.length, 2);
    assertEquals(result.echo.length, 3);
    for (const round of result.rounds) {
      assertEquals(round.accepted + round.processing.ordered, round.asked);
      assertEquals(round.usedUp, true);
      assert(round.echoRatio! > 0 && round.reservedLatency.p50 > 0);
    }
    assertStringIncludes(stderr, "all 300 prepared buyers had bought");
    const report = await Deno.readTextFile(`${out}/report.html`);
    assertStringIncludes(report, "Every promise kept");
    // The same buyers come again in the second round: nobody is signed in twice.
    assertEquals(shop.signedIn, 300);
  } finally {
    await shop.close();
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("bench ends with 2 for arguments that cannot be used, and with 0 for --help", async () => {
  const wrong = await runTool(["buy", "--buyers", "none"]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.stderr, /^Cannot use --buyers as .*: current value is none\n$/);
  const help = await runTool(["--help"]);
  assertEquals(help.code, 0);
  assertStringIncludes(help.stdout, "--connections N");
});

Deno.test("bench ends with 1 and one line when the system cannot be reached", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const url = `http://127.0.0.1:${port}`;
  const { code, stderr } = await runTool([
    ...["rush", "--url", url, "--admin-url", url, "--admin-token", "x", "--no-echo"],
  ]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot open 64 connections to 127.0.0.1:${port}`);
});
