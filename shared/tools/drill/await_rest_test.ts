import { assertEquals } from "@std/assert";
import { unrestOf } from "./await_rest.ts";
import type { Books } from "./books.ts";
import { goodBooks, seqOf } from "./check_fixture.ts";

const UNREST: [string, (books: Books) => void][] = [
  ["the item is closed (epoch 1)", (books) => void (books.item.openEpoch = 0)],
  ["the ledger is of epoch 2 and not 1", (books) => void (books.ledger.epoch = 2)],
  ["1 messages are not settled", (books) => void (books.ledger.outbox = 1)],
  ["3 reservations, 2 orders are live", (books) => {
    books.ledger.holders.push({ userId: "u8", seq: seqOf(8), quantity: 1, live: true });
  }],
  ["changes of stock are pending", (books) => void (books.events[0]!.state = "pending")],
  ["payments are not decided", (books) => void (books.payments[0]!.state = "stored")],
];

Deno.test("unrestOf() finds nothing at rest", () => {
  assertEquals(unrestOf(goodBooks(), { ready: 0 }), []);
});

for (const [what, change] of UNREST) {
  Deno.test(`unrestOf() sees that ${what}`, () => {
    const books = goodBooks();
    change(books);
    assertEquals(unrestOf(books, { ready: 0 }), [
      ...(what.startsWith("the item") ? [what, "the ledger is of epoch 1 and not 0"] : [what]),
    ]);
  });
}

Deno.test("unrestOf() sees messages in the broker", () => {
  assertEquals(unrestOf(goodBooks(), { ready: 2 }), ["2 messages wait in the broker"]);
});
