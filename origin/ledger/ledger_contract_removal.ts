import { assertEquals } from "@std/assert";
import {
  BUDGET_MS,
  buy,
  decide,
  holdersOf,
  inPages,
  ITEM,
  kinds,
  ledgerTest,
  LIFE,
  type MakeLedger,
  open,
  passOf,
  reserve,
  runningTerms,
  stockOf,
  wish,
} from "./ledger_contract_setup.ts";
import type { Reservation } from "./stock_ledger.ts";

const OTHER = { item: "7-111", epoch: 3 } as const;

/** The item in the epoch of its fence. */
const FENCED = { item: ITEM, epoch: 9 } as const;

function held(number: number): Reservation {
  return {
    userId: `user${number}`,
    seq: 1_000_000_001 + number,
    quantity: 1,
    requestId: `key${number}`,
    messageId: "7-11-1000000001",
    live: true,
    payBy: 1_700_000_000_000,
  };
}

/** How items leave a ledger for good. */
export function removalContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(`${name} removeItems() leaves nothing of an item`, makeLedger, async (test) => {
    const { ledger } = test;
    const holders = Array.from({ length: 4500 }, (_, number) => held(number));
    await open(test, { remaining: 10, holders });
    const { seq } = await buy(test, wish("ann", { pass: await passOf(test, "p") }));
    await ledger.adjust([{ ...LIFE, changeId: "add", delta: 5 }]);
    await ledger.removeItems([FENCED]);

    assertEquals(await reserve(test, [wish("ann")]), { kind: "closed" });
    assertEquals(await stockOf(test), null);
    assertEquals(await ledger.findReservations(LIFE, ["ann"]), "closed");
    assertEquals(await ledger.listReservations(LIFE, "0", 10), "closed");
    assertEquals(await ledger.listOutbox([{ ...LIFE, skip: 0, limit: 10 }]), [null]);
    assertEquals(await ledger.claimUnsettled([LIFE], 0, 10), []);
    assertEquals(await ledger.salvage({ item: ITEM, epoch: 99 }), []);
    const release = { ...LIFE, userId: "ann", seq, restock: true };
    assertEquals(await ledger.release([release]), ["closed"]);
    assertEquals(await ledger.adjust([{ ...LIFE, changeId: "add", delta: 5 }]), ["closed"]);
    assertEquals(
      await ledger.setTerms([{ ...LIFE, terms: await runningTerms(test) }]),
      [false],
    );
  });

  ledgerTest(`${name} removeItems() can be done again`, makeLedger, async (test) => {
    await test.ledger.removeItems([]);
    await test.ledger.removeItems([FENCED, { item: "8-1", epoch: 0 }]);
    await open(test);
    await test.ledger.removeItems([FENCED, FENCED]);
    await test.ledger.removeItems([FENCED]);
    assertEquals(await stockOf(test), null);
  });

  ledgerTest(`${name} removeItems() leaves other items alone`, makeLedger, async (test) => {
    await open(test, { life: OTHER, remaining: 5 });
    await open(test, { remaining: 5 });
    const { seq } = await buy(test, wish("ann", { pass: await passOf(test, "p") }), OTHER);
    await decide(test, [wish("ann"), wish("bob")]);
    await test.ledger.removeItems([FENCED]);
    assertEquals(await stockOf(test, OTHER), 4);
    assertEquals([...(await holdersOf(test, OTHER)).keys()], ["ann"]);
    const again = await buy(test, wish("ann"), OTHER);
    assertEquals([again.seq, again.repeat], [seq, true]);
    const spent = wish("cid", { pass: await passOf(test, "p") });
    assertEquals(await kinds(test, [spent], OTHER), ["captcha_required"]);
  });

  ledgerTest(`${name} removeItems() takes what was staged along`, makeLedger, async (test) => {
    async function* abandoned() {
      yield [held(1), held(2)];
      await test.ledger.removeItems([FENCED]);
      throw new Error("the coordinator died");
    }
    const terms = await runningTerms(test);
    const failed = await test.ledger.open({ ...LIFE, remaining: 5, terms }, abandoned())
      .then(() => false, () => true);
    assertEquals(failed, true);
    // Whoever began an item anew would find nothing of the old one.
    const life = { item: ITEM, epoch: 1 };
    const opening = { ...life, remaining: 3, terms };
    assertEquals(await test.ledger.open(opening, inPages([])), "opened");
    assertEquals((await holdersOf(test, life)).size, 0);
    const [outcome] = await test.ledger.reserve([{ ...life, requests: [wish("ann")] }], BUDGET_MS);
    assertEquals(outcome?.kind, "decided");
  });
}
