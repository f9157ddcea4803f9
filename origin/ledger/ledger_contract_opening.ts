import { assert, assertEquals } from "@std/assert";
import {
  buy,
  holdersOf,
  ITEM,
  kinds,
  ledgerTest,
  LIFE,
  type MakeLedger,
  open,
  reserve,
  stockOf,
  tryOpen,
  wish,
} from "./ledger_contract_setup.ts";
import type { Reservation } from "./stock_ledger.ts";

const NEXT = { item: ITEM, epoch: 4 } as const;

/** What a rebuilt ledger is told of a user: even numbers hold, odd ones gave back. */
function reservation(number: number): Reservation {
  return {
    userId: `user${number}`,
    seq: 1_000_000_000 + number,
    quantity: 1 + number % 3,
    requestId: `"key" ${number}`.replace(" ", "\\"),
    messageId: `7-11-${1_000_000_001 + number}`,
    live: number % 2 === 0,
    payBy: 1_700_000_000_000 + number,
  };
}

/** How an item's ledger begins a life, and ends one. */
export function openingContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(`${name} a ledger that was never opened is closed`, makeLedger, async (test) => {
    assertEquals(await reserve(test, [wish("ann")]), { kind: "closed" });
    assertEquals(await stockOf(test), null);
    assertEquals(await test.ledger.findReservations(LIFE, []), "closed");
    await test.ledger.close([LIFE]);
    assertEquals(await stockOf(test), null);
    assertEquals(await test.ledger.salvage(LIFE), []);
  });

  ledgerTest(`${name} open() takes over reservations of older lives`, makeLedger, async (test) => {
    const holders = Array.from({ length: 20 }, (_, number) => reservation(number));
    await open(test, { remaining: 5, holders, terms: { perUserLimit: 3 } });
    assertEquals([...(await holdersOf(test)).values()].toSorted((a, b) => a.seq - b.seq), holders);
    const { ledger } = test;
    const users = ["user7", "nobody", "user6", "user7"];
    assertEquals(await ledger.findReservations(LIFE, users), [
      holders[7]!,
      null,
      holders[6]!,
      holders[7]!,
    ]);
    const { requestId, quantity, seq, payBy } = holders[6]!;
    const again = await buy(test, wish("user6", { requestId, quantity }));
    assertEquals([again.seq, again.payBy, again.repeat, again.pendingMessage], [
      seq,
      payBy,
      true,
      null,
    ]);
    const { requestId: endedId, quantity: endedQuantity } = holders[7]!;
    assertEquals(
      await kinds(test, [
        wish("user6"),
        wish("user7", { requestId: endedId, quantity: endedQuantity }),
        wish("user7"),
      ]),
      ["already_bought", "order_ended", "reserved"],
    );
    assertEquals((await buy(test, wish("user7"))).seq, 3_000_000_001);
    const release = { ...LIFE, userId: "user6", seq, restock: true };
    assertEquals(await ledger.release([release]), ["released"]);
    assertEquals(await stockOf(test), 5 - 1 + quantity);
  });

  ledgerTest(
    `${name} open() begins a life with nothing of the one before`,
    makeLedger,
    async (test) => {
      await open(test, { holders: [reservation(2)] });
      await buy(test, wish("ann"));
      const change = { item: ITEM, changeId: "add", delta: 5 };
      await test.ledger.adjust([{ ...change, epoch: 3 }]);
      await open(test, { life: NEXT, remaining: 7, holders: [reservation(4)] });
      assertEquals(await stockOf(test), null);
      assertEquals(await stockOf(test, NEXT), 7);
      assertEquals([...(await holdersOf(test, NEXT)).keys()], ["user4"]);
      assertEquals(await test.ledger.claimUnsettled([NEXT], 0, 10), []);
      assertEquals((await buy(test, wish("ann"), NEXT)).seq, 4_000_000_001);
      assertEquals(await test.ledger.adjust([{ ...change, epoch: 3 }]), ["closed"]);
      assertEquals(await stockOf(test, NEXT), 6);
      // The snapshot that this life began with knows nothing of an id that an older life answered.
      assertEquals(await test.ledger.adjust([{ ...change, epoch: 4 }]), ["applied"]);
      assertEquals(await stockOf(test, NEXT), 11);
      await open(test, { life: { item: ITEM, epoch: 5 } });
      assertEquals((await holdersOf(test, { item: ITEM, epoch: 5 })).size, 0);
    },
  );

  ledgerTest(
    `${name} open() is superseded by the same or a higher epoch`,
    makeLedger,
    async (test) => {
      await open(test, { life: NEXT, remaining: 7, holders: [reservation(2)] });
      await buy(test, wish("ann"), NEXT);
      for (const epoch of [3, 4]) {
        const life = { item: ITEM, epoch };
        const holders = [reservation(2), reservation(6), reservation(8), reservation(10)];
        assertEquals(await tryOpen(test, { life, remaining: 99, holders }), "superseded");
        assertEquals(await tryOpen(test, { life, remaining: 99 }), "superseded");
      }
      assertEquals(await stockOf(test, NEXT), 6);
      assertEquals([...(await holdersOf(test, NEXT)).keys()].toSorted(), ["ann", "user2"]);
    },
  );

  ledgerTest(`${name} open() is superseded by one that overtook it`, makeLedger, async (test) => {
    const terms = {
      version: 1,
      startsAt: 0,
      endsAt: 9e15,
      paused: false,
      perUserLimit: 1,
      paymentWindowMs: 1000,
    };
    async function* overtaken() {
      yield [reservation(2)];
      await open(test, { life: NEXT, remaining: 7 });
      yield [reservation(4)];
    }
    const opening = { ...LIFE, remaining: 5, terms };
    assertEquals(await test.ledger.open(opening, overtaken()), "superseded");
    assertEquals((await holdersOf(test, NEXT)).size, 0);
    assertEquals(await stockOf(test, NEXT), 7);
  });

  ledgerTest(`${name} open() can be tried again after a failure`, makeLedger, async (test) => {
    // deno-lint-ignore require-yield -- a source that fails before its second page
    async function* failing(): AsyncGenerator<Reservation[]> {
      throw new Error("the database went away");
    }
    async function* interrupted(): AsyncGenerator<Reservation[]> {
      yield [reservation(2), reservation(6)];
      yield* failing();
    }
    const terms = {
      version: 1,
      startsAt: 0,
      endsAt: 9e15,
      paused: false,
      perUserLimit: 1,
      paymentWindowMs: 1000,
    };
    const failed = await test.ledger.open({ ...LIFE, remaining: 5, terms }, interrupted())
      .then(() => false, () => true);
    assert(failed, "the failure must be heard");
    assertEquals(await stockOf(test), null);
    await open(test, { holders: [reservation(4)] });
    assertEquals([...(await holdersOf(test)).keys()], ["user4"]);
  });

  ledgerTest(`${name} close() ends lives before an epoch`, makeLedger, async (test) => {
    await open(test);
    await buy(test, wish("ann"));
    await test.ledger.close([{ item: ITEM, epoch: 2 }, LIFE]);
    assertEquals(await stockOf(test), 9);
    await test.ledger.close([NEXT]);
    assertEquals(await stockOf(test), null);
    assertEquals(await reserve(test, [wish("ann")]), { kind: "closed" });
    await open(test, { life: NEXT });
    assertEquals(await stockOf(test, NEXT), 10);
  });

  ledgerTest(`${name} listReservations() pages through all`, makeLedger, async (test) => {
    const holders = Array.from({ length: 1200 }, (_, number) => reservation(number));
    await open(test, { holders });
    const found = await holdersOf(test, LIFE, 100);
    assertEquals(found.size, 1200);
    assertEquals(found.get("user77"), holders[77]!);
    const everybody = holders.map((one) => one.userId);
    assertEquals(await test.ledger.findReservations(LIFE, everybody), holders);
  });
}
