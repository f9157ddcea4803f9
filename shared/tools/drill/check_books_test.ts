import { assertEquals } from "@std/assert";
import type { Books } from "./books.ts";
import { checkBooks } from "./check_books.ts";
import { goodBooks, order, payment, restock, seqOf, ticketOf } from "./check_fixture.ts";
import type { Counts } from "./findings.ts";

/** Each breaks the good books in one way. */
const BROKEN: [string, (books: Books) => void, { rules: string[] } & Partial<Counts>][] = [
  ["I1: more is left than should be", (books) => {
    books.ledger.stock = 9;
  }, { rules: ["I1"], oversold: 1 }],
  ["I1: less is left than should be", (books) => {
    books.ledger.stock = 6;
  }, { rules: ["I1"], undersold: 2 }],
  ["I1: the ledger does not know", (books) => {
    books.ledger.stock = NaN;
  }, { rules: ["I1"] }],
  ["I1: the counter of what is sold is wrong", (books) => {
    books.item.sold = 3;
  }, { rules: ["I1"] }],
  ["I2: there were more orders at one moment than pieces", (books) => {
    books.item.stock = 2;
    books.ledger.stock = 0;
    books.events[0]!.createdAt = books.orders[4]!.createdAt + 1;
    books.events[1]!.createdAt = books.orders[4]!.createdAt + 1;
  }, { rules: ["I2"], oversold: 2 }],
  ["I3: a ticket has two orders", (books) => {
    books.orders.push(order(4, { status: "refused", reason: "late", live: null }));
  }, { rules: ["I3"] }],
  ["I3: an order has a number that was never given out", (books) => {
    books.ledger.n = 4;
  }, { rules: ["I3"] }],
  ["I3: an order is of an epoch that never was", (books) => {
    books.orders[3]!.seq = 2 * 1e9 + 1;
  }, { rules: ["I3"] }],
  ["I3: a reservation has no order", (books) => {
    books.ledger.holders.push({ userId: "u9", seq: seqOf(9), quantity: 1, live: true });
  }, { rules: ["I3"] }],
  ["I3: an order has no reservation", (books) => {
    books.ledger.holders.shift();
  }, { rules: ["I3"] }],
  ["I5: a buyer has two live orders", (books) => {
    const second = order(5, { userId: "u1", ticket: `1-1-u1-${seqOf(5)}` });
    books.orders[4] = second;
    books.payments.pop();
    books.events.pop();
    books.item.sold = 3;
    books.ledger.stock = 7;
    books.ledger.holders = [
      { userId: "u1", seq: seqOf(5), quantity: 1, live: true },
      { userId: "u2", seq: seqOf(2), quantity: 1, live: true },
    ];
  }, { rules: ["I3", "I5", "I5"], doubled: 1 }],
  ["I5: a buyer holds more than the limit", (books) => {
    books.orders[0]!.quantity = 2;
    books.item.sold = 3;
    books.ledger.stock = 7;
  }, { rules: ["I5"] }],
  ["I5: an order that ended still counts as live", (books) => {
    books.orders[3]!.live = 1;
    books.ledger.holders.push({ userId: "u4", seq: seqOf(4), quantity: 1, live: true });
  }, { rules: ["I5"] }],
  ["I6: a payment was stored and never decided", (books) => {
    books.payments[1]!.state = "stored";
  }, { rules: ["I6"] }],
  ["I6: a payment was taken for an order that is not paid", (books) => {
    books.payments[1]!.state = "applied";
  }, { rules: ["I6"] }],
  ["I6: an order is paid by nothing", (books) => {
    books.payments.shift();
  }, { rules: ["I6"] }],
  ["I6: an order was paid twice", (books) => {
    books.payments.push(payment(2, { eventId: "another" }));
  }, { rules: ["I6"] }],
  ["I7: stock came back twice", (books) => {
    books.events.push(restock(3, { id: "another" }));
  }, { rules: ["I7"] }],
  ["I7: stock never came back", (books) => {
    books.events.shift();
  }, { rules: ["I7"] }],
  ["I7: stock of a live order came back", (books) => {
    books.events.push(restock(1));
  }, { rules: ["I7"] }],
  ["I7: a return is still pending", (books) => {
    books.events[0]!.state = "pending";
  }, { rules: ["I7"] }],
];

Deno.test("checkBooks() finds nothing where everything is in order", () => {
  assertEquals(checkBooks(goodBooks(), 1), {
    violations: [],
    counts: { lost: 0, doubled: 0, oversold: 0, undersold: 0 },
  });
});

for (const [what, spoil, { rules, ...counts }] of BROKEN) {
  Deno.test(`checkBooks() notices ${what}`, () => {
    const books = goodBooks();
    spoil(books);
    const found = checkBooks(books, 1);
    assertEquals(found.violations.map(({ rule }) => rule), rules);
    assertEquals(found.counts, { lost: 0, doubled: 0, oversold: 0, undersold: 0, ...counts });
  });
}

Deno.test("checkBooks() names the tickets, a few of them", () => {
  const books = goodBooks();
  for (let n = 11; n <= 15; n += 1) {
    books.orders.push(order(n, { status: "cancelled", reason: "expired", live: null }));
  }
  books.ledger.n = 15;
  const [violation] = checkBooks(books, 1).violations;
  const examples = [11, 12, 13].map(ticketOf).join(", ");
  assertEquals(
    violation?.text,
    `5 cancelled orders never gave their stock back: ${examples} and 2 more`,
  );
});

Deno.test("checkBooks() bounds nothing when the stock is unlimited", () => {
  const books = goodBooks();
  books.item.stock = books.ledger.stock = -1;
  assertEquals(checkBooks(books, 1).violations, []);
});

Deno.test("checkBooks() takes what was taken back as having been there before", () => {
  const books = goodBooks();
  // Five pieces, of which at one moment four were held; then two unsold ones were taken back.
  books.item.stock = 3;
  books.ledger.stock = 1;
  const takeBack = { id: "t", kind: "take_back", ticket: null, delta: -2, state: "done" };
  books.events.push({ ...takeBack, createdAt: books.orders[4]!.createdAt + 5_000 });
  assertEquals(checkBooks(books, 1).violations, []);
});
