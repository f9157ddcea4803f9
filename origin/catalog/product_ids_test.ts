import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { BloomFilter } from "../../shared/bloom_filter.ts";
import { ProductIds } from "./product_ids.ts";

function idsOf(existing: number[]) {
  const reads: number[] = [];
  const ids = new ProductIds({
    productIds(after, limit) {
      reads.push(after);
      return Promise.resolve(existing.filter((id) => id > after).slice(0, limit));
    },
  });
  return { ids, reads };
}

Deno.test("ProductIds has every product, and reads only what is new", async () => {
  const existing = [1, 2, 5];
  const { ids, reads } = idsOf(existing);
  assertEquals(ids.current(), null);
  await ids.refresh(1);
  const first = ids.current()!;
  assertEquals([1, 2, 5].map((id) => BloomFilter.from(first).mayHave(id)), [true, true, true]);

  await ids.refresh(1);
  assertEquals(reads, [0]);
  existing.push(9);
  await ids.refresh(2);
  assertEquals(reads, [0, 0]);
  const second = ids.current()!;
  assertNotEquals(second.version, first.version);
  assert(BloomFilter.from(second).mayHave(9));
  // A change that makes no product makes no new filter for the edges.
  await ids.refresh(3);
  assertEquals(ids.current(), second);
});

Deno.test("ProductIds grows its filter and keeps its error", async () => {
  const existing = Array.from({ length: 30_000 }, (_, at) => 2 * at + 1);
  const { ids } = idsOf(existing.slice());
  await ids.refresh(1);
  const filter = BloomFilter.from(ids.current()!);
  assertEquals(existing.filter((id) => !filter.mayHave(id)), []);
  const wrong = existing.filter((id) => filter.mayHave(id + 1)).length;
  assert(wrong < 60, `${wrong} of 30,000 wrong`);
});

Deno.test("ProductIds finds an id that was committed after a higher one", async () => {
  const existing = [1, 3];
  const { ids } = idsOf(existing);
  await ids.refresh(1);
  existing.splice(1, 0, 2);
  await ids.refresh(2);
  assert(BloomFilter.from(ids.current()!).mayHave(2));
});

Deno.test("ProductIds says so when there are too many products for a filter", async () => {
  const ids = new ProductIds({
    productIds: (after, limit) =>
      Promise.resolve(Array.from({ length: limit }, (_, at) => after + at + 1)),
  });
  await ids.refresh(1);
  assertEquals(ids.current(), { version: "too many", bits: "", hashes: 0 });
});

Deno.test("ProductIds looks again after a failure", async () => {
  let away = true;
  const ids = new ProductIds({
    productIds: () => away ? Promise.reject(new Error("away")) : Promise.resolve([1]),
  });
  await ids.refresh(1).catch(() => {});
  away = false;
  await ids.refresh(1);
  assert(BloomFilter.from(ids.current()!).mayHave(1));
});
