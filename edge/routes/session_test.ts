import { assertEquals, assertMatch } from "@std/assert";
import { SignJWT } from "jose";
import { gist, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS } from "../testing/sample_sale.ts";

const SHOP = {
  key: { hs256Key: "the key that the shop signs with" },
  issuer: "https://shop.example",
  audience: "dropgate",
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
    assertEquals(who, { userId: "ann", level: 7, expiresAt });
  }
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
    config: { shopTokens: { ...SHOP, key: { jwksUrl: "http://127.0.0.1:1/jwks" } } },
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
  ];
  for (const body of bad) assertEquals(await login(body), "400 invalid", body);
  assertEquals(await login(" ".repeat(20_000)), "413 too_large");
  assertEquals(await login('{"userId":"ann","level":-1,"more":1}'), "200 undefined");
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
  await using kit = await startEdge();
  const login = async (url: string, headers: Record<string, string> = {}) => {
    const body = '{"userId":"ann"}';
    const response = await kit.edge.app.request(url, { method: "POST", body, headers });
    await response.body?.cancel();
    return response.headers.get("set-cookie")?.endsWith("; Secure");
  };
  assertEquals(await login("http://edge.test/dev/login"), false);
  assertEquals(await login("https://edge.test/dev/login"), true);
  assertEquals(await login("http://edge.test/dev/login", { "x-forwarded-proto": "https" }), true);
});
