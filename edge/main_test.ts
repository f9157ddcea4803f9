import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../shared/clock.ts";
import { FakeOrigin } from "./testing/fake_origin.ts";
import { sampleSale } from "./testing/sample_sale.ts";

const EDGE_KEY = "0123456789abcdef";
const DEADLINE_MS = 20_000;

/** What an edge needs, and no more: no other folder to read, nothing to write or run. */
const PERMISSIONS = ["--allow-net", "--allow-env", `--allow-read=${folder("static")}`];

function folder(name: string): string {
  return new URL(`../${name}`, import.meta.url).pathname;
}

function spawnEdge(env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...PERMISSIONS, new URL("main.ts", import.meta.url).pathname],
    env: { EDGE_KEY, SESSION_KEY: "fedcba9876543210", HOST: "127.0.0.1", EDGE_PORT: "0", ...env },
    clearEnv: true,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Reads lines until one fits, then leaves the stream to `rest`. */
async function readUntil(stream: ReadableStream<Uint8Array>, pattern: RegExp) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const timer = setTimeout(() => reader.cancel(), DEADLINE_MS);
  let text = "";
  try {
    while (!pattern.test(text)) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`Ended without ${pattern}: ${text}`);
      text += value;
    }
  } finally {
    clearTimeout(timer);
  }
  return { match: pattern.exec(text)!, rest: () => drain(reader) };
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
}

for (const signals of [["SIGTERM"], ["SIGINT", "SIGINT"]] as Deno.Signal[][]) {
  Deno.test(`edge/main.ts serves and ends with status 0 on ${signals.join(" and ")}`, async () => {
    const origin = new FakeOrigin({ edgeKey: EDGE_KEY, clock: systemClock });
    const now = Date.now();
    origin.publish(sampleSale(1, { startsAt: now - 1_000, endsAt: now + 600_000 }));
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => origin.call(request),
    );
    const child = spawnEdge({ ORIGIN_URLS: `http://127.0.0.1:${server.addr.port}`, DEMO: "1" });
    const stderr = new Response(child.stderr).text();
    const { match, rest } = await readUntil(child.stdout, /http:\/\/127\.0\.0\.1:(\d+)/);
    const base = `http://127.0.0.1:${match[1]}`;
    assertEquals((await (await fetch(`${base}/readyz`)).json()).status, "ready");
    const login = await fetch(`${base}/dev/login`, { method: "POST", body: '{"userId":"ann"}' });
    const { token } = await login.json();

    // A buy that is under way when the signal comes is answered.
    const decided = Promise.withResolvers<null>();
    const asked = Promise.withResolvers<void>();
    origin.misbehave = () => {
      asked.resolve();
      return decided.promise as unknown as Promise<Response>;
    };
    const buy = fetch(`${base}/api/sales/1/buy`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, connection: "close" },
      body: '{"productId":1}',
    });
    await asked.promise;
    for (const signal of signals) child.kill(signal);
    decided.resolve(null);
    const answer = await buy;
    assertEquals([answer.status, (await answer.json()).outcome], [201, "reserved"]);
    const { code, signal } = await child.status;
    assertEquals([code, signal], [0, null]);
    await rest();
    assertEquals(await stderr, "");
    await server.shutdown();
  });
}

Deno.test("edge/main.ts says in one line what it cannot use, and ends with status 1", async () => {
  const { code, stdout, stderr } = await spawnEdge({ ORIGIN_URLS: "nonsense" }).output();
  const text = new TextDecoder().decode(stderr);
  assertEquals([code, stdout.length], [1, 0]);
  assertStringIncludes(text, "Cannot use ORIGIN_URLS as it must be a comma-separated list");
  assertStringIncludes(text, 'current value is "nonsense"');
  assert(text.trim().split("\n").length === 1, text);
});
