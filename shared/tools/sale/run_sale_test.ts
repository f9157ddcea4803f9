import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pngHead, testPicture } from "../../../origin/media/testing/test_pictures.ts";
import { FIXTURE_SECRETS, OriginFixture } from "../../../origin/testing/origin_fixture.ts";
import { COMMANDS, runSale, type SaleTool } from "./run_sale.ts";

/** The tool against an origin of the fixture, with what it said. */
function toolFor(
  origin: OriginFixture | null,
  files: Record<string, Uint8Array<ArrayBuffer>> = {},
) {
  const said = { out: [] as string[], err: [] as string[] };
  const tool: SaleTool = {
    env: { ADMIN_TOKEN: FIXTURE_SECRETS.adminToken, ORIGIN_URL: "http://origin.test" },
    fetch:
      ((request: Request) =>
        origin === null
          ? Promise.reject(new TypeError("connection refused"))
          : Promise.resolve(origin.app.fetch(request))) as typeof fetch,
    terminal: {
      print: (line) => void said.out.push(line),
      note: (line) => void said.err.push(line),
      redraw: (lines) => void said.err.push(...lines),
      readFile: (path) =>
        files[path]
          ? Promise.resolve(files[path])
          : Promise.reject(new Deno.errors.NotFound(`no file ${path}`)),
      writeFile: async (path, chunks) => {
        files[path] = new Uint8Array(await new Response(chunks).arrayBuffer());
      },
    },
    nowMs: () => origin?.now ?? 0,
    signal: new AbortController().signal,
  };
  const run = async (line: string, env: Record<string, string> = {}) => {
    said.out = [];
    said.err = [];
    const words = line.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ""));
    const code = await runSale(words, { ...tool, env: { ...tool.env, ...env } });
    return { code, out: said.out.join("\n"), err: said.err.join("\n") };
  };
  return { run, files };
}

const SALE_LINE = "create --title 'Spring rush' --starts '2026-05-31 12:00' " +
  "--ends '2026-06-30 12:00' --zone Europe/Berlin --item 1:20:2 --rate 500 --captcha always";

Deno.test("sale makes a product with its picture, a sale, publishes, and runs it to its end", async () => {
  await using origin = await OriginFixture.open();
  const picture = await testPicture("png", 40, 30);
  const { run } = toolFor(origin, { "kettle.png": picture });

  const made = await run("product --name Kettle --price 49.90 --currency EUR --picture kettle.png");
  assertEquals([made.code, made.out], [0, "Product 1: Kettle, 49.90 EUR"]);
  const product = JSON.parse((await run("products --json")).out).items[0];
  assertMatch(product.images[0], /^\/media\/[0-9a-f]{32}-40x30\.webp$/);
  assertEquals(product.price, 4990);

  const created = await run(SALE_LINE);
  assertEquals([created.code, created.err], [0, "Next: sale publish 1"]);
  assertStringIncludes(created.out, "draft, from 2026-05-31T10:00:00.000Z to");
  assertStringIncludes(created.out, "limits: 500/s (burst 2000)");

  const published = await run("publish 1");
  assertEquals(published.code, 0);
  assertStringIncludes(published.out, "Ready.");
  assertStringIncludes((await run("pause 1")).out, "paused");
  assertStringIncludes((await run("resume 1")).out, "open");
  assertEquals((await run("top-up 1 1 5")).out, "25 put on sale, 25 left");
  assertEquals((await run("take-back 1 1 10")).out, "15 put on sale, 15 left");
  assertStringIncludes((await run("limits 1 --per-user 3")).out, "3 tries a minute per user");
  assertStringIncludes((await run("list")).out, "Spring rush");
  assertStringIncludes((await run("close 1")).out, "closed");
});

Deno.test("sale tells what was refused and ends with a code for it", async () => {
  await using origin = await OriginFixture.open();
  const { run } = toolFor(origin, { "bomb.png": pngHead(60_000, 60_000) });
  const refused = await run("pause 7");
  assertEquals([refused.code, refused.out], [1, ""]);
  assertStringIncludes(refused.err, "There is nothing here");
  const unknown = await run(SALE_LINE);
  assertEquals(unknown.code, 1);
  assertStringIncludes(unknown.err, "items");
  assertEquals((await run("list --token wrong")).code, 4);
  assertEquals((await run("list", { ADMIN_TOKEN: "" })).code, 4);
  const bomb = await run("product --name X --price 1 --currency EUR --picture bomb.png");
  assertEquals(bomb.code, 1);
  assertStringIncludes(bomb.err, "pixels");
  const away = await toolFor(null).run("list");
  assertEquals(away.code, 3);
  assertStringIncludes(away.err, "Cannot reach the origin at http://origin.test");
});

Deno.test("sale refuses arguments that cannot be used, and asks nobody", async () => {
  const { run } = toolFor(null);
  const lines = [
    "dance",
    "pause",
    "pause x",
    "pause 1 2",
    "pause 1 --loud",
    "top-up 1 1 0",
    "list --page 0",
    "limits 1 --rate fast",
    "create --title X",
    SALE_LINE.replace("--zone Europe/Berlin", ""),
    SALE_LINE.replace("Europe/Berlin", "Europe/Atlantis"),
    SALE_LINE.replace("2026-05-31 12:00", "2026-03-29 02:30"),
    SALE_LINE.replace("2026-06-30 12:00", "2026-10-25 02:30"),
    SALE_LINE.replace("1:20:2", "1"),
    "product --name X --price 1.234 --currency EUR",
    "list --url origin.test",
  ];
  for (const line of lines) {
    assertEquals((await run(line)).code, 2, line);
  }
});

Deno.test("sale --help names every command, and each has help of its own", async () => {
  const { run } = toolFor(null);
  const { code, out } = await run("--help");
  assertEquals(code, 0);
  for (const { name, summary } of COMMANDS) {
    assertStringIncludes(out, name);
    assertStringIncludes((await run(`${name} --help`)).out, summary);
  }
});
