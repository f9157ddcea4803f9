import { assert, assertEquals } from "@std/assert";
import { GenerationCache } from "./generation_cache.ts";

Deno.test("GenerationCache never holds more than its bound", () => {
  const cache = new GenerationCache<number>(100);
  for (let i = 0; i < 10_000; i += 1) {
    cache.set(`key ${i}`, i);
    assert(cache.size <= 100);
  }
  assertEquals(cache.get("key 9999"), 9999);
  assertEquals(cache.get("key 0"), undefined);
});

Deno.test("GenerationCache keeps what is used", () => {
  const cache = new GenerationCache<number>(100);
  cache.set("mine", 1);
  for (let i = 0; i < 10_000; i += 1) {
    cache.set(`key ${i}`, i);
    if (i % 40 === 0) assertEquals(cache.get("mine"), 1);
  }
});

Deno.test("GenerationCache forgets what is deleted, in both generations", () => {
  const cache = new GenerationCache<number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  cache.delete("a");
  cache.delete("b");
  assertEquals([cache.get("a"), cache.get("b"), cache.size], [undefined, undefined, 0]);
});
