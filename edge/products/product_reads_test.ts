import { assertEquals } from "@std/assert";
import { BloomFilter } from "../../shared/bloom_filter.ts";
import { logOf } from "../../shared/log.ts";
import { OriginFailure } from "../origin_pool.ts";
import { startEdge } from "../testing/edge_kit.ts";
import { ProductReads } from "./product_reads.ts";

const CUP = {
  productId: 7,
  name: "Cup",
  subtitle: "",
  description: "",
  images: [],
  price: 100,
  currency: "EUR",
};

function filterOf(...ids: number[]) {
  const filter = BloomFilter.for(1_000, 0.001);
  for (const id of ids) filter.add(id);
  return { version: ids.join(), ...filter.parts() };
}

function readsOf(answer: (path: string) => { status: number; text: string }) {
  const asked: string[] = [];
  const state = { version: "1", nowMs: 0 };
  const reads = new ProductReads({
    pool: {
      async call({ path }) {
        asked.push(path);
        await Promise.resolve();
        const { status, text } = answer(path);
        if (status >= 500 && status !== 503) throw new OriginFailure(null, "away");
        return { status, text, retryAfter: null, origin: null as never };
      },
    },
    version: () => state.version,
    clock: () => state.nowMs,
    log: logOf("edge", "test"),
  });
  return { reads, asked, state };
}

Deno.test("ProductReads asks nobody for ids that the filter denies", async () => {
  const { reads, asked } = readsOf(() => ({ status: 200, text: JSON.stringify(CUP) }));
  reads.take(filterOf(7));
  for (let id = 1_000; id < 2_000; id += 1) await reads.find(id);
  // The filter may be wrong about one in a thousand.
  assertEquals(asked.length <= 10, true, `${asked.length} asked`);
  assertEquals(await reads.find(7), { kind: "found", product: CUP });
});

Deno.test("ProductReads asks once for a crowd, and again after a change", async () => {
  const { reads, asked, state } = readsOf(() => ({ status: 200, text: JSON.stringify(CUP) }));
  const found = await Promise.all(Array.from({ length: 10_000 }, () => reads.find(7)));
  assertEquals(found.every(({ kind }) => kind === "found"), true);
  await reads.find(7);
  assertEquals(asked.length, 1);
  state.version = "2";
  await reads.find(7);
  assertEquals(asked.length, 2);
  // The origin may have been a version behind.
  state.nowMs += 500;
  await reads.find(7);
  assertEquals(asked.length, 3);
});

Deno.test("ProductReads remembers a product that is gone, and no failure", async () => {
  let status = 500;
  const { reads, asked } = readsOf(() => ({ status, text: "{}" }));
  assertEquals(await reads.find(7), { kind: "unavailable" });
  status = 503;
  assertEquals(await reads.find(7), { kind: "unavailable" });
  status = 404;
  assertEquals([await reads.find(7), await reads.find(7)], [
    { kind: "unknown" },
    { kind: "unknown" },
  ]);
  assertEquals(asked.length, 3);
});

Deno.test("ProductReads keeps the filter that it can read", async () => {
  const { reads } = readsOf(() => ({ status: 200, text: JSON.stringify(CUP) }));
  reads.take(filterOf(7));
  reads.take({ version: "broken", bits: "", hashes: 3 });
  assertEquals(reads.version, "7");
  assertEquals(await reads.find(999), { kind: "unknown" });
  reads.take({ version: "too many", bits: "", hashes: 0 });
  assertEquals(reads.version, "too many");
  assertEquals((await reads.find(999)).kind, "found");
});

Deno.test("ProductReads asks for so many different products at a time and no more", async () => {
  const { reads } = readsOf(() => ({ status: 200, text: JSON.stringify(CUP) }));
  const asking = Array.from({ length: 65 }, (_, at) => reads.find(at + 1));
  const kinds = (await Promise.all(asking)).map(({ kind }) => kind);
  assertEquals(kinds.filter((kind) => kind === "found").length, 64);
  assertEquals(kinds.at(-1), "busy");
  assertEquals((await reads.find(65)).kind, "found", "there is room again");
});

Deno.test("GET /api/products/{id} answers products of no sale, and 404 without asking", async () => {
  await using kit = await startEdge();
  const asked: string[] = [];
  kit.origin.other = (_request, path) => {
    asked.push(path);
    return Response.json(CUP);
  };
  kit.origin.products = filterOf(1, 7);
  await kit.refresh();
  const product = await kit.edge.app.request("/api/products/7");
  assertEquals([product.status, (await product.json()).saleIds], [200, []]);
  assertEquals((await kit.edge.app.request("/api/products/8")).status, 404);
  assertEquals(asked, ["/internal/products/7"]);
});
