import { assertEquals, assertMatch } from "@std/assert";
import {
  cameByHttps,
  csrfToken,
  noSessionCookies,
  sessionCookie,
  sessionToken,
  tokenHash,
} from "./session_cookie.ts";

const TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0";
const OTHER = "0bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";

const tokenIn = (cookie: string) => sessionToken(new Headers({ cookie }));

Deno.test("sessionToken() finds the token, and the one that no neighbour can set first", () => {
  assertEquals(tokenIn(`a=b; dropgate_admin=${TOKEN}; c=d`), TOKEN);
  assertEquals(tokenIn(`__Host-dropgate_admin=${TOKEN}`), TOKEN);
  assertEquals(tokenIn(`dropgate_admin=${OTHER}; __Host-dropgate_admin=${TOKEN}`), TOKEN);
  assertEquals(tokenIn(`__Host-dropgate_admin=; dropgate_admin=${TOKEN}`), null);
  assertEquals(tokenIn(`dropgate_admin=${TOKEN}; dropgate_admin=${OTHER}`), TOKEN);
  for (
    const cookie of [
      "dropgate_admin=",
      "dropgate_admin",
      `xdropgate_admin=${TOKEN}`,
      `dropgate_session=${TOKEN}`,
      `dropgate_admin=${TOKEN}x`,
      `dropgate_admin=${TOKEN.slice(1)}`,
      `dropgate_admin="${TOKEN}"`,
      `x=${"y".repeat(8_200)}; dropgate_admin=${TOKEN}`,
    ]
  ) assertEquals(tokenIn(cookie), null, cookie.slice(0, 60));
  assertEquals(sessionToken(new Headers()), null);
});

Deno.test("what is kept of a token and what forms carry do not lead back to it", () => {
  assertMatch(tokenHash(TOKEN), /^[0-9a-f]{64}$/);
  assertMatch(csrfToken(TOKEN), /^[\w-]{43}$/);
  assertEquals(new Set([TOKEN, csrfToken(TOKEN), csrfToken(OTHER), tokenHash(TOKEN)]).size, 4);
});

Deno.test("the cookie is bound to this host and its pages, over https to https", () => {
  assertEquals(
    sessionCookie(TOKEN, 60, false),
    `dropgate_admin=${TOKEN}; Path=/admin; Max-Age=60; HttpOnly; SameSite=Strict`,
  );
  assertEquals(
    sessionCookie(TOKEN, 60, true),
    `__Host-dropgate_admin=${TOKEN}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure`,
  );
  assertEquals(noSessionCookies().every((cookie) => cookie.includes("Max-Age=0")), true);
});

Deno.test("cameByHttps() believes the browser and no proxy", () => {
  const came = (url: string, headers: Record<string, string>) =>
    cameByHttps(new Request(url, { headers }));
  assertEquals(came("http://a.example/", { origin: "https://a.example" }), true);
  assertEquals(came("http://a.example/", { origin: "http://a.example" }), false);
  assertEquals(came("https://a.example/", {}), true);
  assertEquals(came("https://a.example/", { origin: "null" }), true);
  assertEquals(came("http://a.example/", { "x-forwarded-proto": "https" }), false);
});
