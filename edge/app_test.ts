import { assert, assertEquals } from "@std/assert";
import { type EdgeKit, gist, startEdge } from "./testing/edge_kit.ts";

function request(kit: EdgeKit, path: string, init: RequestInit = {}): Promise<Response> {
  return Promise.resolve(kit.edge.app.request(path, init));
}

Deno.test("What does not exist is a problem", async () => {
  await using kit = await startEdge();
  for (
    const path of ["/api", "/api/nope", "/api/nothing", "/nope", "/api/orders/x/y", "/favicon.ico"]
  ) {
    assertEquals(await gist(request(kit, path)), "404 not_found", path);
  }
  const html = { headers: { accept: "text/html" } };
  assertEquals(await gist(request(kit, "/api/nope", html)), "404 not_found");
});

Deno.test("A method that an address does not take is 405 with Allow", async () => {
  await using kit = await startEdge();
  for (
    const [method, path, allow] of [
      ["POST", "/", "GET, HEAD"],
      ["DELETE", "/api/sales", "GET, HEAD"],
      ["PUT", "/api/sales/1", "GET, HEAD"],
      ["GET", "/api/sales/1/buy", "POST"],
      ["PUT", "/api/session", "DELETE, GET, HEAD, POST"],
      ["POST", "/api/openapi.json", "GET, HEAD"],
      ["GET", "/dev/login", "POST"],
    ] as const
  ) {
    const response = await request(kit, path, { method });
    assertEquals([response.status, response.headers.get("allow")], [405, allow], path);
    assertEquals((await response.json()).code, "method_not_allowed");
  }
});

Deno.test("A bug in a route is a problem without details, not a crash", async () => {
  await using kit = await startEdge();
  kit.edge.app.get("/test/bug", () => {
    throw new Error("the secret is 42");
  });
  const response = await request(kit, "/test/bug");
  const text = await response.text();
  assertEquals([response.status, JSON.parse(text).code], [500, "internal"]);
  assertEquals(text.includes("42"), false);
});

Deno.test("No strange address makes a 500", async () => {
  await using kit = await startEdge();
  const paths = [
    "/%",
    "/%E0%A4%A",
    "/api/sales/%",
    "/api/orders/%FF",
    "/assets/%",
    "//",
    "/sales/%00",
    "/api/sales/1/buy/",
    `/${"a".repeat(20_000)}`,
    "/api/products/%2F",
    "/api/sales?page=%",
  ];
  const token = await kit.signIn("ann");
  for (const path of paths) {
    for (const method of ["GET", "POST", "HEAD", "OPTIONS"]) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await kit.edge.app.fetch(
        new Request(`http://edge.test${path}`, { method, headers }),
      );
      await response.body?.cancel();
      assert(response.status < 500, `${method} ${path.slice(0, 40)} ${response.status}`);
    }
  }
});

Deno.test("Only the shop's listed origins may call the API from a browser", async () => {
  await using kit = await startEdge({ config: { shopOrigins: ["https://shop.example"] } });
  const allowed = async (origin: string, path: string, method = "GET") => {
    const headers = { origin, "access-control-request-method": "POST" };
    const response = await request(kit, path, { method, headers });
    await response.body?.cancel();
    return response.headers.get("access-control-allow-origin");
  };
  assertEquals(await allowed("https://shop.example", "/api/sales"), "https://shop.example");
  assertEquals(
    await allowed("https://shop.example", "/api/sales/1/buy", "OPTIONS"),
    "https://shop.example",
  );
  for (const origin of ["https://evil.example", "null", "https://shop.example.evil.example"]) {
    assertEquals(await allowed(origin, "/api/sales"), null, origin);
    assertEquals(await allowed(origin, "/api/sales/1/buy", "OPTIONS"), null, origin);
  }
  assertEquals(await allowed("https://shop.example", "/sales/1"), null);
  assertEquals(await allowed("https://shop.example", "/dev/login", "OPTIONS"), null);
});

Deno.test("Without listed origins nothing is allowed", async () => {
  await using kit = await startEdge();
  const headers = { origin: "https://shop.example" };
  const response = await request(kit, "/api/sales", { headers });
  await response.body?.cancel();
  assertEquals(response.headers.get("access-control-allow-origin"), null);
});

Deno.test("The OpenAPI document names every route and nothing else", async () => {
  await using kit = await startEdge();
  const document = await (await request(kit, "/api/openapi.json")).json();
  assertEquals(document.openapi, "3.1.0");
  const documented = Object.entries(document.paths as Record<string, object>)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
    );
  const routed = kit.edge.app.routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  assertEquals(documented.sort(), routed.sort());
  const buy = document.paths["/api/sales/{saleId}/buy"].post;
  const body = buy.requestBody.content["application/json"].schema;
  assertEquals(body.required, ["productId"]);
  assertEquals(body.properties.quantity.minimum, 1);
  for (
    const status of [
      "200",
      "201",
      "202",
      "400",
      "401",
      "403",
      "404",
      "409",
      "410",
      "413",
      "422",
      "425",
      "503",
    ]
  ) {
    assert(buy.responses[status], status);
  }
});

Deno.test("The OpenAPI document does not name the demo sign-in without DEMO", async () => {
  await using kit = await startEdge({ config: { demo: false } });
  const document = await (await request(kit, "/api/openapi.json")).json();
  assertEquals(document.paths["/dev/login"], undefined);
});

Deno.test("An edge that has stopped answers buys with 503 and leaves no timer", async () => {
  const kit = await startEdge();
  const token = await kit.signIn("ann");
  await kit.edge.stop();
  assertEquals(await gist(kit.buy({ token })), "503 unavailable");
  assertEquals(kit.edge.ready(), false);
  assertEquals(kit.timers.pendingCount, 0);
});
