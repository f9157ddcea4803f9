import { assertEquals } from "@std/assert";
import {
  buy,
  holdersOf,
  kinds,
  ledgerTest,
  type LedgerUnderTest,
  LIFE,
  type MakeLedger,
  open,
  stockOf,
  wish,
} from "./ledger_contract_setup.ts";
import type { StockChangeOutcome } from "./stock_ledger.ts";

async function adjust(test: LedgerUnderTest, changeId: string, delta: number) {
  const [outcome] = await test.ledger.adjust([{ ...LIFE, changeId, delta }]);
  return outcome as StockChangeOutcome;
}

/** What changes stock beside buyers: reservations that end, and operators. */
export function changesContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(`${name} release() gives stock back once`, makeLedger, async (test) => {
    await open(test, { terms: { perUserLimit: 4 } });
    const { seq } = await buy(test, wish("ann", { quantity: 4 }));
    const release = { ...LIFE, userId: "ann", seq, restock: true };
    assertEquals(await test.ledger.release([release, release]), ["released", "not_held"]);
    assertEquals(await test.ledger.release([release]), ["not_held"]);
    assertEquals(await stockOf(test), 10);
    const held = (await holdersOf(test)).get("ann");
    assertEquals([held?.live, held?.seq, held?.requestId], [false, seq, "ann-1"]);
  });

  ledgerTest(`${name} release() takes only the seq that is held`, makeLedger, async (test) => {
    await open(test);
    const { seq } = await buy(test, wish("ann"));
    const { ledger } = test;
    const wrong = { ...LIFE, userId: "ann", seq: seq + 1, restock: true };
    const stranger = { ...LIFE, userId: "bob", seq, restock: true };
    assertEquals(await ledger.release([wrong, stranger]), ["not_held", "not_held"]);
    await ledger.release([{ ...LIFE, userId: "ann", seq, restock: true }]);
    const anew = await buy(test, wish("ann", { requestId: "new" }));
    // A late repeat of the first release must not end the second reservation.
    const repeat = { ...LIFE, userId: "ann", seq, restock: true };
    assertEquals(await ledger.release([repeat]), ["not_held"]);
    assertEquals(await stockOf(test), 9);
    const right = { ...LIFE, userId: "ann", seq: anew.seq, restock: true };
    assertEquals(await ledger.release([right]), ["released"]);
    assertEquals(await stockOf(test), 10);
  });

  ledgerTest(`${name} release() can leave the stock as it is`, makeLedger, async (test) => {
    await open(test);
    const { seq } = await buy(test, wish("ann"));
    const drop = { ...LIFE, userId: "ann", seq, restock: false };
    assertEquals(await test.ledger.release([drop]), ["released"]);
    assertEquals(await stockOf(test), 9);
    assertEquals(await kinds(test, [wish("ann")]), ["order_ended"]);
  });

  ledgerTest(`${name} release() leaves unlimited stock unlimited`, makeLedger, async (test) => {
    await open(test, { remaining: -1 });
    const { seq } = await buy(test, wish("ann"));
    await test.ledger.release([{ ...LIFE, userId: "ann", seq, restock: true }]);
    assertEquals(await stockOf(test), -1);
  });

  ledgerTest(`${name} release() answers many in their order`, makeLedger, async (test) => {
    const other = { item: "7-12", epoch: 2 } as const;
    await open(test, { remaining: 600 });
    await open(test, { life: other });
    const crowd = Array.from({ length: 510 }, (_, number) => wish(`user${number}`));
    await kinds(test, crowd);
    const { seq } = await buy(test, wish("ann"), other);
    const releases = crowd.map((one, number) => ({
      ...LIFE,
      userId: one.userId,
      seq: 3_000_000_001 + number + (number % 2),
      restock: true,
    }));
    const outcomes = await test.ledger.release([
      { ...other, userId: "ann", seq, restock: true },
      ...releases,
      { ...LIFE, epoch: 9, userId: "ann", seq, restock: true },
    ]);
    assertEquals(outcomes, [
      "released",
      ...releases.map((_, number) => number % 2 === 0 ? "released" as const : "not_held" as const),
      "closed",
    ]);
    assertEquals(await test.ledger.readStock([LIFE, other]), [600 - 510 + 255, 10]);
  });

  ledgerTest(`${name} adjust() is all or nothing`, makeLedger, async (test) => {
    await open(test, { remaining: 3 });
    assertEquals(await adjust(test, "take-4", -4), "refused");
    assertEquals(await stockOf(test), 3);
    assertEquals(await adjust(test, "take-3", -3), "applied");
    assertEquals(await stockOf(test), 0);
    assertEquals(await kinds(test, [wish("ann")]), ["sold_out"]);
    assertEquals(await adjust(test, "add", 5), "applied");
    assertEquals(await kinds(test, [wish("ann")]), ["reserved"]);
    assertEquals(await stockOf(test), 4);
  });

  ledgerTest(`${name} adjust() gives a repeated id its first answer`, makeLedger, async (test) => {
    await open(test, { remaining: 3 });
    const { ledger } = test;
    const add = { ...LIFE, changeId: "add", delta: 2 };
    const take = { ...LIFE, changeId: "take", delta: -9 };
    assertEquals(await ledger.adjust([add, add, take]), ["applied", "applied", "refused"]);
    assertEquals(await stockOf(test), 5);
    assertEquals(await adjust(test, "more", 10), "applied");
    // There is enough now, but the id was answered.
    assertEquals(await ledger.adjust([take, add]), ["refused", "applied"]);
    assertEquals(await stockOf(test), 15);
  });

  ledgerTest(`${name} adjust() refuses to change unlimited stock`, makeLedger, async (test) => {
    await open(test, { remaining: -1 });
    assertEquals(await adjust(test, "add", 5), "refused");
    assertEquals(await adjust(test, "take", -5), "refused");
    assertEquals(await stockOf(test), -1);
  });
}
