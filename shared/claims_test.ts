import { assert, assertEquals } from "@std/assert";
import { type Claims, claimsOfText, meetsRules, pickClaims } from "./claims.ts";

Deno.test("pickClaims() takes the named claims as texts and leaves the others out", () => {
  const source = {
    membership: "gold",
    age: 30,
    staff: true,
    region: "欧洲",
    sub: "ann",
    empty: "",
  };
  assertEquals(pickClaims(source, ["membership", "age", "staff", "region", "empty", "missing"]), {
    membership: "gold",
    age: "30",
    staff: "true",
    region: "欧洲",
    empty: "",
  });
  assertEquals(pickClaims(source, []), undefined);
  assertEquals(pickClaims(source, ["missing"]), undefined);
});

Deno.test("pickClaims() leaves out what is no short text, number or boolean", () => {
  const values = [
    "x".repeat(65),
    "a\nb",
    "\u0000",
    "\u0085",
    "\ud83d",
    ["gold"],
    { a: 1 },
    null,
    NaN,
    Infinity,
    undefined,
  ];
  for (const value of values) {
    assertEquals(pickClaims({ one: value }, ["one"]), undefined, JSON.stringify(value));
  }
  assertEquals(pickClaims({ one: "x".repeat(64) }, ["one"]), { one: "x".repeat(64) });
  assertEquals(pickClaims({ one: -0.5 }, ["one"]), { one: "-0.5" });
});

Deno.test("pickClaims() finds only what was said, and at most eight claims", () => {
  assertEquals(pickClaims({}, ["constructor", "toString", "__proto__"]), undefined);
  const said = JSON.parse('{"__proto__":"gold"}');
  const picked = pickClaims(said, ["__proto__"])!;
  assertEquals(Object.entries(picked), [["__proto__", "gold"]]);
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const many = pickClaims(Object.fromEntries(names.map((name) => [name, name])), names)!;
  assertEquals(Object.keys(many), names.slice(0, 8));
});

Deno.test("claimsOfText() takes objects of usable claims only", () => {
  assertEquals(claimsOfText('{"membership":"gold"}'), { membership: "gold" });
  assertEquals(claimsOfText("{}"), {});
  const nine = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`c${i}`, "x"]));
  const bad = [
    "",
    "null",
    "[]",
    "7",
    '{"a":1}',
    '{"a":null}',
    '{"a":"b"',
    '{"1a":"b"}',
    '{"":"b"}',
    `{"a":"${"x".repeat(65)}"}`,
    `{"${"a".repeat(65)}":"b"}`,
    JSON.stringify(nine),
  ];
  for (const text of bad) assertEquals(claimsOfText(text), null, text);
});

Deno.test("meetsRules() wants every named claim with one of its values", () => {
  const rules = [
    { claim: "membership", anyOf: ["gold", "silver"] },
    { claim: "region", anyOf: ["eu"] },
  ];
  const meets = (claims: Claims | undefined) => meetsRules(rules, claims);
  assert(meets({ membership: "gold", region: "eu", more: "x" }));
  assert(meetsRules([], undefined));
  assertEquals(meets({ membership: "gold" }), false);
  assertEquals(meets({ membership: "bronze", region: "eu" }), false);
  assertEquals(meets(undefined), false);
  assertEquals(meetsRules([{ claim: "constructor", anyOf: ["x"] }], {}), false);
});
