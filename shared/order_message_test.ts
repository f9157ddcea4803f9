import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeOrderMessage,
  encodeOrderMessage,
  MAX_ORDERS_PER_MESSAGE,
  type OrderMessage,
  UnreadableMessageError,
} from "./order_message.ts";
import { formatTicket } from "./ticket.ts";

const MESSAGE: OrderMessage = {
  v: 1,
  item: "12-34",
  epoch: 123_456,
  firstSeq: 123_456_000_000_789,
  reservedAt: 1_700_000_000_000,
  payBy: 1_700_000_900_000,
  orders: [
    { userId: "ann-b.c@d_e", quantity: 1, requestId: '"\\{}[],:|' },
    { userId: "bob", quantity: 3, requestId: "k" },
  ],
};

/** The wire form of the message with some members replaced. */
function wire(changes: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(encodeOrderMessage(MESSAGE)), ...changes });
}

Deno.test("decodeOrderMessage() reads back what was encoded, also seqs of fifteen digits", () => {
  assertEquals(decodeOrderMessage(encodeOrderMessage(MESSAGE)), MESSAGE);
});

Deno.test("decodeOrderMessage() reads the request id of any replayed ticket", () => {
  const id = 999_999_999_999_999;
  const ticket = formatTicket(`${id}-${id}`, "u".repeat(64), 9_007_198_999_999_999);
  const [order] = decodeOrderMessage(wire({ o: [["ann", 1, `replay-${ticket}`]] })).orders;
  assertEquals(order?.requestId, `replay-${ticket}`);
});

Deno.test("decodeOrderMessage() names the rule that a message breaks", () => {
  const broken: [string, string][] = [
    ["{", "JSON"],
    ["null", "object"],
    [wire({ v: 2 }), "version"],
    [wire({ i: "x" }), "item"],
    [wire({ e: 1.5 }), "epoch"],
    [wire({ e: 7 }), "first seq"],
    [wire({ p: "soon" }), "times"],
    [wire({ o: [] }), "orders"],
    [wire({ o: Array(MAX_ORDERS_PER_MESSAGE + 1).fill(["a", 1, "k"]) }), "orders"],
    [wire({ o: [["ann", 1]] }), "three parts"],
    [wire({ o: [["a b", 1, "k"]] }), "user id"],
    [wire({ o: [["ann", 0, "k"]] }), "quantity"],
    [wire({ o: [["ann", 1, "a b"]] }), "request id"],
    [wire({ o: [["ann", 1, "k".repeat(129)]] }), "request id"],
  ];
  for (const [text, rule] of broken) {
    assertThrows(() => decodeOrderMessage(text), UnreadableMessageError, rule);
  }
});
