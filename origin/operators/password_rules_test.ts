import { assertEquals, assertMatch } from "@std/assert";
import { refuseName, refusePassword } from "./password_rules.ts";

Deno.test("refuseName() takes what the shop's ids are made of, but not the token's name", () => {
  for (const name of ["a", "Ann", "ann@shop.example", "x".repeat(64), "0_.-@"]) {
    assertEquals(refuseName(name), null, name);
  }
  for (
    const name of ["", "x".repeat(65), "a b", "ann\n", "ü", "a/b", "ADMIN_TOKEN", "admin_token"]
  ) {
    assertMatch(refuseName(name) ?? "", /^must/, name);
  }
});

Deno.test("refusePassword() refuses what is short, long, the name or what everybody tries", () => {
  const fine = [
    "correct horse 1",
    "zwölf Zeichen",
    "🐴🔋📎✅🌊🎲🧲🪁🧭🪣🧦🪴",
    "ab12!ab12!ab12!",
    "x7".repeat(3) + "qwvbnm",
  ];
  for (const password of [...fine, `${"abcdefgh ".repeat(22)}yz`]) {
    assertEquals(refusePassword("ann", password), null, password);
  }
  const refused = [
    "",
    "eleven char",
    "a".repeat(200),
    "abcabcabcabc",
    "Password1234",
    "p a s s w o r d 2026!",
    "CHANGEME-CHANGEME",
    "dropgate-admin-1",
    "123456789012",
    "0987654321098",
    "letmein12345",
    `${"abcdefgh ".repeat(23)}`,
    "a lone \ud800 surrogate",
    "Ann@Shop.Example",
  ];
  for (const password of refused) {
    const reason = refusePassword("ann@shop.example", password) ?? "";
    assertMatch(reason, /^must/, password);
    if (password.length > 3) assertEquals(reason.includes(password), false);
  }
});
