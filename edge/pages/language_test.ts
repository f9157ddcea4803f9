import { assertEquals } from "@std/assert";
import { languageCookie, languageOf } from "./language.ts";

Deno.test("languageOf() takes the cookie before what the browser asks for", () => {
  const cases: [cookie: string | null, accept: string | null, language: string][] = [
    [null, null, "en"],
    [null, "", "en"],
    [null, "zh-CN,zh;q=0.9,en;q=0.8", "zh"],
    [null, "zh", "zh"],
    [null, "ZH-Hant-TW", "zh"],
    [null, "en-GB,en;q=0.9,zh;q=0.8", "en"],
    [null, "fr-FR,zh;q=0.4,en;q=0.3", "zh"],
    [null, "zh;q=0,en;q=0.1", "en"],
    [null, "zh;q=0", "en"],
    [null, "de,fr", "en"],
    [null, "zhx,enx", "en"],
    [null, " en ; q=0.5 , zh ; q=0.6", "zh"],
    [null, `${"x,".repeat(5_000)}zh`, "en"],
    ["lang=zh", "en", "zh"],
    ["lang=en", "zh", "en"],
    ["a=b; lang=zh; c=d", null, "zh"],
    ["a=lang=zh; slang=zh", "en", "en"],
    ["lang=fr", "zh", "zh"],
    ["lang=zhx", "en", "en"],
    [`${"a".repeat(9_000)}; lang=zh`, "en", "en"],
  ];
  for (const [cookie, accept, language] of cases) {
    const headers = new Headers();
    if (cookie !== null) headers.set("cookie", cookie);
    if (accept !== null) headers.set("accept-language", accept);
    assertEquals(languageOf(headers), language, `${cookie} ${accept}`);
  }
});

Deno.test("languageCookie() lasts a year and is read back", () => {
  const cookie = languageCookie("zh", true);
  assertEquals(cookie, "lang=zh; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure");
  assertEquals(languageOf(new Headers({ cookie: cookie.split(";")[0]! })), "zh");
});
