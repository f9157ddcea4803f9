import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { poll } from "../services/poll.ts";
import { underLoad, withSystem } from "./launched_shop.ts";
import { PART_ENTRIES, PROJECT_DIR } from "./project.ts";

/** Rounds of replacing everything; more of them can be asked for by hand. */
const ROUNDS = Number(Deno.env.get("ROUNDS") || 1);

Deno.test("every process is replaced under load without a failed request", async () => {
  await withSystem({ edge: 1, origin: 2, worker: 2 }, {}, async (rolling) => {
    const { system, lines } = rolling;
    const before = Object.values(system.pids()).flat();
    const result = await underLoad(rolling, async () => {
      for (let round = 0; round < ROUNDS; round++) await system.replaceAll();
    });
    const after = Object.values(system.pids()).flat();
    assertEquals(after.filter((pid) => before.includes(pid)), []);
    assertEquals(system.parts.map((part) => part.replacements), Array(5).fill(ROUNDS));
    assertEquals(lines.filter((line) => /is killed|ended unasked/.test(line)), []);
    assert(result.reserved > 100 * ROUNDS, `${result.reserved} buys`);
    if (ROUNDS > 1) console.log(JSON.stringify(result));
  });
});

/** A part that is as it is in production, but meets an exception that nobody foresaw. */
function brokenPart(kind: "origin" | "worker", exception: string): string {
  return `import { main } from "file://${join(PROJECT_DIR, PART_ENTRIES[kind])}";
await main();
// Only the first process: its successor is well.
if (Deno.env.get("SHARE_PORT") === "at_once") setTimeout(() => { ${exception} }, 3_000);
`;
}

Deno.test("processes that meet unexpected exceptions under load are replaced, unnoticed", async () => {
  const dir = await Deno.makeTempDir({ prefix: "dropgate-" });
  try {
    const entries = { origin: join(dir, "origin.ts"), worker: join(dir, "worker.ts") };
    const thrown = `throw new Error("a bug of the origin")`;
    const rejected = `Promise.reject(new Error("a bug of the worker"))`;
    await Deno.writeTextFile(entries.origin, brokenPart("origin", thrown));
    await Deno.writeTextFile(entries.worker, brokenPart("worker", rejected));
    await withSystem({ edge: 1, origin: 1, worker: 1 }, entries, async (rolling) => {
      const { system, lines } = rolling;
      await underLoad(rolling, async () => {
        await poll("both replacements", () => {
          const replaced = lines.filter((line) => / has replaced /.test(line));
          return replaced.length === 2 || null;
        }, { timeoutMs: 30_000 });
      });
      assertEquals(system.parts.map((part) => [part.kind, part.replacements, part.restarts]), [
        ["worker", 1, 0],
        ["origin", 1, 0],
        ["edge", 0, 0],
      ]);
      const said = lines.join("\n");
      for (const bug of ["a bug of the origin", "a bug of the worker"]) {
        assertEquals(said.split(`Unexpected exception 1: Error: ${bug}`).length, 2, bug);
      }
      assertEquals(lines.filter((line) => /is killed|ended unasked/.test(line)), []);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
