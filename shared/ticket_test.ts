import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { itemKey, parseItemKey } from "./item.ts";
import { formatTicket, MAX_EPOCH, parseTicket, SEQ_PER_EPOCH } from "./ticket.ts";

const positive = fc.integer({ min: 1, max: 999_999_999 });
const userId = fc.stringMatching(/^[A-Za-z0-9_.@-]{1,64}$/);

Deno.test("parseTicket() reads back every ticket, whatever the user is called", () => {
  fc.assert(fc.property(
    positive,
    positive,
    userId,
    fc.integer({ min: 1, max: MAX_EPOCH }),
    positive,
    (saleId, productId, user, epoch, n) => {
      const seq = epoch * SEQ_PER_EPOCH + n;
      const ticket = formatTicket(itemKey(saleId, productId), user, seq);
      assertEquals(parseTicket(ticket), { saleId, productId, userId: user, seq, epoch });
    },
  ));
});

Deno.test("parseTicket() takes nothing that never was a ticket", () => {
  const forged = [
    "",
    "1-2-ann",
    "1-2-ann-0",
    "1-2-ann-1000000000",
    "1-2-ann-999999999",
    "0-2-ann-1000000001",
    "01-2-ann-1000000001",
    "1-2--1000000001",
    "1-2-a b-1000000001",
    "1-2-ann-9999999999999999",
    "1-2-ann-1000000001 ",
    `1-2-${"a".repeat(65)}-1000000001`,
    "__proto__",
  ];
  for (const ticket of forged) assertEquals(parseTicket(ticket), null, ticket);
});

Deno.test("parseItemKey() reads an item and refuses everything else", () => {
  assertEquals(parseItemKey("12-34"), { saleId: 12, productId: 34 });
  for (const key of ["", "1", "1-", "-1-2", "1-2-3", "0-1", "1.5-2"]) {
    assertThrows(() => parseItemKey(key), TypeError, "item key");
  }
});
