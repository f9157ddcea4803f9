import { assert, assertEquals, assertRejects } from "@std/assert";
import { EchoServer, writeAll } from "./echo_server.ts";
import { TcpProxy } from "./tcp_proxy.ts";

const TIMEOUT_MS = 5_000;

/** A server that sends back what it gets, in upper case, and a proxy before it. */
async function withEcho(run: (proxy: TcpProxy) => Promise<void>): Promise<void> {
  const server = new EchoServer((text) => text.toUpperCase());
  const proxy = new TcpProxy({ hostname: "127.0.0.1", port: server.port });
  try {
    await run(proxy);
  } finally {
    await proxy.close();
    await server.close();
  }
}

async function dial(proxy: TcpProxy): Promise<Deno.Conn> {
  return await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
}

/** What arrives next; empty when the connection has ended. */
async function next(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(1 << 16);
  const read = await connection.read(buffer).catch(() => null);
  return read === null ? "" : new TextDecoder().decode(buffer.subarray(0, read));
}

async function ask(connection: Deno.Conn, text: string): Promise<string> {
  await writeAll(connection, text);
  return await next(connection);
}

/** True when something has not ended after a while. */
async function staysOpen(work: Promise<unknown>): Promise<boolean> {
  const later = new Promise((resolve) => setTimeout(() => resolve("open"), 50));
  return await Promise.race([work.then(() => "ended", () => "ended"), later]) === "open";
}

async function until(what: string, look: () => boolean): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!look()) {
    if (performance.now() > deadline) throw new Error(`Gave up waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("TcpProxy lets bytes pass both ways and counts them", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    assertEquals(await ask(client, "hello"), "HELLO");
    assertEquals(proxy.passed, { to_server: 5, to_client: 5 });
    assertEquals(proxy.heldBack, { to_server: 0, to_client: 0 });
    client.close();
  });
});

Deno.test("TcpProxy cut() ends connections and refuses new ones until restore()", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    await ask(client, "a");
    proxy.cut();
    assertEquals(await next(client), "");
    const refused = await dial(proxy);
    assertEquals(await next(refused), "");
    assertEquals(proxy.refused, 2);
    proxy.restore();
    const after = await dial(proxy);
    assertEquals(await ask(after, "b"), "B");
    for (const connection of [client, refused, after]) connection.close();
  });
});

Deno.test("TcpProxy silence() swallows both ways and tells nobody", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    await ask(client, "a");
    proxy.silence();
    const answer = ask(client, "lost");
    await until("the bytes are thrown away", () => proxy.heldBack.to_server === 4);
    assert(await staysOpen(answer));
    proxy.restore();
    assertEquals(await answer, "");
    client.close();
  });
});

Deno.test("TcpProxy silence() of one way lets the other pass", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    await ask(client, "a");
    proxy.silence("to_client");
    const answer = ask(client, "heard");
    await until("the answer is thrown away", () => proxy.heldBack.to_client === 5);
    assertEquals(proxy.passed.to_server, 6);
    proxy.restore();
    assertEquals(await answer, "");
    client.close();
  });
});

Deno.test("TcpProxy does not tell the end of a connection while it is silent", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    await ask(client, "a");
    proxy.silence("to_server");
    client.close();
    const other = await dial(proxy);
    await writeAll(other, "x");
    await until("the other one is swallowed", () => proxy.heldBack.to_server === 1);
    proxy.restore();
    assertEquals(await next(other), "");
    other.close();
  });
});

Deno.test("TcpProxy throws away more than memory should hold", async () => {
  await withEcho(async (proxy) => {
    proxy.silence("to_server");
    const client = await dial(proxy);
    const megabyte = "x".repeat(1 << 20);
    for (let sent = 0; sent < 8; sent += 1) await writeAll(client, megabyte);
    await until("all is thrown away", () => proxy.heldBack.to_server === 8 << 20);
    client.close();
  });
});

Deno.test("TcpProxy delay() makes every byte wait, in order, and restore() ends that", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    await ask(client, "a");
    proxy.delay(40);
    const startedAt = performance.now();
    assertEquals(await ask(client, "b"), "B");
    assert(performance.now() - startedAt >= 80);
    proxy.restore();
    assertEquals(await ask(client, "c"), "C");
    client.close();
  });
});

Deno.test("TcpProxy delay() keeps the order of what waits with what no longer does", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    await ask(client, "a");
    proxy.delay(60, "to_server");
    await writeAll(client, "first ");
    await until("it was read", () => proxy.passed.to_server === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    proxy.delay(0);
    await writeAll(client, "second");
    let heard = "";
    while (heard.length < 12) heard += await next(client);
    assertEquals(heard, "FIRST SECOND");
    client.close();
  });
});

Deno.test("TcpProxy silenceAt() holds back what contains the mark", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    const mark = { direction: "to_server", text: "pay", hold: "before", occurrence: 2 } as const;
    const reached = proxy.silenceAt(mark, TIMEOUT_MS);
    assertEquals(await ask(client, "pay 1"), "PAY 1");
    const answer = ask(client, "pay 2");
    await reached;
    await until("it is thrown away", () => proxy.heldBack.to_server === 5);
    assert(await staysOpen(answer));
    proxy.restore();
    await answer;
    client.close();
  });
});

Deno.test("TcpProxy silenceAt() lets the mark pass when it is to hold after it", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    const mark = { direction: "to_client", text: "PAY", hold: "after" } as const;
    const reached = proxy.silenceAt(mark, TIMEOUT_MS);
    assertEquals(await ask(client, "pay"), "PAY");
    await reached;
    const answer = ask(client, "more");
    await until("the answer is thrown away", () => proxy.heldBack.to_client === 4);
    proxy.restore();
    await answer;
    client.close();
  });
});

Deno.test("TcpProxy silenceAt() takes bytes that are no text", async () => {
  await withEcho(async (proxy) => {
    const client = await dial(proxy);
    const mark = { direction: "to_server", text: "\x00\x3c", hold: "before" } as const;
    const reached = proxy.silenceAt(mark, TIMEOUT_MS);
    await client.write(Uint8Array.of(7, 0, 0x3c, 9));
    await reached;
    assertEquals(proxy.passed.to_server, 0);
    client.close();
  });
});

Deno.test("TcpProxy silenceAt() gives up in time, and when the link is restored", async () => {
  await withEcho(async (proxy) => {
    const mark = { direction: "to_server", text: "never", hold: "before" } as const;
    await assertRejects(() => proxy.silenceAt(mark, 10), Error, "did not come within 10 ms");
    const waiting = proxy.silenceAt(mark, TIMEOUT_MS);
    proxy.restore();
    await assertRejects(() => waiting, Error, "restored");
  });
});

Deno.test("TcpProxy retarget() ends old connections and leads new ones elsewhere", async () => {
  await withEcho(async (proxy) => {
    const other = new EchoServer((text) => `other ${text}`);
    const client = await dial(proxy);
    await ask(client, "a");
    proxy.retarget({ hostname: "127.0.0.1", port: other.port });
    assertEquals(await next(client), "");
    const after = await dial(proxy);
    assertEquals(await ask(after, "b"), "other b");
    client.close();
    after.close();
    await other.close();
  });
});

Deno.test("TcpProxy ends a client whose server is away, and goes on", async () => {
  const server = new EchoServer((text) => text);
  const proxy = new TcpProxy({ hostname: "127.0.0.1", port: 1 });
  const client = await dial(proxy);
  assertEquals(await next(client), "");
  proxy.retarget({ hostname: "127.0.0.1", port: server.port });
  const after = await dial(proxy);
  assertEquals(await ask(after, "b"), "b");
  client.close();
  after.close();
  await proxy.close();
  await server.close();
});
