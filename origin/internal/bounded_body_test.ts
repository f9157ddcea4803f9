import { assertEquals } from "@std/assert";
import { readBoundedBody } from "./bounded_body.ts";

const limits = { maxBytes: 10, timeoutMs: 1_000 };

/** A request whose body comes in chunks, as from the network. */
function streamed(chunks: string[], headers: Record<string, string> = {}): Request {
  const body = ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
  return new Request("http://origin.invalid/", { method: "POST", body, headers });
}

Deno.test("readBoundedBody() reads text of any chunks up to its bound", async () => {
  for (const chunks of [[], [""], ["0123456789"], ["01", "234", "56789"], ["中文", "é"]]) {
    assertEquals(await readBoundedBody(streamed(chunks), limits), {
      kind: "read",
      text: chunks.join(""),
    });
  }
  assertEquals(await readBoundedBody(new Request("http://origin.invalid/"), limits), {
    kind: "read",
    text: "",
  });
});

Deno.test("readBoundedBody() puts characters together that were cut in two", async () => {
  const bytes = new TextEncoder().encode("中");
  const body = ReadableStream.from([bytes.subarray(0, 1), bytes.subarray(1)]);
  const request = new Request("http://origin.invalid/", { method: "POST", body });
  assertEquals(await readBoundedBody(request, limits), { kind: "read", text: "中" });
});

Deno.test("readBoundedBody() stops at its bound, announced or not", async () => {
  assertEquals(await readBoundedBody(streamed(["0123456789", "x"]), limits), { kind: "too_large" });
  const announced = streamed(["short"], { "content-length": "11" });
  assertEquals(await readBoundedBody(announced, limits), { kind: "too_large" });
});

Deno.test("readBoundedBody() does not read an endless body to its end", async () => {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(4));
    },
    cancel() {
      cancelled = true;
    },
  });
  const request = new Request("http://origin.invalid/", { method: "POST", body });
  assertEquals(await readBoundedBody(request, limits), { kind: "too_large" });
  assertEquals([pulled <= 5, cancelled], [true, true]);
});

Deno.test("readBoundedBody() gives up on a sender that sends nothing", async () => {
  const body = new ReadableStream<Uint8Array>({});
  const request = new Request("http://origin.invalid/", { method: "POST", body });
  assertEquals(await readBoundedBody(request, { maxBytes: 10, timeoutMs: 1 }), {
    kind: "too_slow",
  });
});
