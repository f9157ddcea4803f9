import { assertEquals, assertMatch } from "@std/assert";
import { SignJWT } from "jose";
import { parseCidr } from "../../shared/ip.ts";
import { gist, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS } from "../testing/sample_sale.ts";

const SHOP = {
  key: { hs256Key: "the key that the shop signs with" },
  issuer: "https://shop.example",
  audience: "dropgate",
  algorithms: ["HS256"],
  profileClaims: ["membership", "age"],
};

function shopToken(claims: Record<string, unknown> = {}): Promise<string> {
  const exp = SAMPLE_NOW_MS / 1000 + 60;
  return new SignJWT({ sub: "ann", iss: SHOP.issuer, aud: SHOP.audience, exp, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(SHOP.key.hs256Key));
}

Deno.test("POST /api/session exchanges a shop token for a session and a cookie", async () => {
  await using kit = await startEdge({ config: { shopTokens: SHOP } });
  const response = await kit.edge.app.request("/api/session", {
    method: "POST",
    headers: { authorization: `Bearer ${await shopToken({ level: 7 })}` },
  });
  const { token, expiresAt } = await response.json();
  assertEquals(response.status, 200);
  assertEquals(expiresAt, new Date(SAMPLE_NOW_MS + 12 * 3_600_000).toISOString());
  const cookie = response.headers.get("set-cookie") ?? "";
  assertMatch(cookie, /; HttpOnly; SameSite=Lax$/);
  for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: cookie.split(";")[0]! }]) {
    const who = await (await kit.edge.app.request("/api/session", { headers })).json();
    assertEquals(who, { userId: "ann", level: 7, claims: {}, expiresAt });
  }
});

Deno.test("POST /api/session keeps the claims that are configured", async () => {
  await using kit = await startEdge({ config: { shopTokens: SHOP } });
  const said = { membership: "gold", age: 30, region: "eu" };
  const headers = { authorization: `Bearer ${await shopToken(said)}` };
  const { token } = await (await kit.edge.app.request("/api/session", { method: "POST", headers }))
    .json();
  const who = await kit.edge.app.request("/api/session", {
    headers: { authorization: `Bearer ${token}` },
  });
  assertEquals((await who.json()).claims, { membership: "gold", age: "30" });
});

Deno.test("DELETE /api/session takes the cookie away", async () => {
  await using kit = await startEdge();
  const cookie = `dropgate_session=${await kit.signIn("ann")}`;
  const out = async (headers: Record<string, string>) => {
    const init = { method: "DELETE", headers: { host: "edge.test", ...headers } };
    const response = await kit.edge.app.request("http://edge.test/api/session", init);
    await response.body?.cancel();
    return [response.status, ...response.headers.getSetCookie()];
  };
  const gone = "dropgate_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
  const both = [gone, `__Host-${gone}; Secure`];
  assertEquals(await out({ cookie, "sec-fetch-site": "same-origin" }), [200, ...both]);
  assertEquals(await out({}), [200, ...both]);
  assertEquals(await out({ cookie, "sec-fetch-site": "cross-site" }), [401]);
  assertEquals(await out({ cookie, origin: "https://evil.example" }), [401]);
});

Deno.test("GET /api/session tells what holds for the customer now, not what the token said", async () => {
  const profileOf = () => ({ level: 9, claims: { membership: "platinum" } });
  await using kit = await startEdge({ gate: { profiles: { profileOf } } });
  const headers = { authorization: `Bearer ${await kit.signIn("ann", 1)}` };
  const who = await (await kit.edge.app.request("/api/session", { headers })).json();
  assertEquals([who.level, who.claims], [9, { membership: "platinum" }]);
});

Deno.test("POST /api/session is 401 for every token that cannot be used", async () => {
  await using kit = await startEdge({ config: { shopTokens: SHOP } });
  const session = await kit.signIn("ann");
  const over = await shopToken({ exp: SAMPLE_NOW_MS / 1000 - 1 });
  const headers = [
    {},
    { authorization: "" },
    { authorization: "Bearer" },
    { authorization: "Bearer " },
    { authorization: "Bearer nonsense" },
    { authorization: `Basic ${await shopToken()}` },
    { authorization: `Bearer ${over}` },
    { authorization: `Bearer ${await shopToken({ sub: "a b" })}` },
    { authorization: `Bearer ${session}` },
    { authorization: `Bearer ${"x".repeat(100_000)}` },
  ];
  for (const one of headers) {
    const response = kit.edge.app.request("/api/session", { method: "POST", headers: one });
    assertEquals(await gist(response), "401 unauthenticated", JSON.stringify(one).slice(0, 90));
  }
});

Deno.test("POST /api/session is 401 when no shop is connected", async () => {
  await using kit = await startEdge();
  const headers = { authorization: `Bearer ${await shopToken()}` };
  assertEquals(
    await gist(kit.edge.app.request("/api/session", { method: "POST", headers })),
    "401 unauthenticated",
  );
});

Deno.test("POST /api/session is 503 when the shop's keys cannot be had", async () => {
  await using kit = await startEdge({
    // A port that nothing listens on: refused at once.
    config: {
      shopTokens: { ...SHOP, key: { jwksUrl: "http://127.0.0.1:1/jwks" }, algorithms: ["ES256"] },
    },
  });
  const { privateKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  const token = await new SignJWT({}).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  const headers = { authorization: `Bearer ${token}` };
  const response = await kit.edge.app.request("/api/session", { method: "POST", headers });
  assertEquals(await gist(response), "503 unavailable");
});

Deno.test("A shop token is no session", async () => {
  await using kit = await startEdge({ config: { shopTokens: SHOP } });
  assertEquals(await gist(kit.buy({ token: await shopToken() })), "401 unauthenticated");
});

Deno.test("GET /api/session says that nobody is signed in", async () => {
  await using kit = await startEdge();
  const response = await kit.edge.app.request("/api/session");
  assertEquals([response.status, await response.json()], [200, { userId: null }]);
});

Deno.test("POST /dev/login checks what it is given", async () => {
  await using kit = await startEdge();
  const login = (body: string) =>
    gist(kit.edge.app.request("/dev/login", { method: "POST", body }));
  const bad = [
    "",
    "{",
    "[]",
    "null",
    "{}",
    '{"userId":""}',
    '{"userId":"a b"}',
    '{"userId":7}',
    '{"userId":"ann","level":"1"}',
    '{"userId":"ann","level":1.5}',
    '{"userId":"ann","level":1e99}',
    `{"userId":"${"a".repeat(65)}"}`,
    '{"userId":"ann","claims":[]}',
    '{"userId":"ann","claims":"gold"}',
    '{"userId":"ann","claims":{"a b":"c"}}',
    '{"userId":"ann","claims":{"a":null}}',
    '{"userId":"ann","claims":{"a":["b"]}}',
    '{"userId":"ann","claims":{"a":"b\\n"}}',
    `{"userId":"ann","claims":{"a":"${"b".repeat(65)}"}}`,
    '{"userId":"ann","claims":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}}',
  ];
  for (const body of bad) assertEquals(await login(body), "400 invalid", body);
  assertEquals(await login(" ".repeat(20_000)), "413 too_large");
  assertEquals(await login('{"userId":"ann","level":-1,"more":1}'), "200 undefined");
  const body = '{"userId":"ann","claims":{"membership":"gold","age":30,"staff":true}}';
  const { token } = await (await kit.edge.app.request("/dev/login", { method: "POST", body }))
    .json();
  const headers = { authorization: `Bearer ${token}` };
  const who = await (await kit.edge.app.request("/api/session", { headers })).json();
  assertEquals(who.claims, { membership: "gold", age: "30", staff: "true" });
});

Deno.test("POST /dev/login does not exist without DEMO", async () => {
  await using kit = await startEdge({ config: { demo: false } });
  const body = '{"userId":"ann"}';
  const response = await kit.edge.app.request("/dev/login", { method: "POST", body });
  assertEquals(await gist(response), "404 not_found");
  const page = await (await kit.edge.app.request("/")).text();
  assertEquals(page.includes("/dev/login"), false);
});

Deno.test("The session cookie is Secure when the buyer came by https", async () => {
  await using kit = await startEdge({ config: { trustedProxies: [parseCidr("10.0.0.0/8")!] } });
  const login = async (url: string, headers: Record<string, string> = {}, peer = "10.1.1.1") => {
    const body = '{"userId":"ann"}';
    const response = await kit.edge.handle(
      new Request(url, { method: "POST", body, headers }),
      peer,
    );
    await response.body?.cancel();
    return response.headers.get("set-cookie")?.endsWith("; Secure");
  };
  assertEquals(await login("http://edge.test/dev/login"), false);
  assertEquals(await login("https://edge.test/dev/login"), true);
  const said = { "x-forwarded-proto": "https" };
  assertEquals(await login("http://edge.test/dev/login", said), true);
  assertEquals(await login("http://edge.test/dev/login", said, "192.0.2.1"), false);
  assertEquals(await login("https://edge.test/dev/login", said, "192.0.2.1"), true);
});

Deno.test("over https no route takes a session cookie that a neighbour can set", async () => {
  await using kit = await startEdge({ config: { trustedProxies: [parseCidr("10.0.0.0/8")!] } });
  const token = await kit.signIn("eve");
  const isTaken = async (route: string, name: string, proto: string) => {
    const [method, path] = route.split(" ") as [string, string];
    const response = await kit.edge.handle(
      new Request(`http://edge.test${path}`, {
        method,
        headers: {
          cookie: `${name}=${token}`,
          "content-type": "application/json",
          "x-forwarded-proto": proto,
        },
        body: method === "POST" ? '{"productId":1,"saleId":1}' : null,
      }),
      "10.1.1.1",
    );
    const { userId } = await response.json();
    return response.status !== 401 && userId !== null;
  };
  const routes = [
    "GET /api/session",
    "GET /api/orders",
    "GET /api/orders/1-1-eve-1",
    "POST /api/orders/1-1-eve-1/cancel",
    "POST /api/orders/1-1-eve-1/payment",
    "POST /api/captcha",
    "POST /api/sales/1/buy",
  ];
  for (const route of routes) {
    assertEquals(await isTaken(route, "dropgate_session", "http"), true, route);
    assertEquals(await isTaken(route, "dropgate_session", "https"), false, route);
    assertEquals(await isTaken(route, "__Host-dropgate_session", "https"), true, route);
  }
});
