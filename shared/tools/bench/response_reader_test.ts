import { assertEquals, assertRejects } from "@std/assert";
import { MAX_RESPONSE_BYTES, ResponseError, ResponseReader } from "./response_reader.ts";

/** A connection that gives these pieces one by one and then ends. */
function connectionOf(pieces: string[]): (into: Uint8Array) => Promise<number | null> {
  const waiting = pieces.map((piece) => new TextEncoder().encode(piece));
  return (into) => {
    const piece = waiting.shift();
    if (piece === undefined) return Promise.resolve(null);
    const count = Math.min(piece.length, into.length);
    into.set(piece.subarray(0, count));
    if (count < piece.length) waiting.unshift(piece.subarray(count));
    return Promise.resolve(count);
  };
}

async function readAll(pieces: string[], count: number): Promise<[number, string][]> {
  const reader = new ResponseReader(connectionOf(pieces));
  const answers: [number, string][] = [];
  for (let i = 0; i < count; i++) {
    const status = await reader.next();
    answers.push([status, new TextDecoder().decode(reader.body())]);
  }
  return answers;
}

const PLAIN = 'HTTP/1.1 201 Created\r\nContent-Length: 12\r\nvary: a\r\n\r\n{"ticket":1}';
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n" +
  "5\r\nhello\r\n11;name=value\r\n and then the res\r\n1\r\nt\r\n0\r\nTrailer: x\r\n\r\n";
const EMPTY = "HTTP/1.1 204 No Content\r\n\r\n";
const CACHED = "HTTP/1.1 304 Not Modified\r\netag: x\r\ncontent-length: 500\r\n\r\n";
const INTERIM = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
const ZERO = "HTTP/1.1 409 Conflict\r\ncontent-length:0\r\n\r\n";

const STREAM = PLAIN + CHUNKED + EMPTY + CACHED + INTERIM + ZERO + CHUNKED + PLAIN;
const EXPECTED: [number, string][] = [
  [201, '{"ticket":1}'],
  [200, "hello and then the rest"],
  [204, ""],
  [304, ""],
  [409, ""],
  [200, "hello and then the rest"],
  [201, '{"ticket":1}'],
];

Deno.test("next() reads responses that arrive together, one by one", async () => {
  assertEquals(await readAll([STREAM], 7), EXPECTED);
});

Deno.test("next() reads responses byte by byte", async () => {
  assertEquals(await readAll([...STREAM], 7), EXPECTED);
});

Deno.test("next() reads responses that are split in two at any place", async () => {
  for (let at = 1; at < STREAM.length; at++) {
    const pieces = [STREAM.slice(0, at), STREAM.slice(at)];
    assertEquals(await readAll(pieces, 7), EXPECTED, `split at ${at}`);
  }
});

Deno.test("next() reads bodies that are larger than its buffer, also in chunks", async () => {
  const body = "0123456789abcdef".repeat(4096);
  const plain = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" +
    `${body.length.toString(16)}\r\n${body}\r\n`.repeat(2) + "0\r\n\r\n";
  assertEquals(await readAll([plain + chunked + PLAIN], 3), [
    [200, body],
    [200, body + body],
    [201, '{"ticket":1}'],
  ]);
});

Deno.test("next() reads a body without a length until the connection ends", async () => {
  const reader = new ResponseReader(connectionOf(["HTTP/1.1 200 OK\r\n\r\nall ", "of it"]));
  assertEquals(await reader.next(), 200);
  assertEquals(new TextDecoder().decode(reader.body()), "all of it");
  assertEquals(reader.keepAlive, false);
});

Deno.test("next() sees when the server will close the connection", async () => {
  const closing = PLAIN.replace("vary: a", "Connection: Close");
  const reader = new ResponseReader(connectionOf([PLAIN + closing + PLAIN]));
  const seen: boolean[] = [];
  for (let i = 0; i < 3; i++) {
    await reader.next();
    seen.push(reader.keepAlive);
  }
  assertEquals(seen, [true, false, true]);
});

Deno.test("next() fails when the connection ends before or within a response", async () => {
  const before = new ResponseReader(connectionOf([]));
  await assertRejects(() => before.next(), ResponseError, "ended before it began");
  for (const part of [PLAIN.slice(0, 20), PLAIN.slice(0, -1), CHUNKED.slice(0, -2)]) {
    const reader = new ResponseReader(connectionOf([part]));
    await assertRejects(() => reader.next(), ResponseError, `ended after ${part.length} bytes`);
  }
});

Deno.test("next() refuses what is no HTTP/1.1", async () => {
  const wrong: [string, string][] = [
    ["SSH-2.0-OpenSSH_9.2\r\n", "must begin with HTTP/1.1"],
    ["HTTP/1.1 abc\r\n", "must begin with HTTP/1.1"],
    ["HTTP/1.1 200 OK\r\ncontent-length: 1x\r\n\r\n", "Content-Length"],
    ["HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n", "Content-Length"],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxy\r\n", "size of a chunk"],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n", "end with CRLF"],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n", "chunk of that size"],
    [`HTTP/1.1 200 OK\r\ncontent-length: ${MAX_RESPONSE_BYTES}\r\n\r\n`, "over 16777216 bytes"],
    [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`, "headers are over"],
  ];
  for (const [text, words] of wrong) {
    const reader = new ResponseReader(connectionOf([text]));
    await assertRejects(() => reader.next(), ResponseError, words);
  }
});
