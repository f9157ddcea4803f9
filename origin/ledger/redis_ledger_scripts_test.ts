import { assertEquals, assertRejects } from "@std/assert";
import type { RedisClient } from "./redis_client.ts";
import { RedisLedgerError, ScriptRunner, SCRIPTS } from "./redis_ledger_scripts.ts";

type Reply = [Error | null, unknown];

/** A client that knows the scripts in `loaded` and notes what it is asked. */
function fakeClient(loaded: Set<string>, answer: (sha: string) => Promise<Reply>) {
  const asked: string[][] = [];
  const client = {
    status: "ready",
    pipeline() {
      const shas: string[] = [];
      return {
        evalsha: (sha: string) => shas.push(sha),
        exec: () => {
          asked.push(shas);
          return Promise.all(
            shas.map((sha): Promise<Reply> =>
              loaded.has(sha)
                ? answer(sha)
                : Promise.resolve([new Error("NOSCRIPT No matching script."), undefined])
            ),
          );
        },
      };
    },
    script(_load: "LOAD", text: string) {
      const script = Object.values(SCRIPTS).find((one) => one.text === text)!;
      loaded.add(script.sha);
      return Promise.resolve(script.sha);
    },
    time: () => Promise.resolve(["0", "0"]),
    info: () => Promise.resolve(""),
  } satisfies RedisClient;
  return { client, asked };
}

const SILENT = { answered: () => {}, missed: () => {} };

function call(script: (typeof SCRIPTS)[keyof typeof SCRIPTS]) {
  return { script, keys: ["k"], args: [] };
}

Deno.test("ScriptRunner run() loads what is unknown and asks only that again", async () => {
  const { client, asked } = fakeClient(
    new Set([SCRIPTS.adjust.sha]),
    (sha) => Promise.resolve([null, sha]),
  );
  const runner = new ScriptRunner(client, SILENT);
  const { adjust, settle } = SCRIPTS;
  const replies = await runner.run([call(settle), call(adjust), call(settle)], 1000);
  assertEquals(replies, [settle.sha, adjust.sha, settle.sha]);
  assertEquals(asked, [[settle.sha, adjust.sha, settle.sha], [settle.sha, settle.sha]]);
});

Deno.test("ScriptRunner run() throws what the server says", async () => {
  const { client } = fakeClient(
    new Set([SCRIPTS.settle.sha]),
    () => Promise.resolve([new Error("OOM command not allowed"), undefined]),
  );
  const runner = new ScriptRunner(client, SILENT);
  await assertRejects(() => runner.run([call(SCRIPTS.settle)], 1000), RedisLedgerError, "OOM");
});

Deno.test("ScriptRunner run() gives up on answers that never come", async () => {
  const { client } = fakeClient(new Set([SCRIPTS.settle.sha]), () => new Promise(() => {}));
  const heard: string[] = [];
  const runner = new ScriptRunner(client, { ...SILENT, missed: () => heard.push("missed") });
  await assertRejects(() => runner.run([call(SCRIPTS.settle)], 5), RedisLedgerError, "after 5 ms");
  // Five milliseconds say nothing about the server.
  assertEquals(heard, []);
  assertEquals(await runner.run([], 5), []);
});
