import { assertEquals } from "@std/assert";
import { newProductSchema, ownPath, productChangesSchema } from "./product_schemas.ts";

const good = { name: "Kettle", price: 9_900, currency: "CNY" };

function accepts(changes: Record<string, unknown>): boolean {
  return newProductSchema.safeParse({ ...good, ...changes }).success;
}

Deno.test("newProductSchema fills in what may be left out", () => {
  assertEquals(newProductSchema.parse({ ...good, other: 1 }), {
    ...good,
    subtitle: "",
    description: "",
    images: [],
  });
});

Deno.test("newProductSchema holds every bound", () => {
  const fine = [
    { name: "x".repeat(200) },
    { name: "手机 📱" },
    { subtitle: "" },
    { subtitle: "x".repeat(200) },
    { description: "" },
    { description: "a\n\tb\r\n".repeat(2_857) },
    { price: 0 },
    { price: 1_000_000_000_000 },
    { images: Array(12).fill("/a.png") },
    { images: ["/images/手机.png?v=2"] },
  ];
  for (const changes of fine) assertEquals(accepts(changes), true, JSON.stringify(changes));
  const wrong = [
    ...[undefined, null, "", "  ", 1, "x".repeat(201), "a\nb", "a\0", "\ud800"]
      .map((name) => ({ name })),
    ...[null, 1, "x".repeat(201), "a\nb"].map((subtitle) => ({ subtitle })),
    ...[null, 1, "x".repeat(20_001), "\u0001"].map((description) => ({ description })),
    ...[undefined, null, -1, 1.5, "1", 1_000_000_000_001, Infinity].map((price) => ({ price })),
    ...[undefined, null, "", "cny", "CN", "CNYX", "C1Y", "CNY\n", 1]
      .map((currency) => ({ currency })),
    ...[null, "/a.png", [1], Array(13).fill("/a.png"), [`/${"x".repeat(500)}`]]
      .map((images) => ({ images })),
  ];
  for (const changes of wrong) assertEquals(accepts(changes), false, JSON.stringify(changes));
});

Deno.test("productChangesSchema fills in nothing", () => {
  assertEquals(productChangesSchema.parse({}), {});
  assertEquals(productChangesSchema.parse({ subtitle: "" }), { subtitle: "" });
  assertEquals(productChangesSchema.safeParse({ name: null }).success, false);
});

Deno.test("ownPath() takes paths on the own host and none that lead elsewhere", () => {
  assertEquals(ownPath("/media/a.png"), "/media/a.png");
  assertEquals(ownPath("/a.png?v=1"), "/a.png?v=1");
  assertEquals(ownPath("/%E6%89%8B.png"), "/%E6%89%8B.png");
  assertEquals(ownPath("/手.png"), "/%E6%89%8B.png");
  for (
    const path of [
      "",
      "a.png",
      "//evil.example/a.png",
      "///a.png",
      "/\\evil.example/a.png",
      "\\\\evil.example",
      "/../a.png",
      "/a/../../b.png",
      "/a/..",
      "/%2e%2e/a.png",
      "/./a.png",
      "/a.png#x",
      "/a\n.png",
      "/\t/evil.example",
      " /a.png",
      "http://evil.example/a.png",
      "javascript:alert(1)",
      "data:image/png;base64,AA",
    ]
  ) {
    assertEquals(ownPath(path), null, JSON.stringify(path));
  }
});
