import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { buyBodySchema, parseBuyBody, parseJsonBody } from "./buy_body.ts";

Deno.test("parseBuyBody() takes good bodies", () => {
  const cases: [string, { productId: number; quantity: number }][] = [
    ['{"productId":1}', { productId: 1, quantity: 1 }],
    ['{"productId":7,"quantity":3}', { productId: 7, quantity: 3 }],
    ['{"productId":7,"quantity":2,"x":{"y":[]}}', { productId: 7, quantity: 2 }],
    ['{"__proto__":{"quantity":9},"productId":7}', { productId: 7, quantity: 1 }],
    [`{"productId":${Number.MAX_SAFE_INTEGER}}`, {
      productId: Number.MAX_SAFE_INTEGER,
      quantity: 1,
    }],
  ];
  for (const [text, value] of cases) assertEquals(parseBuyBody(text), { value }, text);
});

Deno.test("parseBuyBody() says the same as the schema, whatever it is given", () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.integer(),
    fc.double(),
    fc.constantFrom(0, 1, -1, 1.5, 1e9, 1e9 + 1, 2 ** 53, "1", "", null, true, [], [1]),
  );
  const body = fc.oneof(
    odd,
    fc.record({ productId: odd, quantity: odd, other: odd }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(body, (value) => {
      const text = JSON.stringify(value) ?? "";
      assertEquals(parseBuyBody(text), parseJsonBody(text, buyBodySchema), text);
    }),
    { numRuns: 2_000, seed: 7 },
  );
});
