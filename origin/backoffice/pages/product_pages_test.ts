import { assert, assertEquals, assertMatch } from "@std/assert";
import { testPicture } from "../../media/testing/test_pictures.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";

async function officeWith(role: "viewer" | "operator"): Promise<OriginFixture> {
  const fixture = await OriginFixture.open();
  fixture.signIn(role);
  return fixture;
}

/** Sends a form with a picture, as a browser does. */
async function sendPicture(
  { app }: OriginFixture,
  path: string,
  fields: Record<string, string>,
  picture: Uint8Array<ArrayBuffer> | null,
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ csrf: "csrf-of-the-fixture", ...fields })) {
    form.set(name, value);
  }
  form.set("picture", new File(picture ? [picture] : [], "a.png", { type: "image/png" }));
  const sent = new Response(form);
  const body = await sent.arrayBuffer();
  return await app.request(`/admin${path}`, {
    method: "POST",
    headers: {
      "content-type": sent.headers.get("content-type")!,
      "content-length": String(body.byteLength),
      "sec-fetch-site": "same-origin",
    },
    body,
  });
}

const TEA_POT = { name: "Tea pot", price: "129.50", currency: "EUR" };

Deno.test("a product is made with its picture, and its price is exact", async () => {
  await using fixture = await officeWith("operator");
  const answer = await sendPicture(
    fixture,
    "/products/new",
    { ...TEA_POT, subtitle: "", description: "One\r\nTwo" },
    await testPicture("png", 64, 48),
  );
  assertEquals([answer.status, answer.headers.get("location")], [303, "/admin/products/1"]);
  const product = await (await fixture.admin("GET", "/products/1")).json();
  assertEquals([product.price, product.currency, product.description], [12_950, "EUR", "One\nTwo"]);
  assertEquals(product.images.length, 1);
  const html = await (await fixture.page("/products/1")).text();
  assert(html.includes(product.images[0]));
  assert(html.includes('value="129.50"'));
});

Deno.test("a refused form says what is wrong beside its field and keeps the picture", async () => {
  await using fixture = await officeWith("operator");
  const picture = await testPicture("png", 64, 48);
  const refused = await sendPicture(
    fixture,
    "/products/new",
    { ...TEA_POT, price: "12.505" },
    picture,
  );
  assertEquals(refused.status, 422);
  const html = await refused.text();
  assertMatch(html, /id="price-error">EUR has at most 2 digits behind the point/);
  const [, image] = /name="image" value="([^"]+)"/.exec(html) ?? [];
  const again = await sendPicture(fixture, "/products/new", { ...TEA_POT, image: image! }, null);
  assertEquals(again.status, 303);
  const { images } = await (await fixture.admin("GET", "/products/1")).json();
  assertEquals(images, [image]);
});

Deno.test("pictures are added, ordered and removed, and what is none is told", async () => {
  await using fixture = await officeWith("operator");
  await fixture.admin("POST", "/products", { ...TEA_POT, price: 12_950 });
  const images = async () => (await (await fixture.admin("GET", "/products/1")).json()).images;
  for (const width of [40, 50, 60]) {
    const picture = await testPicture("png", width, 40);
    await sendPicture(fixture, "/products/1/pictures", {}, picture);
  }
  const [a, b, c] = await images();
  const change = (what: string, picture: string) =>
    fixture.page("/products/1/pictures/change", { do: what, picture });
  await change("earlier", c);
  assertEquals(await images(), [a, c, b]);
  await change("later", a);
  assertEquals(await images(), [c, a, b]);
  await change("remove", a);
  assertEquals(await images(), [c, b]);
  await change("earlier", c);
  await change("later", "/media/none.webp");
  assertEquals(await images(), [c, b], "what cannot be moved stays");
  const junk = await sendPicture(
    fixture,
    "/products/1/pictures",
    {},
    new TextEncoder().encode("no picture at all"),
  );
  assertMatch(decodeURIComponent(junk.headers.get("set-cookie")!), /"failed".*JPEG, PNG or WebP/);
  assertEquals(await images(), [c, b]);
});

Deno.test("a picture form may be larger than others, and no larger than a picture", async () => {
  await using fixture = await officeWith("operator");
  await fixture.admin("POST", "/products", { ...TEA_POT, price: 12_950 });
  const size = async (bytes: number) =>
    (await sendPicture(fixture, "/products/1/pictures", {}, new Uint8Array(bytes))).status;
  assertEquals(await size(2_000_000), 303, "taken, and refused as no picture");
  assertEquals(await size(2_400_000), 413);
});

Deno.test("a product is changed and deleted, unless a sale has it", async () => {
  await using fixture = await officeWith("operator");
  await fixture.openSale();
  const changed = await fixture.page("/products/1", {
    ...TEA_POT,
    currency: "CNY",
    price: "1,299",
  });
  assertEquals(changed.status, 303);
  const { name, price } = await (await fixture.admin("GET", "/products/1")).json();
  assertEquals([name, price], ["Tea pot", 129_900]);
  const kept = await fixture.page("/products/1/delete", {});
  assertMatch(decodeURIComponent(kept.headers.get("set-cookie")!), /A sale has this product/);
  await fixture.admin("POST", "/products", { ...TEA_POT, price: 12_950 });
  const gone = await fixture.page("/products/2/delete", {});
  assertEquals(gone.headers.get("location"), "/admin/products");
  assertEquals((await fixture.page("/products/2")).status, 404);
});

Deno.test("the list of products is paged and searched", async () => {
  await using fixture = await officeWith("viewer");
  assertMatch(await (await fixture.page("/products")).text(), /No products yet/);
  for (let at = 1; at <= 7; at++) {
    await fixture.admin("POST", "/products", { name: `Pot ${at}`, price: 100, currency: "EUR" });
  }
  const second = await (await fixture.page("/products?per=3&page=2")).text();
  assertEquals([...second.matchAll(/>Pot (\d)</g)].map((match) => match[1]), ["4", "3", "2"]);
  assertMatch(second, /page 2 of 3/);
  assertMatch(await (await fixture.page("/products?name=pOT+5")).text(), />Pot 5</);
  assertMatch(await (await fixture.page("/products?name=cup")).text(), /Nothing found/);
  const offered = await (await fixture.page("/products/offered?name=5")).json();
  assertEquals(offered, { offered: ["Pot 5 (No. 5)"] });
});

Deno.test("a viewer sees no button that he may not press, and his forms are refused", async () => {
  await using fixture = await officeWith("viewer");
  await fixture.admin("POST", "/products", { ...TEA_POT, price: 12_950 });
  const html = await (await fixture.page("/products/1")).text();
  assertEquals(/<form[^>]+products/.test(html), false);
  await fixture.page("/products/1/delete", {});
  const refused = await fixture.page("/products/1", { ...TEA_POT, name: "Mine" });
  assertEquals(refused.status, 422);
  assertEquals((await fixture.page("/products/new")).status, 403);
  assertEquals((await (await fixture.admin("GET", "/products/1")).json()).name, "Tea pot");
});
