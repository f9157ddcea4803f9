import { assert, assertEquals, assertThrows } from "@std/assert";
import { BloomFilter } from "./bloom_filter.ts";

Deno.test("BloomFilter never denies what was added, also after a journey", () => {
  const filter = BloomFilter.for(10_000, 0.001);
  const ids = Array.from({ length: 10_000 }, (_, at) => at % 2 === 0 ? at + 1 : 2 ** 40 + at * 977);
  for (const id of ids) filter.add(id);
  const arrived = BloomFilter.from(JSON.parse(JSON.stringify(filter.parts())));
  assertEquals(ids.filter((id) => !filter.mayHave(id) || !arrived.mayHave(id)), []);
});

Deno.test("BloomFilter is wrong about as often as it was made for", () => {
  for (const error of [0.01, 0.001]) {
    const filter = BloomFilter.for(20_000, error);
    for (let id = 1; id <= 20_000; id += 1) filter.add(id);
    const asked = 300_000;
    let wrong = 0;
    for (let id = 20_001; id <= 20_000 + asked; id += 1) if (filter.mayHave(id)) wrong += 1;
    const rate = wrong / asked;
    console.log(`Bloom filter made for ${error}: ${wrong} of ${asked} wrong, ${rate.toFixed(5)}`);
    assert(rate <= error * 1.5, `${rate} > ${error}`);
  }
});

Deno.test("BloomFilter refuses what is no filter", () => {
  assertThrows(() => BloomFilter.for(0, 0.001), RangeError);
  assertThrows(() => BloomFilter.from({ bits: "", hashes: 3 }), RangeError);
  assertThrows(() => BloomFilter.from({ bits: "AAAA", hashes: 0 }), RangeError);
});
