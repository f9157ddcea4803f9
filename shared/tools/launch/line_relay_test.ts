import { assertEquals } from "@std/assert";
import { LineRelay } from "./line_relay.ts";

async function linesOf(chunks: (string | Uint8Array<ArrayBuffer>)[]): Promise<string[]> {
  const lines: string[] = [];
  const bytes = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk
  );
  await new LineRelay((line) => lines.push(line)).pump(ReadableStream.from(bytes));
  return lines;
}

Deno.test("LineRelay puts lines together across chunks and characters", async () => {
  const euro = new TextEncoder().encode("€\n");
  const chunks = ["a", "b\nc\r\n\nd", euro.slice(0, 1), euro.slice(1), "last"];
  assertEquals(await linesOf(chunks), ["ab", "c", "", "d€", "last"]);
});

Deno.test("LineRelay cuts a line that has no end", async () => {
  const lines = await linesOf(["x".repeat(60_000), "x".repeat(60_000), "\n"]);
  assertEquals(lines.map((line) => line.length), [120_000, 0]);
});
