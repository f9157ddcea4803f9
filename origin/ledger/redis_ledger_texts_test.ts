import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { holderText, pairs, readHolder, readOutcome } from "./redis_ledger_texts.ts";
import type { Reservation } from "./stock_ledger.ts";

const LIFE = { item: "7-11", epoch: 3 } as const;

Deno.test("readHolder() reads what holderText() wrote", () => {
  const visible = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 64,
  });
  const reservations: fc.Arbitrary<Reservation> = fc.record({
    userId: fc.constant("ann"),
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    quantity: fc.integer({ min: 1, max: 1_000_000_000 }),
    requestId: visible,
    messageId: visible,
    live: fc.boolean(),
    payBy: fc.integer({ min: 0, max: 9e15 }),
  });
  fc.assert(fc.property(reservations, (one) => {
    assertEquals(readHolder("ann", holderText(one)), { ...one });
  }));
});

Deno.test("readHolder() refuses what is no reservation", () => {
  assertThrows(() => readHolder("ann", "1 1 2 7-11-1 5 key"), TypeError, "Cannot read");
});

Deno.test("readOutcome() refuses a word that deduct.lua never says", () => {
  const request = { userId: "ann", requestId: "k", quantity: 1, lookupOnly: false, pass: null };
  const reply = ["decided", 1, 5, "3000000001", "9", "x:1"];
  assertThrows(() => readOutcome(reply, LIFE, [request]), TypeError, "Cannot read a decision");
});

Deno.test("pairs() takes names and values together", () => {
  assertEquals(pairs(["a", "1", "b", "2"]), [["a", "1"], ["b", "2"]]);
});
