import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";

const token = FIXTURE_SECRETS.adminToken;

/** Every address of the admin API, with ids of things that do not exist. */
const ADDRESSES: [method: string, path: string][] = [
  ["POST", "/products"],
  ["GET", "/products"],
  ["GET", "/products/1"],
  ["PATCH", "/products/1"],
  ["DELETE", "/products/1"],
  ["POST", "/sales"],
  ["GET", "/sales"],
  ["GET", "/sales/1"],
  ["PATCH", "/sales/1"],
  ["POST", "/sales/1/publish"],
  ["POST", "/sales/1/pause"],
  ["POST", "/sales/1/resume"],
  ["POST", "/sales/1/close"],
  ["POST", "/sales/1/items/1/stock"],
  ["GET", "/sales/1/readiness"],
  ["GET", "/sales/1/live"],
  ["GET", "/sales/1/live/now"],
  ["POST", "/sales/1/rehearsals"],
  ["GET", "/sales/1/rehearsals"],
  ["GET", "/sales/1/rehearsals/1"],
  ["GET", "/sales/1/proof"],
  ["POST", "/sales/1/proofs"],
  ["GET", "/sales/1/proofs"],
  ["GET", "/sales/1/proofs/1"],
  ["GET", "/sales/1/proofs/1/bundle.json"],
  ["GET", "/sales/1/proofs/1/bundle.html"],
  ["GET", "/sales/1/clean-up"],
  ["POST", "/sales/1/clean-up"],
  ["GET", "/orders"],
  ["GET", "/orders.csv"],
  ["GET", "/orders/1"],
  ["POST", "/orders/1/cancel"],
  ["GET", "/payments"],
  ["GET", "/payments/1"],
  ["POST", "/payments/1/retry"],
  ["POST", "/payments/1/refunded"],
  ["GET", "/messages"],
  ["GET", "/messages/summary"],
  ["GET", "/messages/1"],
  ["POST", "/messages/1/replay"],
  ["POST", "/messages/1/refuse"],
  ["GET", "/blocklist"],
  ["POST", "/blocklist"],
  ["GET", "/blocklist/1"],
  ["DELETE", "/blocklist/1"],
  ["GET", "/users"],
  ["GET", "/users/1"],
  ["PUT", "/users/1"],
  ["GET", "/operators"],
  ["POST", "/operators"],
  ["GET", "/operators/1"],
  ["PATCH", "/operators/1"],
  ["POST", "/operators/1/unlock"],
  ["GET", "/account"],
  ["POST", "/account/password"],
  ["GET", "/account/sessions"],
  ["POST", "/account/sessions/end-others"],
  ["GET", "/audit"],
  ["POST", "/media"],
  ["GET", "/orders/feed"],
  ["GET", "/webhook"],
  ["GET", "/webhook/failures/1"],
  ["POST", "/webhook/failures/1/resend"],
  ["POST", "/webhook/test"],
];

Deno.test("the admin API takes the token and nothing that only resembles it", async () => {
  await using origin = await OriginFixture.open();
  const wrong = [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    token,
    `Basic ${token}`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token}x`,
    `Bearer x${token}`,
    `Bearer ${token} ${token}`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${FIXTURE_SECRETS.edgeKey}`,
  ];
  for (const [method, path] of [...ADDRESSES, ["GET", "/nothing"]]) {
    for (const given of wrong) {
      const response = await origin.app.request(`/admin/api${path}`, {
        method: method!,
        headers: given === undefined ? {} : { authorization: given },
      });
      assertEquals(response.status, 401, `${method} ${path} ${given}`);
      assertMatch(response.headers.get("www-authenticate") ?? "", /^Bearer/);
      assertEquals((await response.json()).code, "unauthenticated");
    }
  }
  for (const scheme of ["Bearer", "bearer", "BEARER "]) {
    const headers = { authorization: `${scheme} ${token}` };
    assertEquals((await origin.app.request("/admin/api/products", { headers })).status, 200);
  }
});

Deno.test("the admin API finds nothing under ids that are none or belong to nothing", async () => {
  await using origin = await OriginFixture.open();
  const ids = ["0", "-1", "1.5", "x", "1e3", "01", "%20", "1%00", "9".repeat(16), "9".repeat(400)]
    .concat(["1", "999999999999999", "1'%20OR%201=1"]);
  const bodies: Record<string, unknown> = {
    "PATCH /products/1": { name: "Pot" },
    "PATCH /sales/1": { title: "Autumn" },
    "PATCH /operators/1": { role: "viewer" },
    "POST /sales/1/items/1/stock": { delta: 1 },
    "POST /sales/1/rehearsals": { force: true },
  };
  // A user of the shop exists before anybody here has heard of him.
  const found = ADDRESSES.filter(([, path]) => path.includes("1") && !path.startsWith("/users"));
  for (const [method, path] of found) {
    for (const id of ids) {
      const body = bodies[`${method} ${path}`];
      const response = await origin.admin(method, path.replace("1", id), body);
      assertEquals(response.status, 404, `${method} ${path} ${id}`);
      assertEquals((await response.json()).code, "not_found");
    }
  }
});

Deno.test("the admin API refuses bodies that are too large or not JSON", async () => {
  await using origin = await OriginFixture.open();
  const writes = ADDRESSES.filter(([method, path]) =>
    method === "PATCH" || method === "PUT" || path.endsWith("stock") ||
    ["/products", "/sales", "/blocklist", "/operators", "/account/password"].includes(path)
  ).filter(([method]) => method !== "GET");
  assertEquals(writes.length, 10);
  for (const [method, path] of writes) {
    for (const bytes of [256 * 1024 + 1, 10_000_000]) {
      const response = await origin.admin(method, path, `{"x":"${"y".repeat(bytes)}"}`);
      assertEquals([response.status, (await response.json()).code], [413, "too_large"]);
    }
    for (const body of ["", "{", "nul", "\0", '{"name"', "[".repeat(200_000)]) {
      const response = await origin.admin(method, path, body);
      assertEquals([response.status, (await response.json()).code], [400, "invalid"], body);
    }
    for (const body of ["null", "1", '"x"', "[]", "true"]) {
      const response = await origin.admin(method, path, body);
      const problem = await response.json();
      assertEquals([response.status, problem.code, problem.errors.length], [400, "invalid", 1]);
    }
    if (method === "PATCH" || method === "PUT") continue;
    const missing = await origin.admin(method, path);
    assertEquals([missing.status, (await missing.json()).code], [400, "invalid"], path);
  }
});

Deno.test("the admin API never fails, whatever JSON it is given", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.integer({ min: -2, max: 3 }),
    fc.constantFrom("2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", "CNY", "off", "/a.png"),
    fc.constantFrom([{ productId, stock: 1 }], [{ productId: 99, stock: 0 }], { burst: 1 }),
    fc.constantFrom(1e308, -0, 2 ** 53, 1e12, "", "\u0000", "__proto__"),
    fc.constantFrom("203.0.113.7", "::1/128", "ann", true, null, { tier: "gold" }, { "": 1 }),
    fc.constantFrom([{ claim: "tier", anyOf: ["gold"] }], [{ claim: "", anyOf: [] }]),
  );
  const names = ["name", "subtitle", "description", "images", "price", "currency", "title"]
    .concat(["startsAt", "endsAt", "items", "limits", "captcha", "minLevel", "paymentWindowS"])
    .concat(["maxExpiredHolds", "claims", "level", "blocked", "userId", "cidr"])
    .concat(["delta", "__proto__", "constructor"]);
  const body = fc.dictionary(fc.constantFrom(...names), value);
  const addresses = [
    ["POST", "/products"],
    ["PATCH", `/products/${productId}`],
    ["POST", "/sales"],
    ["PATCH", `/sales/${saleId}`],
    ["POST", `/sales/${saleId}/items/${productId}/stock`],
    ["POST", "/blocklist"],
    ["PUT", "/users/ann"],
  ] as const;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...addresses), body, async (address, fields) => {
      const [method, path] = address;
      const response = await origin.admin(method, path, fields);
      const text = await response.text();
      assert(response.status < 500, `${method} ${path} ${JSON.stringify(fields)}: ${text}`);
    }),
    { numRuns: 300 },
  );
});

Deno.test("the admin API reads JSON whatever type it was sent as", async () => {
  await using origin = await OriginFixture.open();
  const product = { name: "Kettle", price: 1, currency: "CNY" };
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
    const response = await origin.admin("POST", "/products", product, { "content-type": type });
    assertEquals(response.status, 201, type);
  }
});

Deno.test("the admin API lists pages within bounds", async () => {
  await using origin = await OriginFixture.open();
  const states = ["parked", "replayed", "refused", "pending", "recorded"];
  const messages = states.map((state) => `/messages?state=${state}`);
  for (
    const path of [
      "/products",
      "/sales",
      "/orders",
      "/blocklist",
      "/users",
      "/messages",
      ...messages,
    ]
  ) {
    const response = await origin.admin("GET", path);
    assertEquals(await response.json(), { items: [], page: 1, per: 20, total: 0 });
    const more = path.includes("?") ? "&" : "?";
    const far = await (await origin.admin("GET", `${path}${more}page=1000000000&per=200`)).json();
    assertEquals(far, { items: [], page: 1_000_000_000, per: 200, total: 0 });
    for (
      const query of ["page=0", "page=-1", "page=x", "page=", "page=1.5", "page=1000000001"]
        .concat(["per=0", "per=201", "per=", "per=1e2", "page=1&page=2", `per=${"1".repeat(400)}`])
    ) {
      const refused = await origin.admin("GET", `${path}${more}${query}`);
      assertEquals([refused.status, (await refused.json()).code], [400, "invalid"], query);
    }
  }
});

Deno.test("GET /admin/api/openapi.json describes every address, without a token", async () => {
  await using origin = await OriginFixture.open();
  const response = await origin.app.request("/admin/api/openapi.json");
  assertEquals(response.status, 200);
  const document = await response.json();
  assertEquals(document.openapi, "3.1.0");
  const described = Object.entries(document.paths as Record<string, object>)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  const expected = ADDRESSES.map(([method, path]) =>
    `${method.toLowerCase()} ${
      path.replace("/items/1", "/items/{productId}").replace("/orders/1", "/orders/{ticket}")
        .replace("/rehearsals/1", "/rehearsals/{rehearsalId}")
        .replace("/proofs/1", "/proofs/{proofId}").replace("/1", "/{id}")
    }`
  ).concat("get /proof-keys");
  assertEquals(described.sort(), expected.sort());
  const { NewProduct, NewSale, Problem } = document.components.schemas;
  assertEquals(NewProduct.required.sort(), ["currency", "name", "price"]);
  assertEquals(NewSale.required.sort(), ["endsAt", "items", "startsAt", "title"]);
  assertEquals(NewSale.properties.paymentWindowS, {
    type: "integer",
    minimum: 1,
    maximum: 86_400,
    default: 900,
  });
  assertEquals(NewSale.properties.maxExpiredHolds.default, 3);
  assert(Problem.properties.code.enum.includes("invalid"));
});

Deno.test("no answer of the admin API is kept by a browser, or taken for another type", async () => {
  await using origin = await OriginFixture.open();
  await origin.openSale();
  const answers = [
    await origin.admin("GET", "/sales"),
    await origin.admin("GET", "/sales/999"),
    await origin.admin("GET", "/no/such/route"),
    await origin.admin("POST", "/products", { price: -1 }),
    await origin.app.request("/admin/api/sales"),
    await origin.app.request("/admin/api/openapi.json"),
    await origin.app.request("/admin/api/proof-keys"),
  ];
  origin.faults.catalog.error = new Error("broken");
  answers.push(await origin.admin("GET", "/sales"));
  for (const { url, status, headers, body } of answers) {
    await body?.cancel();
    const told = `${url} ${status}`;
    assertEquals(headers.get("x-content-type-options"), "nosniff", told);
    assert(headers.get("cache-control") !== null, told);
  }
  assertEquals(answers[0]!.headers.get("cache-control"), "no-store");
  assertEquals(answers.at(-1)!.status, 500);
});
