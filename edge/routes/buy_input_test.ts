import { assert, assertEquals } from "@std/assert";
import { MAX_BODY_BYTES } from "../read_body.ts";
import { gist, startEdge } from "../testing/edge_kit.ts";

const BAD_BODIES: [string, unknown][] = [
  ["an empty body", ""],
  ["half a JSON", '{"productId":1'],
  ["a form", "productId=1"],
  ["null", null],
  ["a list", [1]],
  ["text", '"1"'],
  ["no product", {}],
  ["a product that is text", { productId: "1" }],
  ["product 0", { productId: 0 }],
  ["a negative product", { productId: -1 }],
  ["half a product", { productId: 1.5 }],
  ["a product that is null", { productId: null }],
  ["a product beyond all numbers", '{"productId":1e309}'],
  ["a product beyond exact numbers", { productId: 2 ** 53 }],
  ["a product in the prototype", '{"__proto__":{"productId":1}}'],
  ["quantity 0", { productId: 1, quantity: 0 }],
  ["a negative quantity", { productId: 1, quantity: -1 }],
  ["half a quantity", { productId: 1, quantity: 1.5 }],
  ["a quantity beyond all numbers", '{"productId":1,"quantity":1e309}'],
  ["a quantity that is text", { productId: 1, quantity: "1" }],
  ["a quantity that is null", { productId: 1, quantity: null }],
  ["a quantity that is true", { productId: 1, quantity: true }],
  ["a quantity in a list", { productId: 1, quantity: [1] }],
  ["a quantity above the limit", { productId: 1, quantity: 2 }],
];

Deno.test("A body that is not as it must be is 400 and never reaches the origin", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  for (const [what, body] of BAD_BODIES) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    assertEquals(await gist(kit.buy({ token, body: text })), "400 invalid", what);
  }
  assertEquals(kit.origin.batches.length, 0);
});

Deno.test("A body's unknown fields change nothing", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const body = '{"productId":1,"price":0,"userId":"bob","__proto__":{"quantity":9},"a":{"b":[]}}';
  assertEquals(await gist(kit.buy({ token, body })), "201 reserved");
  assert(kit.origin.holdings.has("1-1 ann"));
  assertEquals(({} as { quantity?: number }).quantity, undefined);
});

Deno.test("A product that is not in the sale is 404, an id that is none too", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  assertEquals(await gist(kit.buy({ token, body: { productId: 2 } })), "404 unknown_item");
  for (const saleId of ["abc", "0", "-1", "1.5", "01", "1e0", "9".repeat(30), "%31x", "2"]) {
    assertEquals(await gist(kit.buy({ token, saleId })), "404 unknown_item", saleId);
  }
});

Deno.test("An Idempotency-Key is 1 to 64 visible characters", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const withKey = (key: string) => gist(kit.buy({ token, key }));
  for (const key of ["", " ", "a b", "a\tb", "x".repeat(65), "schlüssel", "a, b"]) {
    assertEquals(await withKey(key), "400 invalid", JSON.stringify(key));
  }
  assertEquals(await withKey("!~".repeat(32)), "201 reserved");
});

Deno.test("A body of more than 16 KiB is 413, declared or streamed, and not read on", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const pad = (bytes: number) => JSON.stringify({ productId: 1, pad: "" }).padEnd(bytes, " ");
  assertEquals(await gist(kit.buy({ token, body: pad(MAX_BODY_BYTES + 1) })), "413 too_large");
  const headers = { "content-length": "1000000000" };
  assertEquals(await gist(kit.buy({ token, headers })), "413 too_large");
  assertEquals(
    await gist(kit.buy({ token, headers: { "content-length": "1e9" } })),
    "413 too_large",
  );
  let pulled = 0;
  const unread = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(1_000).fill(32));
      if (pulled >= 20) controller.close();
    },
  }, { highWaterMark: 0 });
  const declared = new Request("http://edge.test/api/sales/1/buy", {
    method: "POST",
    body: unread,
    headers: { "content-length": "20000" },
  });
  assertEquals(await gist(kit.edge.app.request(declared)), "413 too_large");
  assertEquals(pulled, 0);
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(4_096).fill(32));
    },
  });
  const request = new Request("http://edge.test/api/sales/1/buy", {
    method: "POST",
    body: endless,
    headers: { authorization: `Bearer ${token}` },
  });
  assertEquals(await gist(kit.edge.app.request(request)), "413 too_large");
  assert(pulled < 10, `${pulled} pieces read`);
  assertEquals(await gist(kit.buy({ token, body: pad(MAX_BODY_BYTES) })), "201 reserved");
});

Deno.test("A body that breaks off is 400", async () => {
  await using kit = await startEdge();
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("connection lost")),
  });
  const request = new Request("http://edge.test/api/sales/1/buy", { method: "POST", body: broken });
  assertEquals(await gist(kit.edge.app.request(request)), "400 invalid");
});
