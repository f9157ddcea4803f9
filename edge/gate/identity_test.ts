import { assert, assertEquals } from "@std/assert";
import {
  Identity,
  noSessionCookies,
  SECURE_SESSION_COOKIE,
  SESSION_COOKIE,
  SESSION_TTL_MS,
  sessionCookie,
} from "./identity.ts";

function identity(options: { maxCached?: number; clock?: () => number } = {}) {
  return new Identity({
    sessionKey: "key of the test",
    clock: options.clock ?? (() => 1_000),
    shopOrigins: ["https://shop.example"],
    ...(options.maxCached === undefined ? {} : { maxCached: options.maxCached }),
  });
}

Deno.test("Identity knows a bearer token and a cookie", () => {
  const known = identity();
  const { token } = known.issue("ann", 2);
  const session = { userId: "ann", level: 2, expiresAt: 1_000 + SESSION_TTL_MS };
  const reads = (headers: Record<string, string>, secure = false) =>
    known.reader(new Headers(headers), secure);
  assertEquals(reads({ authorization: `Bearer ${token}` }), session);
  assertEquals(reads({ authorization: `bearer  ${token} ` }), session);
  assertEquals(reads({ cookie: `a=b; ${SESSION_COOKIE}=${token}; c=d` }), session);
  assertEquals(reads({ cookie: `a=b; ${SECURE_SESSION_COOKIE}=${token}; c=d` }, true), session);
});

Deno.test("Identity knows nobody by a bad bearer token, even beside a good cookie", () => {
  const known = identity();
  const cookie = `${SESSION_COOKIE}=${known.issue("ann", 0).token}`;
  for (const authorization of ["Bearer nonsense", "bearer x", "Bearer", "BEARER ", "Bearer\tx"]) {
    const headers = new Headers({ authorization, cookie });
    assertEquals([known.reader(headers, false), known.writer(headers, false)], [null, null]);
  }
  assertEquals(known.reader(new Headers(), false), null);
  assertEquals(known.reader(new Headers({ cookie: "x".repeat(9_000) + cookie }), false), null);
});

Deno.test("Identity knows a cookie beside the Authorization of something else, such as a proxy's", () => {
  const known = identity();
  const cookie = `${SESSION_COOKIE}=${known.issue("ann", 0).token}`;
  for (const authorization of ["Basic YTpi", "Digest username=x", "Bearers x", ""]) {
    const headers = new Headers({ authorization, cookie, "sec-fetch-site": "same-origin" });
    assertEquals(known.reader(headers, false)?.userId, "ann", authorization);
    assertEquals(known.writer(headers, false)?.userId, "ann", authorization);
    headers.set("sec-fetch-site", "cross-site");
    assertEquals(known.writer(headers, false), null, authorization);
  }
});

Deno.test("Identity lets a session end, also one that it has cached", () => {
  let nowMs = 1_000;
  const known = identity({ clock: () => nowMs });
  const { token } = known.issue("ann", 0);
  assert(known.verify(token));
  nowMs += SESSION_TTL_MS - 1;
  assert(known.verify(token));
  nowMs += 1;
  assertEquals(known.verify(token), null);
  assertEquals(known.cachedCount, 0);
});

Deno.test("Identity caches good tokens only, and not more than its bound", () => {
  const known = identity({ maxCached: 100 });
  for (let i = 0; i < 1_000; i += 1) known.verify(`made-up-${i}.${"A".repeat(43)}`);
  assertEquals(known.cachedCount, 0);
  for (let i = 0; i < 1_000; i += 1) assert(known.verify(known.issue(`user-${i}`, 0).token));
  assert(known.cachedCount <= 100);
});

Deno.test("Identity counts a cookie for requests of our own pages only", () => {
  const known = identity();
  const cookie = `${SESSION_COOKIE}=${known.issue("ann", 0).token}`;
  const writes = (headers: Record<string, string>) =>
    known.writer(new Headers({ cookie, host: "drop.example", ...headers }), false) !== null;
  const json = { "content-type": "application/json" };
  assert(writes({ "sec-fetch-site": "same-origin" }));
  assert(writes({ origin: "https://drop.example" }));
  assert(writes({ origin: "https://shop.example", "sec-fetch-site": "cross-site" }));
  assert(writes(json));
  assertEquals(writes({ "sec-fetch-site": "cross-site", ...json }), false);
  assertEquals(writes({ "sec-fetch-site": "same-site", ...json }), false);
  assertEquals(writes({ "sec-fetch-site": "none", ...json }), false);
  assertEquals(writes({ origin: "https://evil.example", ...json }), false);
  assertEquals(writes({ origin: "null", ...json }), false);
  assertEquals(writes({ "content-type": "text/plain" }), false);
  assertEquals(writes({ "content-type": "" }), false);
  assert(writes({}), "a program without a body; every browser would name a type or its origin");
});

Deno.test("Identity takes no page of plain http for one of ours where the edge is reached by https", () => {
  const known = identity();
  const cookie = `${SECURE_SESSION_COOKIE}=${known.issue("ann", 0).token}`;
  const writes = (headers: Record<string, string>) =>
    known.writer(new Headers({ cookie, host: "drop.example", ...headers }), true) !== null;
  assert(writes({ origin: "https://drop.example" }));
  assertEquals(writes({ origin: "http://drop.example" }), false);
  assertEquals(known.isOwnRequest(new Headers({ origin: "https://null" }), true), false, "no host");
});

Deno.test("Identity counts a bearer token from anywhere", () => {
  const known = identity();
  const authorization = `Bearer ${known.issue("ann", 0).token}`;
  const headers = new Headers({ authorization, origin: "https://evil.example" });
  assertEquals(known.writer(headers, false)?.userId, "ann");
});

Deno.test("sessionCookie() is HttpOnly, SameSite=Lax, and Secure over https", () => {
  const issued = identity().issue("ann", 0);
  const plain = `${SESSION_COOKIE}=${issued.token}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax`;
  assertEquals(sessionCookie(issued, 1_000, false), plain);
  assertEquals(sessionCookie(issued, 1_000, true), `__Host-${plain}; Secure`);
  const gone = `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
  assertEquals(noSessionCookies(), [gone, `__Host-${gone}; Secure`]);
});

Deno.test("Identity believes no cookie of a neighbour beside the one that only this host can set", () => {
  const known = identity();
  const [ann, eve] = [known.issue("ann", 0).token, known.issue("eve", 0).token];
  const who = (cookie: string, secure = false) =>
    known.reader(new Headers({ cookie }), secure)?.userId ?? null;
  assertEquals(who(`${SESSION_COOKIE}=${eve}; ${SECURE_SESSION_COOKIE}=${ann}`), "ann");
  assertEquals(who(`${SECURE_SESSION_COOKIE}=${ann}; ${SESSION_COOKIE}=${eve}`), "ann");
  assertEquals(who(`${SESSION_COOKIE}=${ann}; ${SESSION_COOKIE}=${eve}`), "ann");
  assertEquals(who(`${SECURE_SESSION_COOKIE}=; ${SESSION_COOKIE}=${eve}`), null);
  assertEquals(who(`x${SESSION_COOKIE}=${eve}`), null);
  assertEquals(who(`${SESSION_COOKIE}=${eve}`, true), null, "over https it is a neighbour's");
  assertEquals(who(`${SESSION_COOKIE}=${eve}; ${SECURE_SESSION_COOKIE}=${ann}`, true), "ann");
  const headers = new Headers({
    cookie: `${SESSION_COOKIE}=${eve}`,
    host: "sale.shop.example",
    origin: "https://sale.shop.example",
    "sec-fetch-site": "same-origin",
  });
  assertEquals(known.writer(headers, true), null);
});

Deno.test("Identity carries claims, also past its cache", () => {
  const claims = { membership: "gold", region: "eu" };
  const issued = identity().issue("ann", 1, claims);
  assertEquals(identity().verify(issued.token)?.claims, claims);
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`c${i}`, "x".repeat(64)]));
  const known = identity();
  const { token } = known.issue("ann", 1, many);
  assertEquals(known.cachedCount, 0, "long tokens would make the cache large");
  assertEquals(known.verify(token)?.claims, many);
});

Deno.test("Identity takes a form that signs in from pages of ours and of the shop only", () => {
  const known = identity();
  const takes = (origin: string | null, more: Record<string, string> = {}, secure = true) =>
    known.isHandOver(
      new Headers({ host: "drop.example", ...(origin === null ? {} : { origin }), ...more }),
      secure,
    );
  assert(takes("https://shop.example", { "sec-fetch-site": "cross-site" }));
  assert(takes("https://drop.example", { "sec-fetch-site": "same-origin" }));
  assert(takes("https://drop.example"), "browsers that do not tell the site");
  assert(takes("http://drop.example", {}, false));
  assert(takes("https://drop.example", {}, false), "a front that this edge does not trust");
  for (const site of ["cross-site", "same-site", "none"]) {
    for (const origin of ["https://drop.example", "http://drop.example"]) {
      for (const secure of [true, false]) {
        assertEquals(takes(origin, { "sec-fetch-site": site }, secure), false, `${origin} ${site}`);
      }
    }
  }
  for (
    const origin of [
      null,
      "",
      "null",
      "https://evil.example",
      "https://shop.example.evil.example",
      "https://shop.example:8443",
      "http://shop.example",
      "https://drop.example.evil.example",
      "https://drop.example:8443",
      "http://drop.example",
    ]
  ) {
    assertEquals(takes(origin), false, String(origin));
    assertEquals(takes(origin, { "sec-fetch-site": "same-origin" }), false, String(origin));
  }
});

Deno.test("Identity never waits: what it answers is no promise", () => {
  const known = identity();
  const { token } = identity().issue("ann", 0, { membership: "gold" });
  const headers = new Headers({ authorization: `Bearer ${token}` });
  const { subtle } = crypto;
  const used: string[] = [];
  const watched = new Proxy(subtle, {
    get: (target, name) => {
      used.push(String(name));
      return Reflect.get(target, name);
    },
  });
  Object.defineProperty(crypto, "subtle", { value: watched, configurable: true });
  try {
    const found = [known.writer(headers, true), known.reader(headers, true), known.verify(token)];
    for (const session of found) {
      assertEquals([session instanceof Promise, session?.userId], [false, "ann"]);
    }
  } finally {
    Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true });
  }
  assertEquals(used, [], "WebCrypto answers with promises only");
});
