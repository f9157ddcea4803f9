import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { fingerprintOf } from "../../proof/proof_key.ts";
import { signPage } from "../../proof/proof_page.ts";
import { sampleBundle, sampleSigner } from "../../proof/testing/sample_bundle.ts";
import { PROJECT_DIR } from "../launch/project.ts";
import { runProof } from "./run_proof.ts";

/** Runs the tool in this process. */
async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const status = await runProof(args, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { status, out: out.join("\n"), err: err.join("\n") };
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dropgate-proof-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Two proofs of one sale, a page, a changed one and one that tells of faults. */
async function writeSamples(folder: string) {
  const first = await sampleBundle();
  const second = await sampleBundle({ bundle: 2, previousHead: first.head });
  const broken = await sampleBundle({
    change({ summary }) {
      summary.violations.push({ invariant: "I6", product: 11, seq: 2_000_000_001 });
      Object.assign(summary.totals, { ok: false, violationCount: 1 });
    },
  });
  const moving = await sampleBundle({
    change({ summary }) {
      for (const one of [...summary.itemTotals, summary.totals]) one.moving = true;
    },
  });
  const meta = `<meta name="dropgate-proof-head" content="${first.head}" />`;
  const page = await signPage(`<!DOCTYPE html>\n<html>${meta}</html>\n`, await sampleSigner());
  const write = async (name: string, content: Uint8Array | string) => {
    const path = join(folder, name);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    return path;
  };
  const changed = first.bytes.slice();
  changed[500]! ^= 1;
  return {
    publicKey: first.publicKey,
    head: first.head,
    first: await write("first.json", first.bytes),
    second: await write("second.json", second.bytes),
    broken: await write("broken.json", broken.bytes),
    moving: await write("moving.json", moving.bytes),
    changed: await write("changed.json", changed),
    page: await write("page.html", page),
    changedPage: await write("changed.html", page.replace("<html>", "<HTML>")),
    keys: await write("keys.json", JSON.stringify({ keys: [{ x: first.publicKey }] })),
  };
}

Deno.test("deno task proof explains itself", async () => {
  for (const args of [[], ["--help"], ["help"], ["verify", "--help"], ["-h"]]) {
    const { status, out } = await run(...args);
    assertEquals(status, 0);
    assertMatch(out, /deno task proof verify FILE/);
  }
  const wrong = [
    ["verify"],
    ["verify", "a", "b"],
    ["check", "a"],
    ["verify", "a", "--what"],
    ["verify", "a", "--key"],
    ["verify", "a", "--key", "abc"],
    ["verify", "a", "--key", "x", "--keys", "y"],
    ["verify", "/no/such/file.json"],
    ["verify", "/"],
    ["keys"],
    ["keys", "/no/such/file.json"],
    ["keys", "a", "--previous", "b"],
  ];
  for (const args of wrong) {
    const { status, out, err } = await run(...args);
    assertEquals([status, out], [2, ""], args.join(" "));
    assertMatch(err, /--help/);
  }
});

Deno.test("deno task proof verify tells what it found, and ends with it", async () => {
  await withFolder(async (folder) => {
    const files = await writeSamples(folder);
    const fingerprint = fingerprintOf(files.publicKey);
    const other = (await sampleSigner(2)).publicKey;
    const cases: [args: string[], status: number, out: RegExp][] = [
      [[files.first], 0, /^Intact: .*Books {5}balance.*Compare it with the published key/s],
      [[files.first, "--key", files.publicKey], 0, /one of those given/],
      [[files.first, `--key=${fingerprint}`], 0, /one of those given/],
      [[files.first, "--keys", files.keys], 0, /one of those given/],
      [[files.first, "--key", other], 1, /^OTHER KEY/],
      [[files.changed], 1, /^CHANGED: .*\n {2}\S/],
      [[files.broken], 3, /DO NOT BALANCE: 1 faults\n {12}I6 item 11 ticket 2000000001/],
      [[files.moving], 4, /Books {5}counted while the sale was moving: sums are not judged/],
      [[files.second, "--previous", files.first], 0, /Follows {3}\S+first\.json/],
      [[files.first, "--previous", files.second], 1, /DOES NOT FOLLOW .*first bundle/],
      [[files.second, "--previous", files.changed], 1, /itself is changed/],
      [[files.page], 0, new RegExp(`Page of the bundle with the head ${files.head}`)],
      [[files.page, "--key", other], 1, /^OTHER KEY/],
      [[files.changedPage], 1, /^CHANGED/],
    ];
    for (const [args, status, out] of cases) {
      const told = await run("verify", ...args);
      assertEquals(told.status, status, `${args.join(" ")}\n${told.out}`);
      assertMatch(told.out, out);
    }
    assertEquals((await run("verify", files.page, "--previous", files.first)).status, 2);
  });
});

Deno.test("deno task proof verify --json gives one object for programs", async () => {
  await withFolder(async (folder) => {
    const files = await writeSamples(folder);
    const read = async (...args: string[]) =>
      JSON.parse((await run("verify", ...args, "--json")).out);
    const good = await read(files.second, "--previous", files.first);
    assertEquals([good.kind, good.verdict, good.status, good.keyGiven], [
      "bundle",
      "intact",
      0,
      false,
    ]);
    assertEquals([good.sale.saleId, good.totals.tickets, good.previous.follows], [7, 10, true]);
    const bad = await read(files.changed);
    assertEquals([bad.verdict, bad.status, bad.head, bad.sale], ["changed", 1, null, undefined]);
    const keys = JSON.parse((await run("keys", files.keys, "--json")).out);
    assertEquals(keys.keys[0].x, files.publicKey);
  });
});

Deno.test("deno task proof keys reads those that an installation publishes", async () => {
  const { publicKey } = await sampleSigner();
  const asked: string[] = [];
  const key = { x: publicKey, kid: fingerprintOf(publicKey), createdAt: "now", current: true };
  const answers: Record<string, Response> = {
    "/admin/api/proof-keys": Response.json({ keys: [key] }),
    "/broken": new Response("{"),
  };
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    return answers[pathname]?.clone() ?? new Response("no", { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const told = await run("keys", url);
  assertEquals(told.status, 0);
  assertMatch(told.out, new RegExp(`^${key.kid} {2}key ${publicKey} .*signs now`));
  assertEquals(asked, ["/admin/api/proof-keys"]);
  assertEquals((await run("keys", `${url}/broken`)).status, 2);
  assertEquals((await run("keys", `${url}/missing`)).status, 2);
});

/** Tickets of the large file; a line of one has some 200 bytes. */
const TICKETS = 100_000;

/** What the engine may use for everything that it does not free at once. */
const HEAP_MB = 24;

Deno.test("deno task proof verify needs no more memory for more tickets", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "large.json");
    const { bytes } = await sampleBundle({ tickets: TICKETS, stock: TICKETS });
    await Deno.writeFile(path, bytes);
    const main = join(PROJECT_DIR, "shared/tools/proof/main.ts");
    const begun = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        `--v8-flags=--max-old-space-size=${HEAP_MB}`,
        `--allow-read=${folder}`,
        main,
        "verify",
        path,
      ],
      stdin: "null",
    }).output();
    const seconds = (performance.now() - begun) / 1_000;
    const [out, err] = [stdout, stderr].map((some) => new TextDecoder().decode(some));
    assertEquals(code, 0, `${out}${err}`);
    assert(out!.includes(`Tickets   ${TICKETS.toLocaleString("en")}`));
    console.log(
      `${TICKETS.toLocaleString("en")} tickets, ${
        (bytes.length / 1e6).toFixed(1)
      } MB: checked in ` +
        `${seconds.toFixed(1)} s on a heap of ${HEAP_MB} MB`,
    );
  });
});
