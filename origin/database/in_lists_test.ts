import { assertEquals } from "@std/assert";
import { inLists } from "./in_lists.ts";

Deno.test("inLists() makes few different texts and leaves no value out", () => {
  assertEquals(inLists([]), []);
  assertEquals(inLists(["a", "b", "c"]), [{ marks: "?, ?, ?, ?", values: ["a", "b", "c", "c"] }]);
  const lengths = new Set<number>();
  for (let count = 1; count <= 1_100; count++) {
    const values = Array.from({ length: count }, (_, at) => at);
    const lists = inLists(values);
    for (const list of lists) lengths.add(list.values.length);
    assertEquals(new Set(lists.flatMap((list) => list.values)).size, count);
  }
  assertEquals([...lengths].toSorted((a, b) => a - b), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
});
