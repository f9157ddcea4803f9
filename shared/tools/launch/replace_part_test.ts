import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { freePort } from "../services/free_port.ts";
import { poll } from "../services/poll.ts";
import { startTicksOf } from "../services/process_table.ts";
import { PartProcess } from "./part_process.ts";

/** A part that shares its port and tells its process id; `SUCCESSOR` runs in successors only. */
const STAND_IN = `
const successor = Deno.env.get("SHARE_PORT") === "when_ready";
let wish = null;
let ready = true;
if (successor) { SUCCESSOR }
Deno.addSignalListener("SIGTERM", () => {
  console.log("drains");
  setTimeout(() => Deno.exit(0), 200);
});
const answer = (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/ask") wish = "tired";
  if (pathname === "/end") Deno.exit(3);
  if (pathname === "/readyz") return new Response(null, { status: ready ? 200 : 503 });
  if (pathname === "/healthz" && wish) return Response.json({ replace: wish }, { status: 503 });
  return new Response(String(Deno.pid));
};
const hostname = "127.0.0.1";
Deno.serve({ hostname, port: Number(Deno.env.get("HEALTH_PORT")), onListen() {} }, answer);
const port = Number(Deno.env.get("EDGE_PORT"));
if (ready) Deno.serve({ hostname, port, reusePort: true, onListen() {} }, answer);
`;

interface Standing {
  part: PartProcess;
  lines: string[];
  /** Asks over the shared port. */
  ask(path: string): Promise<string>;
}

async function withStandIn(
  successor: string,
  test: (standing: Standing) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const url = `http://127.0.0.1:${freePort()}`;
  const lines: string[] = [];
  try {
    const entry = join(dir, "stand_in.ts");
    await Deno.writeTextFile(entry, STAND_IN.replace("SUCCESSOR", successor));
    const env = { EDGE_PORT: new URL(url).port, HOST: "127.0.0.1" };
    const part = new PartProcess(
      { kind: "edge", name: "edge", url, env, entry, sharesPort: true },
      { inherited: Deno.env.toObject(), print: (line) => lines.push(line), readyTimeoutMs: 3_000 },
    );
    const ask = async (path: string) => {
      const response = await fetch(url + path, { headers: { connection: "close" } });
      return await response.text();
    };
    try {
      await test({ part, lines, ask });
    } finally {
      await part.stop(5_000);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("PartProcess.replace() starts the successor first and ends the old one last", async () => {
  await withStandIn("", async ({ part, lines, ask }) => {
    await part.start();
    const old = part.pid;
    assertEquals(await ask("/"), String(old));
    const [first, second] = [part.replace(), part.replace()];
    await Promise.all([first, second]);
    assert(part.pid !== null && part.pid !== old);
    assertEquals(await ask("/"), String(part.pid));
    assertEquals(await startTicksOf(old ?? 0), null);
    assertEquals([part.replacements, part.restarts], [1, 0]);
    assertEquals(lines[0], "[edge] drains");
    assertStringIncludes(lines[1] ?? "", `process ${part.pid} has replaced ${old} in`);
    await part.replace();
    assertEquals(part.replacements, 2);
  });
});

Deno.test("PartProcess.replace() keeps the old process when the successor is no good", async () => {
  for (const [successor, why] of [["Deno.exit(1)", "ended by itself"], ["ready = false", "3000"]]) {
    await withStandIn(successor ?? "", async ({ part, ask }) => {
      await part.start();
      const old = part.pid;
      const error = await assertRejects(() => part.replace());
      assertStringIncludes(error.message, why ?? "");
      assertEquals([part.pid, await ask("/")], [old, String(old)]);
      assertEquals([part.replacements, part.restarts], [0, 0]);
    });
  }
});

Deno.test("PartProcess replaces a process that asks for it, and not the next one too", async () => {
  await withStandIn("", async ({ part, lines, ask }) => {
    await part.start();
    const old = part.pid;
    await ask("/ask");
    await poll("a replacement", () => part.replacements === 1 || null, { timeoutMs: 10_000 });
    const isGone = async () => await startTicksOf(old ?? 0) === null || null;
    await poll("the end of the old one", isGone, { timeoutMs: 10_000 });
    assertEquals(lines[0], "[edge] asks to be replaced: tired; starting its successor in 0 ms");
    assertEquals(await ask("/"), String(part.pid));
  });
});

Deno.test("PartProcess replaces ever more slowly when every successor asks again", async () => {
  await withStandIn('wish = "ill"', async ({ part, lines, ask }) => {
    await part.start();
    await ask("/ask");
    await poll("a third wish", () => {
      const asked = lines.filter((line) => line.includes("asks to be replaced"));
      return asked.length === 3 || null;
    }, { timeoutMs: 20_000 });
    assertEquals(lines.filter((line) => line.includes("asks to be replaced")), [
      "[edge] asks to be replaced: tired; starting its successor in 0 ms",
      "[edge] asks to be replaced: ill; starting its successor in 2000 ms",
      "[edge] asks to be replaced: ill; starting its successor in 4000 ms",
    ]);
  });
});

Deno.test("PartProcess that is stopped while it is replaced ends both processes", async () => {
  await withStandIn("ready = false", async ({ part, lines }) => {
    await part.start();
    const replacing = part.replace();
    const failed = assertRejects(() => replacing);
    await part.stop(5_000);
    await failed;
    assertEquals(part.pid, null);
    assertEquals(lines.filter((line) => /killed|starting it again/.test(line)), []);
  });
});

Deno.test("PartProcess starts again what ends while its successor is on its way", async () => {
  await withStandIn("ready = false", async ({ part, ask }) => {
    await part.start();
    const replacing = assertRejects(() => part.replace());
    await ask("/end").catch(() => {});
    await poll("a restart", () => part.restarts === 1 || null, { timeoutMs: 10_000 });
    await replacing;
    await part.waitReady(10_000);
    assertEquals(await ask("/"), String(part.pid));
  });
});

Deno.test("PartProcess lets nobody else share its port", async () => {
  await withStandIn("", async ({ part }) => {
    const { hostname, port } = new URL(part.url);
    const other = Deno.listen({ hostname, port: Number(port), reusePort: true });
    try {
      const error = await assertRejects(() => part.start());
      assertStringIncludes(error.message, "EDGE_PORT with HOST must be a free address");
    } finally {
      other.close();
    }
  });
});
