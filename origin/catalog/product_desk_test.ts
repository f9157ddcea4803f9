import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import type { Product } from "./catalog.ts";
import type { CacheRead, ProductCache } from "./product_cache.ts";
import { ProductDesk } from "./product_desk.ts";

const CUP: Product = {
  productId: 7,
  name: "Cup",
  subtitle: "",
  description: "",
  images: [],
  price: 100,
  currency: "EUR",
};

/** A desk over a table whose reads are counted, and a cache that says what the test wants. */
function deskOf(cache: ProductCache | null, table: { product: Product | null; away?: boolean }) {
  const counts = { reads: 0 };
  const state = { version: 1 };
  const desk = new ProductDesk({
    catalog: {
      getProduct() {
        counts.reads += 1;
        return table.away ? Promise.reject(new Error("away")) : Promise.resolve(table.product);
      },
    },
    cache,
    version: () => state.version,
    delay: () => Promise.resolve(),
    newId: () => "token",
    log: logOf("origin", "test"),
  });
  return { desk, counts, state };
}

function cacheOf(take: () => CacheRead | Promise<CacheRead>) {
  const ends: string[] = [];
  const cache: ProductCache = {
    take: async () => await take(),
    put(_productId, version, _token, value) {
      ends.push(`put ${version} ${JSON.parse(value)?.name}`);
      return Promise.resolve(true);
    },
    giveUp() {
      ends.push("gave up");
      return Promise.resolve();
    },
  };
  return { cache, ends };
}

Deno.test("ProductDesk reads a product once per version, however many ask", async () => {
  const table = { product: CUP };
  const { desk, counts, state } = deskOf(null, table);
  const names = await Promise.all(Array.from({ length: 1_000 }, () => desk.find(7)));
  assertEquals(names.every((view) => view?.name === "Cup"), true);
  assertEquals(counts.reads, 1);
  table.product = { ...CUP, name: "Mug" };
  assertEquals((await desk.find(7))?.name, "Cup");
  state.version = 2;
  assertEquals((await desk.find(7))?.name, "Mug");
  assertEquals(counts.reads, 2);
});

Deno.test("ProductDesk remembers that there is no product", async () => {
  const { desk, counts } = deskOf(null, { product: null });
  assertEquals(await desk.find(7), null);
  assertEquals(await desk.find(7), null);
  assertEquals(counts.reads, 1);
});

Deno.test("ProductDesk rebuilds what it has the lease for, and gives it back after a failure", async () => {
  const table = { product: CUP, away: true };
  const { cache, ends } = cacheOf(() => ({ kind: "rebuild", old: null }));
  const { desk, counts } = deskOf(cache, table);
  await assertRejects(() => desk.find(7), Error, "away");
  assertEquals([counts.reads, ends], [1, ["gave up"]]);
  table.away = false;
  assertEquals((await desk.find(7))?.name, "Cup");
  assertEquals(ends, ["gave up", "put 1 Cup"]);
});

Deno.test("ProductDesk gives the old form while another rebuilds, and does not keep it", async () => {
  let kind: "stale" | "fresh" = "stale";
  const { cache } = cacheOf(() => ({ kind, value: JSON.stringify({ ...CUP, name: kind }) }));
  const { desk, counts } = deskOf(cache, { product: CUP });
  assertEquals((await desk.find(7))?.name, "stale");
  kind = "fresh";
  assertEquals((await desk.find(7))?.name, "fresh");
  assertEquals(counts.reads, 0);
});

Deno.test("ProductDesk gives the old form when the database is away", async () => {
  const { cache, ends } = cacheOf(() => ({ kind: "rebuild", old: JSON.stringify(CUP) }));
  const { desk } = deskOf(cache, { product: CUP, away: true });
  assertEquals((await desk.find(7))?.name, "Cup");
  assertEquals(ends, ["gave up"]);
});

Deno.test("ProductDesk waits for another origin, not for ever", async () => {
  let looks = 0;
  const { cache } = cacheOf(() => {
    looks += 1;
    return looks < 5 ? { kind: "wait" } : { kind: "fresh", value: JSON.stringify(CUP) };
  });
  const { desk, counts } = deskOf(cache, { product: CUP });
  assertEquals((await desk.find(7))?.name, "Cup");
  assertEquals([looks, counts.reads], [5, 0]);

  const stuck = cacheOf(() => ({ kind: "wait" }));
  const waiting = deskOf(stuck.cache, { product: CUP });
  assertEquals((await waiting.desk.find(7))?.name, "Cup", "it reads by itself in the end");
  assertEquals(waiting.counts.reads, 1);
});

Deno.test("ProductDesk reads by itself when the cache is away", async () => {
  const { cache } = cacheOf(() => Promise.reject(new Error("no cache")));
  const { desk, counts } = deskOf(cache, { product: CUP });
  await Promise.all([desk.find(7), desk.find(7)]);
  assertEquals(counts.reads, 1);
});
