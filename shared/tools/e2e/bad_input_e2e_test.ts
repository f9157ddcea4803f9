import { assertEquals, assertMatch } from "@std/assert";
import { call, TestShop } from "./shop.ts";
import { startSystem } from "./system.ts";

Deno.test("bad input gets a problem with a code, never a 500, and changes nothing", async () => {
  const system = await startSystem("embedded");
  const shop = new TestShop(system);
  try {
    const sale = await shop.openSale(10, { perUserLimit: 2 });
    const token = await shop.signIn("ann");
    const edge = system.edgeUrl;
    const origin = system.originUrl;
    const buyUrl = `${edge}/api/sales/${sale.saleId}/buy`;
    const buy = (raw: BodyInit, url = buyUrl) => call("POST", url, { token, raw });
    const product = (rest: string) => `{"productId":${sale.productId}${rest}}`;
    const problems: [
      string,
      Promise<{ status: number; body: { code: string } }>,
      number,
      string,
    ][] = [
      ["malformed", buy("{"), 400, "invalid"],
      ["empty", buy(""), 400, "invalid"],
      ["null", buy("null"), 400, "invalid"],
      ["a list", buy("[]"), 400, "invalid"],
      ["a text id", buy(`{"productId":"${sale.productId}"}`), 400, "invalid"],
      ...["0", "-1", "1.5", "1e309", "3", '"1"', "null", "[]", "true"].map((quantity) =>
        [`quantity ${quantity}`, buy(product(`,"quantity":${quantity}`)), 400, "invalid"] as [
          string,
          Promise<{ status: number; body: { code: string } }>,
          number,
          string,
        ]
      ),
      ["10 MB", buy(new Uint8Array(10_000_000)), 413, "too_large"],
      ["an unknown product", buy('{"productId":999}'), 404, "unknown_item"],
      ["an unknown sale", buy(product(""), `${edge}/api/sales/999/buy`), 404, "unknown_item"],
      [
        "__proto__ as a product",
        buy('{"__proto__":{"productId":1,"quantity":1}}'),
        400,
        "invalid",
      ],
      ["no session", call("POST", buyUrl, { raw: product("") }), 401, "unauthenticated"],
      [
        "a forged session",
        call("POST", buyUrl, { raw: product(""), token: `${token.slice(0, -2)}xx` }),
        401,
        "unauthenticated",
      ],
      [
        "a long Idempotency-Key",
        call("POST", buyUrl, {
          raw: product(""),
          token,
          headers: { "idempotency-key": "k".repeat(65) },
        }),
        400,
        "invalid",
      ],
      [
        "a wrong admin token",
        call("GET", `${origin}/admin/api/sales`, { token: `${system.adminToken}x` }),
        401,
        "unauthenticated",
      ],
      [
        "a malformed sale",
        call("POST", `${origin}/admin/api/sales`, {
          token: system.adminToken,
          raw: "{",
        }),
        400,
        "invalid",
      ],
      [
        "a 10 MB product",
        call("POST", `${origin}/admin/api/products`, {
          token: system.adminToken,
          raw: new Uint8Array(10_000_000),
        }),
        413,
        "too_large",
      ],
      [
        "an unsigned internal call",
        call("POST", `${origin}/internal/buys`, { raw: "{}" }),
        401,
        "unauthenticated",
      ],
    ];
    for (const [what, asked, status, code] of problems) {
      const answer = await asked;
      assertEquals([answer.status, answer.body.code], [status, code], what);
      assertMatch(
        (answer as unknown as { headers: Headers }).headers.get("content-type") ?? "",
        /^application\/problem\+json/,
        what,
      );
    }
    const { body: proof } = await shop.proofAtRest(sale.saleId);
    assertEquals([proof.ok, proof.remaining, proof.unpaid], [true, 10, 0]);
    const polluted = await shop.buy(sale, token, { key: "fine" });
    assertEquals(polluted.status, 201, "__proto__ left nothing behind");
  } finally {
    assertEquals(await system.stop(), 0, system.output());
  }
});
