import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { readMysqlUrl } from "./mysql_url.ts";

Deno.test("readMysqlUrl() reads every part", () => {
  assertEquals(readMysqlUrl("mysql://me:p%40ss%2F@db.example:3307/shop"), {
    host: "db.example",
    port: 3307,
    user: "me",
    password: "p@ss/",
    database: "shop",
    tls: null,
  });
  const secure = readMysqlUrl("mysql://me@[::1]/shop?ssl-mode=VERIFY_IDENTITY");
  assertEquals([secure.host, secure.port, secure.password], ["::1", 3306, ""]);
  assertEquals(secure.tls, { rejectUnauthorized: true });
});

Deno.test("readMysqlUrl() names the rule that is broken and never the password", () => {
  const wrong: [string, string][] = [
    ["nonsense", "must be a URL"],
    ["postgres://me:hidden@host/shop", "scheme must be mysql"],
    ["mysql:///shop", "name a host"],
    ["mysql://me:hidden@host", "one database: current value is none"],
    ["mysql://me:hidden@host/a/b", "one database"],
    ["mysql://me:hidden@host/shop?ssl-mode=MAYBE", "ssl-mode=MAYBE"],
    ["mysql://me:hidden@host/shop?flags=x", "flags=x"],
  ];
  for (const [url, rule] of wrong) {
    const error = assertThrows(() => readMysqlUrl(url), TypeError, rule);
    assertFalse(error.message.includes("hidden"), url);
  }
});
