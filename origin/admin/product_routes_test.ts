import { assertEquals } from "@std/assert";
import { OriginFixture } from "../testing/origin_fixture.ts";

const KETTLE = {
  name: "Kettle",
  subtitle: "1.5 l",
  description: "Boils.\nWhistles.",
  images: ["/media/kettle.png"],
  price: 9_900,
  currency: "CNY",
};

Deno.test("products are made, read, changed field by field, listed and deleted", async () => {
  await using origin = await OriginFixture.open();
  const made = await origin.admin("POST", "/products", { ...KETTLE, extra: true });
  assertEquals(made.status, 201);
  const product = await made.json();
  assertEquals(product, { productId: product.productId, ...KETTLE });

  const path = `/products/${product.productId}`;
  const changed = await origin.admin("PATCH", path, { price: 8_800, subtitle: "" });
  assertEquals([changed.status, await changed.json()], [
    200,
    { ...product, price: 8_800, subtitle: "" },
  ]);
  assertEquals((await origin.admin("PATCH", path, {})).status, 200);
  assertEquals((await (await origin.admin("GET", path)).json()).price, 8_800);
  const list = await (await origin.admin("GET", "/products")).json();
  assertEquals([list.total, list.items[0].productId], [1, product.productId]);

  const gone = await origin.admin("DELETE", path);
  assertEquals([gone.status, await gone.text()], [204, ""]);
  assertEquals((await origin.admin("GET", path)).status, 404);
  assertEquals((await origin.admin("DELETE", path)).status, 404);
});

Deno.test("a product that a sale has cannot be deleted", async () => {
  await using origin = await OriginFixture.open();
  const { productId } = await origin.openSale();
  const response = await origin.admin("DELETE", `/products/${productId}`);
  assertEquals([response.status, (await response.json()).code], [409, "conflict"]);
});

Deno.test("a product that breaks its bounds is refused with every fault named", async () => {
  await using origin = await OriginFixture.open();
  const response = await origin.admin("POST", "/products", {
    name: "",
    images: ["http://evil.example/a.png"],
    price: -1,
  });
  assertEquals(response.status, 400);
  const problem = await response.json();
  assertEquals([problem.code, problem.type], ["invalid", "urn:dropgate:problem:invalid"]);
  const paths = problem.errors.map((error: { path: string }) => error.path);
  assertEquals(paths, ["name", "images.0", "price", "currency"]);
  assertEquals(problem.detail, `name: ${problem.errors[0].message}`);
  assertEquals((await (await origin.admin("GET", "/products")).json()).total, 0);
});

Deno.test("a change of a product is known to this origin at once", async () => {
  await using origin = await OriginFixture.open();
  const { productId } = await origin.openSale();
  await origin.admin("PATCH", `/products/${productId}`, { name: "Pot" });
  assertEquals(origin.deps.registry.current().sales[0]?.products[0]?.name, "Pot");
});
