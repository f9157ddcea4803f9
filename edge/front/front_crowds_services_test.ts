import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { problemBody } from "../../shared/problem.ts";
import { askFront, connectRaw, type RawConnection } from "../../shared/tools/front/front_client.ts";
import { withFront } from "../../shared/tools/front/with_front.ts";
import { freePort } from "../../shared/tools/services/free_port.ts";
import { pause, poll } from "../../shared/tools/services/poll.ts";

/** Writes a piece of text again and again until the connection is closed. */
function trickle(connection: RawConnection, piece: string): () => void {
  const timer = setInterval(() => connection.write(piece), 100);
  connection.closed.then(() => clearInterval(timer));
  return () => clearInterval(timer);
}

const BUY_HEAD = "POST /api/sales/1/buy HTTP/1.1\r\nhost: shop\r\ncontent-length: 1000\r\n\r\n";

Deno.test("nginx cuts off who sends headers slowly, and no edge hears of it", async () => {
  await withFront(async ({ front, seen }) => {
    const slow = await Promise.all(Array.from({ length: 20 }, () => connectRaw(front)));
    for (const [i, connection] of slow.entries()) {
      connection.write("GET / HTTP/1.1\r\nhost: shop\r\n");
      // Some send a piece of a header all the time, the others nothing more.
      if (i % 2 === 0) trickle(connection, "x");
    }
    assertEquals((await askFront(front, "/")).status, 200);
    const heldMs = await Promise.all(slow.map((connection) => connection.closed));
    console.log(`    20 slow heads were held for ${range(heldMs)} ms with a limit of 1,000 ms`);
    for (const connection of slow) connection.destroy();
    assertEquals(seen().length, 1);
  }, { FRONT_HEADER_TIMEOUT: "1s" });
});

Deno.test("nginx reads a body whole before an edge hears of it, and cuts off slow ones", async () => {
  await withFront(async ({ front, seen }) => {
    const silent = await connectRaw(front);
    silent.write(`${BUY_HEAD}{"productId":`);
    const steady = await connectRaw(front);
    steady.write(BUY_HEAD);
    const stop = trickle(steady, " ");
    assertEquals((await askFront(front, "/api/sales")).status, 200);
    await silent.closed;
    assertEquals(seen().map((one) => one.path), ["/api/sales"]);
    // It may send for as long as it sends, but it holds one connection of nginx and no edge.
    stop();
    await steady.closed;
    assertEquals(seen().length, 1);
    for (const connection of [silent, steady]) connection.destroy();

    // One that is slow and honest arrives in one piece.
    const body = '{"productId":1,"quantity":1}';
    const honest = await connectRaw(front);
    honest.write(BUY_HEAD.replace("1000", String(body.length)));
    for (const letter of body) {
      honest.write(letter);
      await pause(5);
    }
    await poll("an answer", () => honest.received().includes("fine") || null, {
      timeoutMs: 10_000,
    });
    assertEquals(seen().at(-1)?.body, body);
    honest.destroy();
  }, { FRONT_BODY_TIMEOUT: "1s" });
});

Deno.test("nginx serves one address only so many requests at once, and others as before", async () => {
  await withFront(async ({ front, edges }) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    for (const edge of edges) {
      edge.answer = async ({ path }) => {
        if (path === "/api/slow") await released;
        return new Response("fine");
      };
    }
    const held = Array.from(
      { length: 30 },
      () => askFront(front, "/api/slow", { from: "127.0.0.2" }),
    );
    // Ten are at the edges, twenty were refused: nobody waits for the sum, so it can be awaited.
    const refused = await firstOf(held, 20);
    for (const answer of refused) {
      assertEquals([answer.status, JSON.parse(answer.text)], [429, problemBody("rate_limited")]);
      assertEquals(answer.headers["retry-after"], "1");
    }
    assertEquals((await askFront(front, "/api/sales", { from: "127.0.0.2" })).status, 429);
    for (const from of ["127.0.0.1", "127.0.0.3"]) {
      assertEquals((await askFront(front, "/api/sales", { from })).status, 200);
    }
    release();
    const statuses = (await Promise.all(held)).map((answer) => answer.status).sort();
    assertEquals(statuses, [...Array(10).fill(200), ...Array(20).fill(429)]);
    assertEquals((await askFront(front, "/api/sales", { from: "127.0.0.2" })).status, 200);
  }, { FRONT_ADDRESS_CONNECTIONS: "10" });
});

/** The first `count` of some answers. */
async function firstOf<T>(all: Promise<T>[], count: number): Promise<T[]> {
  const done: T[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const one of all) {
    one.then((value) => {
      if (done.length < count) done.push(value);
      if (done.length === count) resolve();
    }, reject);
  }
  await promise;
  return done;
}

Deno.test("nginx lets one address ask only so often, for files too, and others as before", async () => {
  await withFront(async ({ front }) => {
    const statusesOf = async (path: string, from: string, count: number) => {
      const statuses: number[] = [];
      for (let i = 0; i < count; i += 1) {
        statuses.push((await askFront(front, path, { from })).status);
      }
      return statuses;
    };
    const flood = await statusesOf("/api/sales/1/buy", "127.0.0.2", 30);
    const let_ = flood.filter((status) => status === 200).length;
    // Five at once, one a second, and the test took less than that minute.
    assert(let_ >= 6 && let_ < 30, String(let_));
    assertEquals(flood.filter((status) => status === 429).length, 30 - let_);
    assertEquals(await statusesOf("/api/sales/1/buy", "127.0.0.3", 3), [200, 200, 200]);
    const files = await statusesOf("/assets/a.1.js", "127.0.0.4", 30);
    assert(files.includes(200) && files.includes(429), String(files));
  }, { FRONT_ADDRESS_RATE: "1", FRONT_ADDRESS_BURST: "5" });
});

Deno.test("nginx stops a flood of names of files that nobody made", async () => {
  await withFront(async ({ front, edges, seen }) => {
    for (const edge of edges) edge.answer = () => new Response("none", { status: 404 });
    const statuses = await Promise.all(Array.from({ length: 100 }, async (_, i) => {
      return (await askFront(front, `/assets/made-up.${i}.js`, { from: "127.0.0.2" })).status;
    }));
    const let_ = statuses.filter((status) => status === 404).length;
    console.log(`    of 100 made-up files ${let_} went to edges, in ${seen().length} requests`);
    assert(let_ >= 6 && let_ < 100, String(let_));
    assertEquals(statuses.filter((status) => status === 429).length, 100 - let_);
    assert(seen().length <= 2 * let_);
  }, { FRONT_ADDRESS_RATE: "1", FRONT_ADDRESS_BURST: "5" });
});

Deno.test("nginx on a socket for both families tells clients of IPv4 apart", async () => {
  await withFront(async ({ front, seen }) => {
    const refused = async (from: string) => {
      let count = 0;
      for (let i = 0; i < 30; i += 1) {
        if ((await askFront(front, "/api/sales", { from })).status === 429) count += 1;
      }
      return count;
    };
    assert(await refused("127.0.0.2") > 0);
    // Each of these has a burst of its own, and loopback's IPv6 is yet another client.
    for (const from of ["127.0.0.3", "127.0.1.2", "::1"]) {
      assertEquals((await askFront(front, "/api/sales", { from })).status, 200, from);
    }
    const told = new Set(seen().map((one) => one.headers.get("x-forwarded-for")));
    const mapped = ["127.0.0.2", "127.0.0.3", "127.0.1.2"].map((ip) => `::ffff:${ip}`);
    assertEquals([...told].sort(), ["::1", ...mapped]);
  }, {
    FRONT_HTTPS: `[::]:${freePort()} ipv6only=off`,
    FRONT_ADDRESS_RATE: "1",
    FRONT_ADDRESS_BURST: "5",
  });
});

Deno.test("nginx behind a CDN takes its word for the client, and a /64 of IPv6 for one", async () => {
  const extra = await Deno.makeTempDir({ prefix: "dropgate-front-" });
  const example = new URL("extra/http-cdn.conf.example", import.meta.url);
  const text = await Deno.readTextFile(example);
  await Deno.writeTextFile(join(extra, "http-cdn.conf"), text.replace("192.0.2.0/24", "127.0.0.9"));
  try {
    await withFront(async ({ front, seen }) => {
      const statusOf = async (client: string, from = "127.0.0.9") => {
        const headers = { "x-forwarded-for": client };
        return (await askFront(front, "/api/sales", { from, headers })).status;
      };
      // Forty addresses of one /64 are one client, forty networks are forty.
      const refusedOf = async (clients: string[]) => {
        let refused = 0;
        for (const client of clients) if (await statusOf(client) === 429) refused += 1;
        return refused;
      };
      const forty = Array.from({ length: 40 }, (_, i) => (i + 1).toString(16));
      assert(await refusedOf(forty.map((n) => `2a01:4f8:0:1:${n}::${n}`)) > 0);
      assertEquals(await refusedOf(forty.map((n) => `2a01:4f8:1:${n}::1`)), 0);
      // The CDN's own proxies are walked past, and whoever is no CDN speaks for himself alone.
      assertEquals(await statusOf("1.2.3.4, 203.0.113.8, 127.0.0.9"), 200);
      assertEquals(await statusOf("198.51.100.1", "127.0.0.4"), 200);
      const told = new Set(seen().map((one) => one.headers.get("x-forwarded-for")));
      for (const client of ["203.0.113.8", "127.0.0.4", "2a01:4f8:1:28::1"]) {
        assert(told.has(client), client);
      }
      assertEquals(["1.2.3.4", "198.51.100.1", "127.0.0.9"].filter((one) => told.has(one)), []);
    }, { FRONT_EXTRA: extra, FRONT_ADDRESS_RATE: "1", FRONT_ADDRESS_BURST: "2" });
  } finally {
    await Deno.remove(extra, { recursive: true });
  }
});

function range(numbers: number[]): string {
  const show = (value: number) => Math.round(value).toLocaleString("en");
  return `${show(Math.min(...numbers))} to ${show(Math.max(...numbers))}`;
}
