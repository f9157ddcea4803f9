import { assert, assertEquals } from "@std/assert";
import { returnPath } from "./return_path.ts";

Deno.test("returnPath() keeps paths of this host", () => {
  for (
    const path of [
      "/",
      "/sales/1",
      "/sales/1/products/2?from=shop&x=%2F%2Fevil",
      "/sales/1#item-2",
      "/orders?next=//evil.example",
      "/a//b",
    ]
  ) {
    assertEquals(returnPath(path), path);
  }
  assertEquals(returnPath("/活动?名=值"), encodeURI("/活动?名=值"));
  assertEquals(returnPath("/sales/../sales/1"), "/sales/1");
});

Deno.test("returnPath() drops a fragment that the page would take for a sign-in", () => {
  for (const hash of ["#token=a.b.c", "#token=", "#token=a#b"]) {
    assertEquals(returnPath(`/sales/1${hash}`), "/sales/1", hash);
    assertEquals(returnPath(`/sales/1?x=1${hash}`), "/sales/1?x=1", hash);
  }
  assertEquals(returnPath("/sales/1#tokens"), "/sales/1#tokens");
});

Deno.test("returnPath() leads nowhere else, whatever is asked for", () => {
  const bad = [
    null,
    "",
    " ",
    "sales/1",
    "?x",
    "#x",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "/x\r\nset-cookie: a=b",
    "/x\0",
    "/x\x7f",
    "/a\\b",
    "/.//evil.example",
    "/x/..//evil.example",
    "/%2e//evil.example",
    "/./\\evil.example",
    "https://evil.example/",
    "http:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    `/${"x".repeat(1_000)}`,
  ];
  for (const text of bad) assertEquals(returnPath(text), "/", JSON.stringify(text));
});

Deno.test("returnPath() stays on the host for every short text of awkward characters", () => {
  const characters = ["/", "\\", ".", "%2e", "\t", "\n", "@", ":", "?", "#", "e", ";", "%5c", "。"];
  let tried = 0;
  const extend = (text: string, left: number) => {
    const location = returnPath(text);
    tried += 1;
    assert(/^\/(?![/\\])[\x21-\x7e]*$/.test(location), `${JSON.stringify(text)} → ${location}`);
    for (const base of ["http://drop.example/session", "https://drop.example/a/b"]) {
      assertEquals(new URL(location, base).origin, new URL(base).origin, JSON.stringify(text));
    }
    if (left > 0) { for (const character of characters) extend(text + character, left - 1); }
  };
  extend("/", 4);
  extend("", 2);
  console.log(`${tried} return paths: 0 lead to another host`);
});
