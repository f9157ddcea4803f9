import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BuyerSet, partOf } from "./buyer_set.ts";

const BUYER = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => bytes.toHex());
const ZERO = "0".repeat(24);

Deno.test("BuyerSet says of every reference whether it was there", () => {
  fc.assert(
    fc.property(fc.array(BUYER, { maxLength: 2_000 }), fc.integer(), (buyers, seed) => {
      const set = new BuyerSet(seed);
      const model = new Set<string>();
      for (const buyer of [...buyers, ZERO, ...buyers, ZERO]) {
        assertEquals(set.add(buyer), !model.has(buyer));
        model.add(buyer);
      }
      set.clear();
      for (const buyer of new Set([...buyers, ZERO])) assertEquals(set.add(buyer), true);
    }),
    { numRuns: 10 },
  );
});

Deno.test("partOf() puts every reference into one part", () => {
  const counts = [0, 0, 0];
  for (let at = 0; at < 3_000; at += 1) {
    const buyer = (at * 7_919).toString(16).padStart(24, "0");
    counts[partOf(buyer, 3)]! += 1;
    assertEquals(partOf(buyer, 1), 0);
  }
  assertEquals(counts.reduce((sum, count) => sum + count), 3_000);
});
