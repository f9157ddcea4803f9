import { assertEquals } from "@std/assert";
import type { Books } from "./books.ts";
import { goodBooks, goodRecord, line, NOON, order, ticketOf } from "./check_fixture.ts";
import { checkRecord, checkTimes } from "./check_record.ts";
import type { RecordLine } from "./crowd_record.ts";
import type { Counts } from "./findings.ts";

/** Each breaks the good record, or its books, in one way. */
const BROKEN: [
  string,
  (lines: RecordLine[], books: Books) => void,
  { rules: string[] } & Partial<Counts>,
][] = [
  ["I4: a reserved ticket has no order", (lines) => {
    lines.push(line(8));
  }, { rules: ["I4"], lost: 1 }],
  ["I4: a reserved ticket was refused", (_, books) => {
    books.orders[0]!.status = "refused";
  }, { rules: ["I4"], lost: 1 }],
  ["I4: a reserved ticket was refused and its money goes back", (_, books) => {
    books.orders[4]!.reason = "lost_in_recovery";
  }, { rules: ["I4"], lost: 1 }],
  ["I4: a ticket on its way never ended", (lines) => {
    lines.push(line(8, { status: 202, code: "processing" }));
  }, { rules: ["I4"] }],
  ["I4: a poll called a reserved ticket refused", (lines) => {
    lines.push(line(1, { kind: "poll", status: 200, code: "refused" }));
  }, { rules: ["I4"] }],
  ["I3: one key got two tickets", (lines, books) => {
    books.orders.push(order(8, { userId: "u1" }));
    lines.push(line(1, { kind: "repeat", status: 200, ticket: ticketOf(8) }));
  }, { rules: ["I3"], doubled: 1 }],
  ["I6: a payment that was taken is gone", (_, books) => {
    books.payments.shift();
  }, { rules: ["I6"] }],
  ["I6: a payment that was taken is decided by nobody", (_, books) => {
    books.payments[0]!.state = "stored";
  }, { rules: ["I6"] }],
  ["I6: a payment is recorded with another amount", (_, books) => {
    books.payments[0]!.amount = 1;
  }, { rules: ["I6"] }],
  ["I8: a key was reserved and then sold out", (lines) => {
    const { ticket: _, ...soldOut } = line(1, { status: 409, code: "sold_out" });
    lines.push({ ...soldOut, at: NOON + 9_000, kind: "repeat" });
  }, { rules: ["I8"] }],
  ["I6: a payment of a ticket was refused", (lines) => {
    lines.push(line(1, { kind: "pay", status: 422, code: "wrong_amount", eventId: "e" }));
  }, { rules: ["I6"] }],
  ["a cancel that was answered with something else", (lines) => {
    lines.push(line(1, { kind: "cancel", status: 404, code: "not_found" }));
  }, { rules: ["drill"] }],
  ["a buyer who never got a decision", (lines) => {
    lines.push(line(9, { kind: "gave_up", status: 0, code: "gave_up" }));
  }, { rules: ["drill"] }],
];

Deno.test("checkRecord() finds nothing where everything is in order", () => {
  assertEquals(checkRecord(goodRecord(), goodBooks()), {
    violations: [],
    counts: { lost: 0, doubled: 0, oversold: 0, undersold: 0 },
  });
});

for (const [what, spoil, { rules, ...counts }] of BROKEN) {
  Deno.test(`checkRecord() notices ${what}`, () => {
    const lines = goodRecord();
    const books = goodBooks();
    spoil(lines, books);
    const found = checkRecord(lines, books);
    assertEquals(found.violations.map(({ rule }) => rule), rules);
    assertEquals(found.counts, { lost: 0, doubled: 0, oversold: 0, undersold: 0, ...counts });
  });
}

Deno.test("checkRecord() lets a ticket end with the ledger that gave it out", () => {
  const books = goodBooks();
  books.item.epoch = books.item.ledgerEpoch = 2;
  const lines = [...goodRecord(), line(8, { status: 202, code: "processing" })];
  assertEquals(checkRecord(lines, books).violations, []);
});

Deno.test("checkRecord() lets a key that was sold out win later", () => {
  const { ticket: _, ...soldOut } = line(1, { at: NOON, status: 409, code: "sold_out" });
  assertEquals(checkRecord([soldOut, ...goodRecord()], goodBooks()).violations, []);
});

const ON_TIME = () => 0;

Deno.test("checkTimes() finds answers that took too long and tells the slowest", () => {
  const lines = [
    line(1, { ms: 1_500 }),
    line(2, { ms: 1_501 }),
    line(3, { ms: 9_000, kind: "pay" }),
  ];
  const { violations, slowest } = checkTimes(lines, ON_TIME);
  assertEquals(violations.map(({ rule }) => rule), ["time"]);
  assertEquals(slowest, { ms: 1_501, user: "u2", status: 201, code: "reserved" });
});

Deno.test("checkTimes() does not blame what the tools themselves were late", () => {
  const lines = [line(1, { ms: 2_200, lateMs: 500 })];
  assertEquals(checkTimes(lines, ON_TIME).violations.length, 1);
  const asked: number[][] = [];
  const { violations, slowest } = checkTimes(lines, (from, to) => {
    asked.push([from, to]);
    return 300;
  });
  assertEquals(violations, []);
  assertEquals(slowest?.ms, 1_400);
  assertEquals(asked, [[NOON + 100, NOON + 2_300]]);
});

Deno.test("checkTimes() finds buys that got no answer at all", () => {
  const lines = [line(1, { ms: 10, status: 0, code: "TypeError" })];
  assertEquals(checkTimes(lines, ON_TIME).violations.map(({ rule }) => rule), ["time"]);
});
