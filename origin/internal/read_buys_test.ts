import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { internalBuysSchema, MAX_BUYS_PER_BATCH } from "../../shared/internal_api.ts";
import { readInternalBuys } from "./read_buys.ts";

const good = [1, 2, "ann", 1, "key-1", 0];

const PASS_ID = "abcdefghijklmnop_-0123";
const withPass = [...good, PASS_ID, 1_800_000_000_000];

/** A batch that is good but for one part. */
function batch(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { v: 1, budgetMs: 1_000, buys: [good], ...changes };
}

function buyWith(at: number, value: unknown): unknown[] {
  return (at < good.length ? good : withPass).with(at, value as never);
}

Deno.test("readInternalBuys() reads a batch as it was sent", () => {
  const sent = batch({ buys: [good, [1, 2, "b@x.y", 1_000_000_000, "~", 1], withPass] });
  assertEquals(readInternalBuys(JSON.stringify(sent)) as unknown, sent);
});

Deno.test("readInternalBuys() agrees with the schema about every bound", () => {
  const values = [
    ...[undefined, null, 0, 1, 2, "1", true, [], {}, [null], "x"],
    batch(),
    batch({ extra: 1 }),
    batch({ v: 2 }),
    batch({ v: "1" }),
    ...[0, 1, 30_000, 30_001, 1.5, "1", null, -1].map((budgetMs) => batch({ budgetMs })),
    ...[[], {}, null, "x", [null], [[]], [good.slice(0, 5)], [[...good, 1]], [withPass]]
      .map((buys) => batch({ buys })),
    ...[7, 9, 10].map((length) =>
      batch({ buys: [Array.from({ length }, (_, at) => withPass[at])] })
    ),
    batch({ buys: [good, withPass.with(0, 0), good] }),
    batch({ buys: [withPass.with(5, 1)] }),
    ...["", PASS_ID.slice(1), `${PASS_ID}a`, PASS_ID.replace("_", "+"), `${PASS_ID}\n`, 1, null, []]
      .map((passId) => batch({ buys: [buyWith(6, passId)] })),
    batch({ buys: Array(MAX_BUYS_PER_BATCH).fill(good) }),
    batch({ buys: Array(MAX_BUYS_PER_BATCH + 1).fill(good) }),
    ...[0, -1, 1.5, "1", null, 2 ** 53, 2 ** 53 - 1, 1e300, true].flatMap((id) =>
      [0, 1, 3, 5, 7].map((at) => batch({ buys: [buyWith(at, id)] }))
    ),
    ...[1_000_000_000, 1_000_000_001].map((count) => batch({ buys: [buyWith(3, count)] })),
    ...["", " ", "a b", "a\n", "ü", "a".repeat(64), "a".repeat(65), "a:b", 1, null, "é"].flatMap(
      (text) => [2, 4].map((at) => batch({ buys: [buyWith(at, text)] })),
    ),
    ...[2, -1, "0", false, null].map((look) => batch({ buys: [buyWith(5, look)] })),
  ];
  for (const value of values) {
    const text = JSON.stringify(value) ?? "undefined";
    const expected = value === undefined ? false : internalBuysSchema.safeParse(value).success;
    assertEquals(readInternalBuys(text) !== null, expected, text.slice(0, 200));
  }
});

Deno.test("readInternalBuys() agrees with the schema about anything", () => {
  const part = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.boolean());
  const fields = [
    fc.oneof(fc.integer({ min: -1, max: 3 }), part),
    fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1 })),
    fc.oneof(fc.constant("ann"), fc.string({ maxLength: 3 })),
    fc.oneof(fc.integer({ min: 1, max: 5 }), part),
    fc.oneof(fc.constant("k"), fc.string({ maxLength: 3 })),
    fc.oneof(fc.constantFrom(0, 1), part),
  ] as const;
  const pass = [
    fc.oneof(fc.constant(PASS_ID), fc.string({ minLength: 21, maxLength: 23 })),
    fc.oneof(fc.integer({ min: 1 }), part),
  ] as const;
  const buy = fc.oneof(
    fc.tuple(...fields),
    fc.tuple(...fields, ...pass),
    fc.tuple(...fields, pass[0]),
    fc.tuple(...fields, ...pass, part),
  );
  const anything = fc.oneof(
    fc.record({ v: fc.constant(1), budgetMs: fc.integer(), buys: fc.array(buy, { maxLength: 4 }) }),
    fc.json().map((text) => JSON.parse(text)),
  );
  fc.assert(fc.property(anything, (value) => {
    const text = JSON.stringify(value);
    const expected = internalBuysSchema.safeParse(JSON.parse(text)).success;
    assertEquals(readInternalBuys(text) !== null, expected);
  }));
});

Deno.test("readInternalBuys() reads nothing from what is not JSON", () => {
  for (const text of ["", "{", "[", "nul", '{"v":1', "\u0000", "[".repeat(100_000)]) {
    assert(readInternalBuys(text) === null);
  }
});
