import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SignJWT } from "jose";
import { type EdgeKit, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS } from "../testing/sample_sale.ts";

const KEY = "the key that the shop signs with";
const SHOP = {
  key: { hs256Key: KEY },
  issuer: "https://shop.example",
  audience: "dropgate",
  algorithms: ["HS256"],
  profileClaims: ["membership"],
};
const CONFIG = { shopTokens: SHOP, shopOrigins: ["https://shop.example"] };

function shopToken(claims: Record<string, unknown> = {}): Promise<string> {
  const exp = SAMPLE_NOW_MS / 1000 + 60;
  return new SignJWT({ sub: "ann", iss: SHOP.issuer, aud: SHOP.audience, exp, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(KEY));
}

/** Sends the form as a browser does from a page of the shop, unless `headers` say otherwise. */
function send(
  kit: EdgeKit,
  fields: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return Promise.resolve(kit.edge.app.request("http://drop.example/session", {
    method: "POST",
    headers: {
      host: "drop.example",
      origin: "https://shop.example",
      "sec-fetch-site": "cross-site",
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    },
    body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
  }));
}

async function pageOf(response: Response): Promise<[number, string]> {
  assertEquals(response.headers.get("set-cookie"), null);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertMatch(response.headers.get("content-security-policy")!, /default-src 'none'/);
  const title = /<h1>([^<]+)<\/h1>/.exec(await response.text())?.[1];
  return [response.status, title ?? ""];
}

Deno.test("POST /session signs the shop's customer in and leads back", async () => {
  await using kit = await startEdge({ config: CONFIG });
  const token = await shopToken({ level: 2, membership: "gold", region: "eu" });
  const response = await send(kit, { token, returnTo: "/sales/1?from=shop#buy" });
  assertEquals([response.status, response.headers.get("location")], [
    303,
    "/sales/1?from=shop#buy",
  ]);
  assertEquals(response.headers.get("cache-control"), "no-store");
  const cookie = response.headers.get("set-cookie")!;
  assertMatch(cookie, /^dropgate_session=\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
  const headers = { cookie: cookie.split(";")[0]! };
  const who = await (await kit.edge.app.request("/api/session", { headers })).json();
  assertEquals([who.userId, who.level, who.claims], ["ann", 2, { membership: "gold" }]);
});

Deno.test("POST /session leads to the list for a returnTo that leads elsewhere, or none", async () => {
  await using kit = await startEdge({ config: CONFIG });
  const token = await shopToken();
  for (const returnTo of ["https://evil.example", "//evil.example", "/\\evil.example", "x", ""]) {
    const response = await send(kit, { token, returnTo });
    assertEquals([response.status, response.headers.get("location")], [303, "/"], returnTo);
  }
  assertEquals((await send(kit, { token })).headers.get("location"), "/");
});

Deno.test("POST /session takes forms of the shop's pages and our own, of nobody else", async () => {
  await using kit = await startEdge({ config: CONFIG });
  const fields = { token: await shopToken(), returnTo: "/" };
  const own = { origin: "http://drop.example", "sec-fetch-site": "same-origin" };
  assertEquals((await send(kit, fields, own)).status, 303);
  let refused = 0;
  for (const site of ["cross-site", "same-site", "none"]) {
    const page = await pageOf(await send(kit, fields, { ...own, "sec-fetch-site": site }));
    assertEquals(page, [403, "We did not sign you in"], `${site}, by our own origin`);
    refused += 1;
  }
  for (const origin of ["https://evil.example", "null", "", "https://shop.example.evil.example"]) {
    for (const site of ["cross-site", "same-site", "same-origin", "none"]) {
      const page = await pageOf(await send(kit, fields, { origin, "sec-fetch-site": site }));
      assertEquals(page, [403, "We did not sign you in"], `${origin} ${site}`);
      refused += 1;
    }
  }
  const response = await kit.edge.app.request("http://drop.example/session", {
    method: "POST",
    headers: { host: "drop.example" },
    body: new URLSearchParams(fields),
  });
  assertEquals(await pageOf(response), [403, "We did not sign you in"], "no origin");
  console.log(`sign-in forms of foreign pages: 0 of ${refused + 1} accepted`);
});

Deno.test("POST /session tells what is wrong on a page, in the language of the visitor", async () => {
  await using kit = await startEdge({ config: CONFIG });
  const runOut: [number, string] = [401, "Your sign-in has run out"];
  const over = await shopToken({ exp: SAMPLE_NOW_MS / 1000 - 1 });
  for (const fields of [{ token: over }, { token: "nonsense" }, { token: "" }, {}, "%", ""]) {
    assertEquals(await pageOf(await send(kit, fields)), runOut, JSON.stringify(fields));
  }
  assertEquals(await pageOf(await send(kit, { token: "x".repeat(20_000) })), runOut);
  const token = await shopToken();
  for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"]) {
    const response = await send(kit, { token }, { "content-type": type });
    assertEquals(await pageOf(response), runOut, type);
  }
  const chinese = await send(kit, { token: over }, { "accept-language": "zh-CN,zh;q=0.9" });
  assertStringIncludes(await chinese.text(), "登录已失效");
});

Deno.test("POST /session says to try again while the shop's keys cannot be had", async () => {
  // A port that nothing listens on: refused at once.
  const key = { jwksUrl: "http://127.0.0.1:1/jwks" };
  const shopTokens = { ...SHOP, key, algorithms: ["ES256"] };
  await using kit = await startEdge({ config: { ...CONFIG, shopTokens } });
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const token = await new SignJWT({}).setProtectedHeader({ alg: "ES256" }).sign(pair.privateKey);
  assertEquals(await pageOf(await send(kit, { token })), [503, "One moment"]);
});

Deno.test("POST /session signs nobody in where no shop is connected", async () => {
  await using kit = await startEdge({ config: { shopOrigins: CONFIG.shopOrigins } });
  const response = await send(kit, { token: await shopToken() });
  assertEquals(await pageOf(response), [401, "Your sign-in has run out"]);
});
