import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { freePort } from "../services/free_port.ts";
import { poll } from "../services/poll.ts";
import { startTicksOf } from "../services/process_table.ts";
import { PartProcess } from "./part_process.ts";

/** A part that is ready at once, drains when asked, and can be told to end or to hang. */
const STAND_IN = `
const port = Number(Deno.env.get("EDGE_PORT"));
let hangs = false;
Deno.addSignalListener("SIGTERM", () => {
  if (hangs) return;
  console.log("drained");
  Deno.exit(0);
});
Deno.serve({ hostname: "127.0.0.1", port, onListen: () => console.log("listens") }, (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/end") Deno.exit(3);
  if (pathname === "/hang") hangs = true;
  return new Response("ok");
});
`;

/** Runs a stand-in for an edge under the launcher; what it prints is in `lines`. */
async function withPart(
  source: string,
  test: (part: PartProcess, lines: string[]) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const port = freePort();
  const lines: string[] = [];
  try {
    const entry = join(dir, "stand_in.ts");
    await Deno.writeTextFile(entry, source);
    const env = { EDGE_PORT: String(port), HOST: "127.0.0.1" };
    const part = new PartProcess(
      { kind: "edge", name: "edge", url: `http://127.0.0.1:${port}`, env, entry },
      { inherited: Deno.env.toObject(), print: (line) => lines.push(line), readyTimeoutMs: 15_000 },
    );
    try {
      await test(part, lines);
    } finally {
      await part.stop(5_000);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("PartProcess starts, passes on what is printed and drains", async () => {
  await withPart(STAND_IN, async (part, lines) => {
    await part.start();
    assert(part.pid !== null);
    await part.stop(5_000);
    assertEquals(part.pid, null);
    assertEquals(lines, ["[edge] listens", "[edge] drained"]);
  });
});

Deno.test("PartProcess starts a process again that ended unasked or was killed", async () => {
  await withPart(STAND_IN, async (part, lines) => {
    await part.start();
    const first = part.pid;
    await fetch(`${part.url}/end`).then((answer) => answer.body?.cancel(), () => {});
    await poll("a restart", () => part.restarts === 1 || null, { timeoutMs: 10_000 });
    await part.waitReady(15_000);
    const second = part.pid;
    assert(second !== null && second !== first);
    part.signal("SIGKILL");
    await poll("a restart", () => part.restarts === 2 || null, { timeoutMs: 10_000 });
    await part.waitReady(15_000);
    assertEquals(lines.filter((line) => line.includes("ended unasked")), [
      "[edge] ended unasked with status 3; starting it again in 500 ms",
      "[edge] ended unasked with SIGKILL; starting it again in 1000 ms",
    ]);
  });
});

Deno.test("PartProcess kills a process that does not drain in time", async () => {
  await withPart(STAND_IN, async (part, lines) => {
    await part.start();
    const pid = part.pid ?? 0;
    await (await fetch(`${part.url}/hang`)).body?.cancel();
    await part.stop(300);
    assertEquals(await startTicksOf(pid), null);
    assertStringIncludes(lines.join("\n"), "did not end within 300 ms and is killed");
  });
});

Deno.test("PartProcess tells why a process could not start", async () => {
  const source = `console.error("Cannot use EDGE_KEY as it must be set"); Deno.exit(1);`;
  await withPart(source, async (part) => {
    const error = await assertRejects(() => part.start());
    assertStringIncludes(error.message, "it ended by itself");
    assertStringIncludes(error.message, "    Cannot use EDGE_KEY as it must be set");
    assertEquals(part.restarts, 0);
  });
});

Deno.test("PartProcess ends a start that is broken off", async () => {
  const source = `Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("EDGE_PORT")) },
    () => new Response("not yet", { status: 503 }));`;
  await withPart(source, async (part) => {
    const breaking = new AbortController();
    const started = part.start(breaking.signal);
    await poll("a process", () => part.pid, { timeoutMs: 10_000 });
    breaking.abort(new Error("broken off"));
    await assertRejects(() => started, Error, "broken off");
    assertEquals(part.pid, null);
  });
});
