import { assertEquals } from "@std/assert";
import { differences } from "./audit_difference.ts";

Deno.test("differences() tells what changed, field by field", () => {
  const before = {
    title: "Spring",
    paused: false,
    id: 7,
    minLevel: 0,
    note: "",
    level: null,
    limits: { burst: 2_000, ratePerSecond: 1_000 },
    items: [{ productId: 3, stock: 10 }, { productId: 4, stock: 5 }],
    images: ["/a.png"],
    updatedAt: "2026-01-01T00:00:00.000Z",
  };
  const after = {
    ...before,
    paused: true,
    limits: { burst: 500, ratePerSecond: 1_000 },
    items: [{ productId: 4, stock: 5 }, { productId: 3, stock: 15 }, { productId: 9, stock: 1 }],
    images: ["/a.png", "/b.png"],
    updatedAt: "2026-01-02T00:00:00.000Z",
    note: null,
    level: 2,
  };
  assertEquals(differences(before, after), [
    { field: "paused", before: "false", after: "true" },
    { field: "limits.burst", before: "2000", after: "500" },
    { field: "items.product 3.stock", before: "10", after: "15" },
    { field: "images", before: "/a.png", after: "/a.png, /b.png" },
    { field: "level", before: null, after: "2" },
    { field: "items.product 9.productId", before: null, after: "9" },
    { field: "items.product 9.stock", before: null, after: "1" },
  ]);
  assertEquals(differences(before, before), []);
});

Deno.test("differences() of something new or gone are its fields", () => {
  assertEquals(differences(null, { name: "Pot", images: [] }), [
    { field: "name", before: null, after: "Pot" },
    { field: "images", before: null, after: "none" },
  ]);
  assertEquals(differences({ name: "Pot" }, null), [{ field: "name", before: "Pot", after: null }]);
  assertEquals(differences(null, null), []);
  assertEquals(differences("a", "b"), [{ field: "value", before: "a", after: "b" }]);
});

Deno.test("differences() are bounded in number and length", () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`f${at}`, at]));
  assertEquals(differences(null, many).length, 200);
  const [long] = differences(null, { text: "x".repeat(10_000) });
  assertEquals(long?.after?.length, 301);
});
