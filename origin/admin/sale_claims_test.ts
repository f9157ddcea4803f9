import { assertEquals } from "@std/assert";
import { OriginFixture } from "../testing/origin_fixture.ts";

Deno.test("rules about claims are kept, replaced as a whole and in the snapshot at once", async () => {
  await using origin = await OriginFixture.open();
  const { saleId } = await origin.openSale();
  const path = `/sales/${saleId}`;
  const gold = [{ claim: "tier", anyOf: ["gold", "platinum"] }];
  const both = [...gold, { claim: "https://shop.example/region", anyOf: ["EU"] }];
  for (const claims of [gold, both, []]) {
    const response = await origin.admin("PATCH", path, { claims });
    assertEquals([response.status, (await response.json()).claims], [200, claims]);
    assertEquals((await (await origin.admin("GET", path)).json()).claims, claims);
    const { sales } = await (await origin.internal("/snapshot")).json();
    assertEquals(sales[0].claims, claims);
  }
  for (
    const claims of [
      "tier",
      null,
      {},
      [{ claim: "tier" }],
      [{ claim: "tier", anyOf: [] }],
      [{ claim: "tier", anyOf: [""] }],
      [{ claim: "tier", anyOf: [3] }],
      [{ claim: "tier", anyOf: "gold" }],
      [{ claim: "a tier", anyOf: ["gold"] }],
      [{ claim: "__proto__", anyOf: ["gold"] }],
      [{ claim: "t".repeat(65), anyOf: ["gold"] }],
      [{ claim: "tier", anyOf: ["x".repeat(65)] }],
      [{ claim: "tier", anyOf: Array.from({ length: 65 }, () => "x") }],
      Array.from({ length: 9 }, () => gold[0]),
    ]
  ) {
    const response = await origin.admin("PATCH", path, { claims });
    const { code, errors } = await response.json();
    assertEquals([response.status, code], [400, "invalid"], JSON.stringify(claims).slice(0, 200));
    assertEquals(errors[0].path.startsWith("claims"), true);
  }
  assertEquals((await (await origin.admin("GET", path)).json()).claims, []);
});
