import { assertEquals } from "@std/assert";
import { serverEvents } from "./event_stream.ts";

async function read(...pieces: string[]) {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  return await Array.fromAsync(serverEvents(ReadableStream.from(bytes)));
}

Deno.test("serverEvents() reads events however they are cut", async () => {
  const text =
    'retry: 1000\n\n: still here\n\nevent: frame\nid: 7\ndata: {"ä":1}\n\ndata: a\ndata: b\n\n';
  const expected = [{ name: "frame", data: '{"ä":1}' }, { name: "message", data: "a\nb" }];
  assertEquals(await read(text), expected);
  assertEquals(await read(...text), expected);
  assertEquals(await read(text.replaceAll("\n", "\r\n")), expected);
});

Deno.test("serverEvents() leaves out an event that was cut off", async () => {
  assertEquals(await read("data: whole\n\ndata: ha"), [{ name: "message", data: "whole" }]);
});
