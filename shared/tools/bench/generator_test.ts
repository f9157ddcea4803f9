import { assert, assertEquals, assertRejects } from "@std/assert";
import { driveLoad, type LoadPlan } from "./generator.ts";
import { type HttpTarget, httpTarget, requestText } from "./http_target.ts";

interface Heard {
  number: number;
  status: number;
  body: string;
}

/** Sends numbers 0…count−1 as bodies and collects what came back. */
async function drive(target: HttpTarget, count: number, more: Partial<LoadPlan> = {}) {
  let next = 0;
  const heard: Heard[] = [];
  const unanswered: number[] = [];
  const result = await driveLoad({
    target,
    connections: 3,
    answerTimeoutMs: 5_000,
    next: () => next < count ? next++ : -1,
    request: (number) =>
      new TextEncoder().encode(
        requestText(target, { method: "POST", path: "/", body: `{"number":${number}}` }),
      ),
    onAnswer: (number, answer) => {
      const body = new TextDecoder().decode(answer.body());
      heard.push({ number, status: answer.status, body });
    },
    onUnanswered: (number) => unanswered.push(number),
    ...more,
  });
  heard.sort((a, b) => a.number - b.number);
  return { result, heard, unanswered };
}

Deno.test("driveLoad() gives every request exactly one answer, its own", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => new Response(await request.text(), { status: 202 }),
  );
  try {
    const target = httpTarget(`http://127.0.0.1:${server.addr.port}`);
    const { result, heard, unanswered } = await drive(target, 500);
    assertEquals(heard.length, 500);
    assert(
      heard.every(({ number, status, body }) => status === 202 && body === `{"number":${number}}`),
    );
    assertEquals(unanswered, []);
    assertEquals(result.answers, 500);
    assertEquals(result.reconnects, 0);
    assert(result.endedAtMs > result.startedAtMs);
  } finally {
    await server.shutdown();
  }
});

/** A server that handles each connection with `serve`, told how many came before it. */
function rawServer(serve: (connection: Deno.TcpConn, number: number) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const running: Promise<void>[] = [];
  const accepting = (async () => {
    let number = 0;
    for await (const connection of listener) {
      // A client that goes away in the middle is what these tests are about.
      running.push(serve(connection, number++).catch(() => {}).finally(() => connection.close()));
    }
  })();
  return {
    target: httpTarget(`http://127.0.0.1:${listener.addr.port}`),
    async close() {
      listener.close();
      await accepting;
      await Promise.all(running);
    },
  };
}

const ANSWER = new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

async function answerAll(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await connection.read(buffer) !== null) await connection.write(ANSWER);
}

Deno.test("driveLoad() sends a request again when its connection broke", async () => {
  const server = rawServer(async (connection, number) => {
    // The first three connections read one request and go away without an answer.
    if (number < 3) await connection.read(new Uint8Array(1024));
    else await answerAll(connection);
  });
  const { result, heard, unanswered } = await drive(server.target, 10);
  await server.close();
  assertEquals(heard.map(({ number }) => number), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(unanswered, []);
  assertEquals(result.reconnects, 3);
});

Deno.test("driveLoad() gives a request up that no connection answers", async () => {
  const server = rawServer(async (connection) => {
    await connection.read(new Uint8Array(1024));
  });
  const { heard, unanswered } = await drive(server.target, 1, { connections: 1 });
  await server.close();
  assertEquals(heard, []);
  assertEquals(unanswered, [0]);
});

Deno.test("driveLoad() takes a hanging request's connection away and sends it again", async () => {
  const server = rawServer(async (connection, number) => {
    if (number > 0) return await answerAll(connection);
    // Says nothing until the other side goes away.
    const buffer = new Uint8Array(1024);
    while (await connection.read(buffer) !== null);
  });
  const { result, heard } = await drive(server.target, 1, {
    connections: 1,
    answerTimeoutMs: 100,
  });
  await server.close();
  assertEquals(heard.length, 1);
  assertEquals(result.reconnects, 1);
});

Deno.test("driveLoad() opens a new connection when the server closes one after an answer", async () => {
  const closing = new TextEncoder().encode(
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
  );
  const server = rawServer(async (connection) => {
    await connection.read(new Uint8Array(1024));
    await connection.write(closing);
  });
  const { result, heard } = await drive(server.target, 5, { connections: 1 });
  await server.close();
  assertEquals(heard.length, 5);
  assertEquals(result.reconnects, 0);
});

Deno.test("driveLoad() says which server cannot be reached", async () => {
  const server = rawServer(() => Promise.resolve());
  await server.close();
  const words = `Cannot open 3 connections to ${server.target.host}`;
  await assertRejects(() => drive(server.target, 1), Error, words);
});
