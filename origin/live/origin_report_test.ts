import { assertEquals } from "@std/assert";
import { originReports } from "./origin_report.ts";

Deno.test("originReports() tells of the sales and the filter of products that edges get", async () => {
  let filter: { version: string; bits: string; hashes: number } | null = null;
  const report = originReports({
    processId: "o1",
    registry: { current: () => ({ version: 41, loadedAt: 1, sales: [] }) },
    productIds: { current: () => filter },
    health: [],
    clock: () => 1_000,
  });
  assertEquals((await report()).products, undefined);
  filter = { version: "3-12", bits: "", hashes: 7 };
  const { kind, seq, ready, salesVersion, products } = await report();
  assertEquals([kind, seq, ready, salesVersion], ["origin", 2, true, 41]);
  assertEquals(products, { version: "3-12", count: 3 });
});
