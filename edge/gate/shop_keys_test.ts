import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { errors, exportJWK, generateKeyPair, type JWK } from "jose";
import { logOf } from "../../shared/log.ts";
import { KeySetError, MAX_KEY_AGE_MS, MIN_FETCH_INTERVAL_MS, ShopKeys } from "./shop_keys.ts";

const MINUTE_MS = 60_000;

/** A key set on a real server, with a clock that the test moves. */
class KeySetServer implements AsyncDisposable {
  keys: JWK[] = [];
  /** Answers instead of the keys. */
  instead: (() => Response | Promise<Response>) | null = null;
  requests = 0;
  nowMs = Date.UTC(2030, 0, 1);
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    this.requests += 1;
    return this.instead?.() ?? Response.json({ keys: this.keys });
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/jwks.json`;
  }

  shopKeys(): ShopKeys {
    return new ShopKeys({ url: this.url, clock: () => this.nowMs, log: logOf("edge", "test") });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function publicJwk(kid: string, alg = "ES256"): Promise<JWK> {
  const { publicKey } = await generateKeyPair(alg, { extractable: true });
  return { ...await exportJWK(publicKey), kid, alg };
}

const jwk = { one: await publicJwk("one"), two: await publicJwk("two") };

/** `found`, `unknown` for a key id that the set does not have, `away` when there is no set. */
async function ask(keys: ShopKeys, kid: string, alg = "ES256"): Promise<string> {
  try {
    const key = await keys.keyFor({ alg, kid }, { payload: "", signature: "" });
    return (key as unknown as { type: string }).type === "public" ? "found" : "odd";
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return "unknown";
    assertInstanceOf(error, KeySetError);
    return "away";
  }
}

function askMany(keys: ShopKeys, count: number, kidOf: (i: number) => string): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => ask(keys, kidOf(i))));
}

Deno.test("ShopKeys fetches once for tokens that come together, and not before the first", async () => {
  await using server = new KeySetServer();
  server.keys = [jwk.one];
  const keys = server.shopKeys();
  assertEquals(server.requests, 0);
  assertEquals(new Set(await askMany(keys, 200, () => "one")), new Set(["found"]));
  assertEquals(server.requests, 1);
});

Deno.test("ShopKeys asks at most once in 30 s, whatever key ids come", async () => {
  await using server = new KeySetServer();
  server.keys = [jwk.one];
  const keys = server.shopKeys();
  assertEquals(await ask(keys, "one"), "found");
  server.nowMs += MIN_FETCH_INTERVAL_MS;
  const started = server.requests;
  let accepted = 0;
  const asked = 1_000;
  for (let second = 0; second < 30; second += 1) {
    const answers = await askMany(keys, asked / 20, (i) => `made-up-${second}-${i}`);
    accepted += answers.filter((answer) => answer === "found").length;
    server.nowMs += 999;
  }
  const fetches = server.requests - started;
  console.log(
    `${asked * 1.5} tokens with unknown key ids in 30 s: ${fetches} fetch, ${accepted} accepted`,
  );
  assertEquals([fetches, accepted], [1, 0]);
  assertEquals(await ask(keys, "one"), "found");
});

Deno.test("ShopKeys finds a key that the shop has begun to use", async () => {
  await using server = new KeySetServer();
  server.keys = [jwk.one];
  const keys = server.shopKeys();
  assertEquals(await ask(keys, "one"), "found");
  server.keys = [jwk.one, jwk.two];
  assertEquals(await ask(keys, "two"), "unknown", "too soon after the last fetch");
  server.nowMs += MIN_FETCH_INTERVAL_MS;
  assertEquals(await askMany(keys, 50, () => "two"), Array(50).fill("found"));
  assertEquals(server.requests, 2);
});

Deno.test("ShopKeys reads the set again as it grows old, and drops what the shop took back", async () => {
  await using server = new KeySetServer();
  server.keys = [jwk.one];
  const keys = server.shopKeys();
  await ask(keys, "one");
  server.keys = [];
  server.nowMs += 4 * MINUTE_MS;
  assertEquals([await ask(keys, "one"), server.requests], ["found", 1]);
  server.nowMs += 12 * MINUTE_MS;
  assertEquals([await ask(keys, "one"), server.requests], ["unknown", 2], "an empty set is a set");
});

Deno.test("ShopKeys fetches behind the back of tokens before the set is old", async () => {
  await using server = new KeySetServer();
  server.keys = [jwk.one];
  const keys = server.shopKeys();
  await ask(keys, "one");
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  server.instead = () => {
    asked.resolve();
    return answer.promise;
  };
  server.nowMs += 6 * MINUTE_MS;
  assertEquals(await askMany(keys, 20, () => "one"), Array(20).fill("found"));
  await asked.promise;
  answer.resolve(Response.json({ keys: [jwk.two] }));
  assertEquals(await ask(keys, "two"), "found", "waits for the fetch that is under way");
  assertEquals(server.requests, 2);
});

Deno.test("ShopKeys goes on with known keys for a day while the shop is away", async () => {
  await using server = new KeySetServer();
  server.keys = [jwk.one];
  const keys = server.shopKeys();
  await ask(keys, "one");
  server.instead = () => new Response("away", { status: 502 });
  let found = 0;
  const hours = MAX_KEY_AGE_MS / 3_600_000;
  for (let hour = 1; hour < hours; hour += 1) {
    server.nowMs += 3_600_000;
    const answers = await askMany(keys, 20, (i) => i % 2 ? "one" : `made-up-${i}`);
    found += answers.filter((answer) => answer === "found").length;
  }
  assertEquals(found, 10 * (hours - 1));
  assertEquals(server.requests, 1 + (hours - 1), "one fetch each hour that tokens came in");
  server.nowMs += 3_600_000;
  assertEquals(await ask(keys, "one"), "away", "a day is the end");
  server.instead = null;
  server.nowMs += MIN_FETCH_INTERVAL_MS;
  assertEquals(await ask(keys, "one"), "found");
});

Deno.test("ShopKeys asks a shop that is away less and less, and finds it again", async () => {
  await using server = new KeySetServer();
  server.instead = () => new Response("away", { status: 503 });
  const keys = server.shopKeys();
  const fetchedAt: number[] = [];
  for (let second = 0; second < 120; second += 1) {
    const before = server.requests;
    await askMany(keys, 5, (i) => i === 0 ? "one" : `made-up-${i}`);
    if (server.requests > before) fetchedAt.push(second);
    server.nowMs += 1_000;
  }
  assertEquals(fetchedAt, [0, 1, 3, 7, 15, 31, 61, 91]);
  server.instead = null;
  server.keys = [jwk.one];
  server.nowMs += MIN_FETCH_INTERVAL_MS;
  assertEquals(await ask(keys, "one"), "found");
});

Deno.test("ShopKeys lets people in a second after a shop that started late", async () => {
  await using server = new KeySetServer();
  server.instead = () => new Response("away", { status: 503 });
  const keys = server.shopKeys();
  assertEquals(await ask(keys, "one"), "away");
  server.instead = null;
  server.keys = [jwk.one];
  assertEquals(await ask(keys, "one"), "away");
  server.nowMs += 1_000;
  assertEquals(await ask(keys, "one"), "found");
});

Deno.test("ShopKeys takes a clock that was set back", async () => {
  await using server = new KeySetServer();
  server.keys = [jwk.one];
  const keys = server.shopKeys();
  await ask(keys, "one");
  server.nowMs -= 3_600_000;
  assertEquals(await ask(keys, "one"), "found");
  server.keys = [jwk.two];
  assertEquals(await ask(keys, "two"), "found");
});

Deno.test("ShopKeys takes nothing that is no key set", async () => {
  await using server = new KeySetServer();
  const elsewhere = new URL(server.url);
  elsewhere.hostname = "localhost";
  const many = Array.from({ length: 101 }, (_, i) => ({ ...jwk.one, kid: `k${i}` }));
  const answers: [string, () => Response][] = [
    ["not JSON", () => new Response("<html>")],
    ["null", () => Response.json(null)],
    ["a list", () => Response.json([jwk.one])],
    ["no keys", () => Response.json({ key: [jwk.one] })],
    ["keys that are no list", () => Response.json({ keys: { one: jwk.one } })],
    ["too many keys", () => Response.json({ keys: many })],
    ["an error that has keys", () => Response.json({ keys: [jwk.one] }, { status: 500 })],
    ["another success", () => Response.json({ keys: [jwk.one] }, { status: 203 })],
    ["a redirect", () => Response.redirect(server.url)],
    ["a redirect to another host", () => Response.redirect(elsewhere.href)],
    ["an endless body", () => new Response(endless())],
    ["a large body", () => Response.json({ keys: [jwk.one], more: "x".repeat(300_000) })],
  ];
  for (const [what, answer] of answers) {
    server.instead = answer;
    const keys = server.shopKeys();
    const before = server.requests;
    assertEquals(await ask(keys, "one"), "away", what);
    assertEquals(server.requests - before, 1, `${what}: redirects are not followed`);
  }
});

/** More than anybody wants to read, in pieces, until nobody reads on. */
function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(16_384).fill(0x20)) });
}

Deno.test("ShopKeys leaves out keys that tokens must not be checked with", async () => {
  await using server = new KeySetServer();
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const n = "w".repeat(171);
  server.keys = [
    { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I", kid: "secret", alg: "HS256" },
    { ...await exportJWK(privateKey), kid: "private", alg: "ES256" },
    { kty: "RSA", n, e: "AQAB", kid: "small", alg: "RS256" },
    null as unknown as JWK,
    "key" as unknown as JWK,
    { ...jwk.one, use: "enc", kid: "encrypts" },
    await publicJwk("rsa", "RS256"),
    jwk.one,
  ];
  const keys = server.shopKeys();
  assertEquals(await ask(keys, "one"), "found");
  assertEquals(await ask(keys, "rsa", "RS256"), "found");
  for (const [kid, alg] of [["private", "ES256"], ["small", "RS256"], ["encrypts", "ES256"]]) {
    assertEquals(await ask(keys, kid!, alg), "unknown", kid);
  }
  await assertRejects(
    async () => await keys.keyFor({ alg: "HS256", kid: "secret" }, { payload: "", signature: "" }),
    errors.JOSENotSupported,
  );
});

Deno.test("ShopKeys gives up on a shop that does not answer", async () => {
  await using server = new KeySetServer();
  const asked = Promise.withResolvers<void>();
  const keys = new ShopKeys({
    url: server.url,
    clock: () => server.nowMs,
    log: logOf("edge", "test"),
    // Hangs until the deadline of 3 s ends it.
    fetch: (_url, init) =>
      new Promise((_resolve, reject) => {
        asked.resolve();
        init.signal!.addEventListener("abort", () => reject(init.signal!.reason));
      }),
  });
  const startedMs = performance.now();
  const answers = askMany(keys, 20, (i) => `kid-${i}`);
  await asked.promise;
  assertEquals(new Set(await answers), new Set(["away"]));
  assert(performance.now() - startedMs >= 2_900);
  assertEquals(keys.fetchCount, 1);
});
