import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MADE_RECORD, TICKET_RECORD, TICKET_STATUSES, TOTALS_RECORD } from "./bundle_records.ts";
import { NotCanonicalError, readRecord, text, whole, writeRecord } from "./canonical_line.ts";

const RULES = { name: text(200), count: whole };

const TIME = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms).toISOString());

const TICKET = fc.record({
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  product: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  buyer: fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => bytes.toHex()),
  status: fc.constantFrom(...TICKET_STATUSES),
  reason: fc.option(fc.string({ maxLength: 64 })),
  quantity: fc.integer({ min: 0, max: 1_000_000_000 }),
  amount: fc.integer({ min: 0, max: 1_000_000_000_000 }),
  recordedAt: TIME,
  changedAt: TIME,
}, { noNullPrototype: true });

Deno.test("readRecord() reads what writeRecord() wrote, whatever the record", () => {
  fc.assert(
    fc.property(TICKET, (ticket) => {
      assertEquals(readRecord(TICKET_RECORD, writeRecord(TICKET_RECORD, ticket)), ticket);
    }),
    { numRuns: 500 },
  );
});

Deno.test("readRecord() reads any text that a title may be", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 100 }), fc.nat(), (name, count) => {
      assertEquals(readRecord(RULES, writeRecord(RULES, { name, count })), { name, count });
    }),
    { numRuns: 500 },
  );
});

/** Other texts that a JSON parser takes for the same, or nearly the same. */
const OTHER_FORMS: Record<string, string> = {
  "a space behind a colon": `{"name": "Pot","count":100}`,
  "a space behind a comma": `{"name":"Pot", "count":100}`,
  "a space in front": ` {"name":"Pot","count":100}`,
  "a space behind": `{"name":"Pot","count":100} `,
  "a tab": `{"name":\t"Pot","count":100}`,
  "another order of names": `{"count":100,"name":"Pot"}`,
  "a number with a fraction": `{"name":"Pot","count":100.0}`,
  "a number with an exponent": `{"name":"Pot","count":1e2}`,
  "a number that is text": `{"name":"Pot","count":"100"}`,
  "minus nought": `{"name":"Pot","count":-0}`,
  "a negative number": `{"name":"Pot","count":-1}`,
  "a number that no double holds": `{"name":"Pot","count":9007199254740993}`,
  "an escape that is not needed": `{"name":"\\u0050ot","count":100}`,
  "an escaped slash": `{"name":"P\\/t","count":100}`,
  "an escape in capitals": `{"name":"\\uD83D","count":100}`,
  "a doubled name": `{"name":"Pot","name":"Pot","count":100}`,
  "a doubled name with another value": `{"name":"Cup","name":"Pot","count":100}`,
  "an unknown name": `{"name":"Pot","count":100,"more":1}`,
  "a name of a prototype": `{"name":"Pot","count":100,"__proto__":1}`,
  "a missing name": `{"name":"Pot"}`,
  "a byte order mark": `\ufeff{"name":"Pot","count":100}`,
  "a carriage return": `{"name":"Pot","count":100}\r`,
  "a list": `["Pot",100]`,
  "null": "null",
  "no JSON": `{"name":"Pot","count":100`,
  "two records": `{"name":"Pot","count":100}{}`,
  "text that is too long": `{"name":"${"P".repeat(201)}","count":100}`,
};

Deno.test("readRecord() takes no other text for a record", () => {
  assertEquals(readRecord(RULES, `{"name":"Pot","count":100}`), { name: "Pot", count: 100 });
  for (const [what, line] of Object.entries(OTHER_FORMS)) {
    assertThrows(() => readRecord(RULES, line), NotCanonicalError, undefined, what);
  }
});

Deno.test("readRecord() takes one form of times, keys and states", () => {
  const made = {
    bundle: 1,
    at: "2026-06-01T10:00:00.000Z",
    by: "ann",
    final: false,
    full: false,
    buyerKey: null,
    previousHead: null,
    publicKey: "orNozHh-ENckYojE7kULlXskeF1aHGkz0q1pEg0MoiY",
  };
  const line = writeRecord(MADE_RECORD, made);
  assertEquals(readRecord(MADE_RECORD, line), made);
  const changes: [string, string][] = [
    ["10:00:00.000Z", "10:00:00Z"],
    ["10:00:00.000Z", "24:00:00.000Z"],
    ["10:00:00.000Z", "10:00:00.000+"],
    ["2026-06-01", "2026-06-31"],
    ["0MoiY", "0MoiZ"],
    ["0MoiY", "0Moi"],
    [`"full":false`, `"full":0`],
    [`"previousHead":null`, `"previousHead":"00"`],
    [`"bundle":1`, `"bundle":0`],
  ];
  for (const [from, to] of changes) {
    assertThrows(() => readRecord(MADE_RECORD, line.replace(from, to)), NotCanonicalError);
  }
});

Deno.test("readRecord() lets stock be unlimited and nothing else be negative", () => {
  const totals = {
    countedAt: "2026-06-01T10:00:00.000Z",
    ok: true,
    moving: false,
    tickets: 0,
    stock: -1,
    remaining: -1,
    processing: 0,
    unpaid: 0,
    paid: 0,
    cancelled: 0,
    refused: 0,
    refundDue: 0,
    refunded: 0,
    violationCount: 0,
  };
  const line = writeRecord(TOTALS_RECORD, totals);
  assertEquals(readRecord(TOTALS_RECORD, line), totals);
  for (const change of [`"stock":-2`, `"stock":null`, `"paid":-1`]) {
    const [name] = change.split(":");
    const changed = line.replace(new RegExp(`${name}:-?\\d+`), change);
    assertThrows(() => readRecord(TOTALS_RECORD, changed), NotCanonicalError);
  }
});
