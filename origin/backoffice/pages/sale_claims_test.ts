import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { claimsText, readClaims } from "./sale_claims.ts";

Deno.test("readClaims() takes one rule a line", () => {
  assertEquals(readClaims("membership = gold, platinum\n\n region=eu"), {
    rules: [
      { claim: "membership", anyOf: ["gold", "platinum"] },
      { claim: "region", anyOf: ["eu"] },
    ],
  });
  assertEquals(readClaims('city = "Paris, TX", Rome'), {
    rules: [{ claim: "city", anyOf: ["Paris, TX", "Rome"] }],
  });
  assertEquals(readClaims("  \n"), { rules: [] });
});

Deno.test("readClaims() names the line that is no rule", () => {
  for (
    const text of ["gold", "= gold", "a =", "a = ,b", "a = b,", 'a = "b', 'a = "b" c', "a b = c"]
  ) {
    const fault = "Line 2 must be like: membership = gold, platinum";
    assertEquals(readClaims(`x = y\n${text}`), { fault }, text);
  }
});

Deno.test("claimsText() and readClaims() undo each other", () => {
  const value = fc.string({ minLength: 1, maxLength: 20 })
    .filter((text) => text.trim() !== "" && !/\p{Cc}/u.test(text));
  const rule = fc.record({
    claim: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_:.-]{0,10}$/),
    anyOf: fc.array(value, { minLength: 1, maxLength: 4 }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(fc.array(rule, { maxLength: 4 }), (rules) => {
    assertEquals(readClaims(claimsText(rules)), { rules });
  }));
});
