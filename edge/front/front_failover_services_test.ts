import { assert, assertEquals } from "@std/assert";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { askFront } from "../../shared/tools/front/front_client.ts";
import { startRealEdges } from "../../shared/tools/front/real_edges.ts";
import { startStandIn } from "../../shared/tools/front/stand_in_edge.ts";
import { freePort } from "../../shared/tools/services/free_port.ts";
import { type NginxServer, startNginx } from "../../shared/tools/services/nginx_server.ts";
import { poll } from "../../shared/tools/services/poll.ts";
import { openRun } from "../../shared/tools/services/run_directory.ts";

/** A server that reads requests and closes the connection instead of answering. */
function startDying() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const texts: string[] = [];
  const serve = async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(65_536);
      const read = await connection.read(buffer);
      texts.push(new TextDecoder().decode(buffer.subarray(0, read ?? 0)));
      connection.close();
    }
  };
  const serving = serve();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    address: `127.0.0.1:${port}`,
    texts,
    async stop() {
      listener.close();
      await serving.catch(() => {});
    },
  };
}

/** nginx in front of a stand-in that works and of another address. */
async function withOne(
  address: string,
  test: (front: NginxServer, works: ReturnType<typeof startStandIn>) => Promise<void>,
): Promise<void> {
  const run = await openRun();
  const works = startStandIn();
  try {
    const edges = [address, works.address];
    const program = serviceFor("NGINX_PATH");
    const front = await startNginx({ program, runDir: run.dir, edges });
    try {
      await test(front, works);
    } finally {
      await front.stop();
    }
  } finally {
    await works.stop();
    await run.close();
  }
}

async function buyAt(front: NginxServer, key: string, token = "none"): Promise<number> {
  const headers = { "idempotency-key": key, authorization: `Bearer ${token}` };
  const asked = { method: "POST", headers, body: '{"productId":1}' };
  return (await askFront(front, "/api/sales/1/buy", asked)).status;
}

Deno.test("nginx sends everything to the edge that is there when the other refuses to talk", async () => {
  await withOne(`127.0.0.1:${freePort()}`, async (front, works) => {
    for (let i = 0; i < 20; i += 1) {
      assertEquals((await askFront(front, `/api/sales/${i}`)).status, 200);
      assertEquals(await buyAt(front, `key-${i}`), 200);
    }
    assertEquals(works.seen.length, 40);
  });
});

Deno.test("nginx asks another edge for a page when one dies on it, but repeats no buy", async () => {
  const dying = startDying();
  try {
    await withOne(dying.address, async (front) => {
      for (let i = 0; i < 20; i += 1) {
        assertEquals((await askFront(front, `/api/sales/${i}`)).status, 200);
      }
      assert(
        dying.texts.length > 0 && dying.texts.length < 20,
        "it is left out after two failures",
      );
    });
    const before = dying.texts.length;
    await withOne(dying.address, async (front, works) => {
      const statuses: number[] = [];
      for (let i = 0; i < 20; i += 1) statuses.push(await buyAt(front, `key-${i}.`));
      const died = dying.texts.slice(before);
      assert(died.length > 0);
      assertEquals(statuses.filter((status) => status === 503).length, died.length);
      assertEquals(statuses.filter((status) => status === 200).length, works.seen.length);
      const keys = works.seen.map((one) => one.headers.get("idempotency-key") ?? "");
      for (const key of keys) assert(died.every((text) => !text.includes(key)), key);
    });
  } finally {
    await dying.stop();
  }
});

Deno.test("edges behind nginx bar an address, not who pretends to be it or to be another", async () => {
  const run = await openRun();
  const real = await startRealEdges(1, run.dir);
  const edges = real.edges.map((edge) => edge.address);
  const front = await startNginx({ program: serviceFor("NGINX_PATH"), runDir: run.dir, edges });
  try {
    const token = await real.signIn("ann");
    const buyFrom = async (from: string, forwarded?: string) => {
      const headers = {
        authorization: `Bearer ${token}`,
        "idempotency-key": "ann-1",
        ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
      };
      const asked = { method: "POST", headers, body: '{"productId":1}', from };
      return (await askFront(front, "/api/sales/1/buy", asked)).status;
    };
    assertEquals(await buyFrom("127.0.0.2"), 201);
    real.origin.changeLists({ blockedCidrs: ["127.0.0.2/32"] });
    await poll("the block list at the edge", async () => {
      return await buyFrom("127.0.0.2") === 403 ? true : null;
    }, { timeoutMs: 10_000 });
    for (const forwarded of ["127.0.0.3", "127.0.0.3, 127.0.0.1", "127.0.0.1", "::1"]) {
      assertEquals(await buyFrom("127.0.0.2", forwarded), 403, forwarded);
    }
    assertEquals(await buyFrom("127.0.0.3", "127.0.0.2"), 200);
  } finally {
    await front.stop();
    await real.stop();
    await run.close();
  }
});

Deno.test("of two edges behind nginx one may be killed at any time: everything is answered", async () => {
  const run = await openRun();
  const real = await startRealEdges(2, run.dir);
  const edges = real.edges.map((edge) => edge.address);
  const front = await startNginx({ program: serviceFor("NGINX_PATH"), runDir: run.dir, edges });
  try {
    const tokens = await Promise.all([1, 2, 3, 4].map((n) => real.signIn(`buyer-${n}`)));
    const page = await askFront(front, "/sales/1", { headers: { "accept-encoding": "br" } });
    assertEquals([page.status, page.headers["content-encoding"]], [200, "br"]);
    const etag = String(page.headers.etag);
    const headers = { "accept-encoding": "br", "if-none-match": etag };
    assertEquals((await askFront(front, "/sales/1", { headers })).status, 304);

    let bought = 0;
    let asked = 0;
    const buyer = async (token: string, n: number, until: () => boolean) => {
      for (let i = 0; !until(); i += 1) {
        asked += 1;
        assertEquals((await askFront(front, "/api/sales/1/stock")).status, 200);
        // What was under way at the edge that died is asked again with the same key, as pages do.
        let status = 503;
        for (let tries = 0; status === 503 && tries < 5; tries += 1) {
          status = await buyAt(front, `${n}-0`, token);
        }
        assert(status === 201 || status === 200, String(status));
        bought += 1;
      }
    };
    let over = false;
    const crowd = tokens.map((token, n) => buyer(token, n, () => over));
    const untilBought = (count: number) =>
      poll(`${count} buys`, () => bought >= count || null, { timeoutMs: 30_000, everyMs: 10 });
    await untilBought(40);
    await real.edges[0]!.kill();
    const atDeath = bought;
    await untilBought(atDeath + 80);
    over = true;
    await Promise.all(crowd);
    console.log(`    one of two edges killed: ${asked} reads and ${bought} buys, all answered`);
    assertEquals(real.origin.holdings.size, 4);
  } finally {
    await front.stop();
    await real.stop();
    await run.close();
  }
});
