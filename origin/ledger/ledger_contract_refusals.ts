import { assert, assertEquals } from "@std/assert";
import {
  BUDGET_MS,
  buy,
  decide,
  HOUR_MS,
  ITEM,
  kinds,
  ledgerTest,
  type LedgerUnderTest,
  LIFE,
  type MakeLedger,
  open,
  reserve,
  runningTerms,
  stockOf,
  WINDOW_MS,
  wish,
} from "./ledger_contract_setup.ts";
import type { ItemTerms } from "./stock_ledger.ts";

/** Puts other terms in force, each time with a higher version. */
async function setTerms(test: LedgerUnderTest, version: number, changes: Partial<ItemTerms>) {
  const terms = await runningTerms(test, { ...changes, version });
  assertEquals(await test.ledger.setTerms([{ ...LIFE, terms }]), [true]);
}

/** Wishes of everybody whom the precedence knows. "ann" holds one piece, "zoe" gave hers back. */
const EVERYBODY = [
  wish("ann"),
  wish("ann", { quantity: 2 }),
  wish("zoe"),
  wish("zoe", { quantity: 2 }),
  wish("ann", { lookupOnly: true }),
  wish("zoe", { lookupOnly: true }),
  wish("bob", { lookupOnly: true }),
  wish("zoe", { lookupOnly: true, requestId: "new" }),
  wish("ann", { requestId: "new" }),
  wish("ann", { requestId: "new", lookupOnly: true }),
  wish("ann", { requestId: "new", quantity: 99 }),
  wish("bob", { quantity: 99 }),
  wish("bob", { quantity: 2 }),
];

/** What the wishes that stand before the terms are told, in the order of `EVERYBODY`. */
const BEFORE_TERMS = [
  "reserved",
  "idempotency_mismatch",
  "order_ended",
  "idempotency_mismatch",
  "reserved",
  "order_ended",
  "unknown_buyer",
  "unknown_buyer",
];

/** Who gets nothing, and which reason wins when there are several. */
export function refusalsContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(`${name} reserve() refuses in the written precedence`, makeLedger, async (test) => {
    await open(test, { remaining: 2, terms: { perUserLimit: 2 } });
    await buy(test, wish("ann"));
    const { seq } = await buy(test, wish("zoe"));
    await test.ledger.release([{ ...LIFE, userId: "zoe", seq, restock: true }]);
    const now = await test.now();
    const cases: [Partial<ItemTerms>, string[]][] = [
      [{ startsAt: now + HOUR_MS, endsAt: now + HOUR_MS, paused: true }, fill("not_started")],
      [{ endsAt: now, paused: true }, fill("ended")],
      [{ paused: true }, fill("paused")],
      [{}, [
        "already_bought",
        "already_bought",
        "already_bought",
        "over_limit",
        "sold_out",
      ]],
    ];
    let version = 10;
    for (const [changes, expected] of cases) {
      await setTerms(test, version++, { perUserLimit: 2, ...changes });
      assertEquals(await kinds(test, EVERYBODY), [...BEFORE_TERMS, ...expected]);
    }
    assertEquals(await stockOf(test), 1);
  });

  ledgerTest(`${name} reserve() tells the ticket of a refusal`, makeLedger, async (test) => {
    await open(test);
    const { seq } = await buy(test, wish("ann"));
    const other = [wish("ann", { requestId: "new" }), wish("ann", { quantity: 2 })];
    assertEquals((await decide(test, other)).decisions, [
      { kind: "already_bought", seq },
      { kind: "idempotency_mismatch", seq },
    ]);
    await test.ledger.release([{ ...LIFE, userId: "ann", seq, restock: true }]);
    assertEquals((await decide(test, [wish("ann")])).decisions, [{ kind: "order_ended", seq }]);
  });

  ledgerTest(`${name} reserve() sells anew to a buyer who gave back`, makeLedger, async (test) => {
    await open(test, { remaining: 1 });
    const first = await buy(test, wish("ann"));
    await test.ledger.release([{ ...LIFE, userId: "ann", seq: first.seq, restock: true }]);
    const second = await buy(test, wish("ann", { requestId: "new" }));
    assertEquals(second.seq, first.seq + 1);
    assertEquals(second.repeat, false);
    // The old request id is no longer remembered, but the new reservation stands in its way.
    assertEquals(await kinds(test, [wish("ann"), wish("ann", { requestId: "new" })]), [
      "already_bought",
      "reserved",
    ]);
    assertEquals(await stockOf(test), 0);
  });

  ledgerTest(`${name} reserve() looks up without deducting`, makeLedger, async (test) => {
    await open(test);
    const outcome = await decide(test, [wish("ann", { lookupOnly: true })]);
    assertEquals(outcome, {
      kind: "decided",
      decisions: [{ kind: "unknown_buyer" }],
      remaining: 10,
      messages: [],
    });
    assertEquals((await buy(test, wish("ann"))).repeat, false);
  });

  ledgerTest(`${name} reserve() sells a smaller wish what is left`, makeLedger, async (test) => {
    await open(test, { remaining: 3, terms: { perUserLimit: 5 } });
    assertEquals(
      await kinds(test, [
        wish("ann", { quantity: 4 }),
        wish("bob", { quantity: 2 }),
        wish("cid", { quantity: 2 }),
        wish("dan", { quantity: 1 }),
        wish("eve", { quantity: 1 }),
      ]),
      ["sold_out", "reserved", "sold_out", "reserved", "sold_out"],
    );
    assertEquals(await stockOf(test), 0);
  });

  ledgerTest(`${name} reserve() sells only inside the window`, makeLedger, async (test) => {
    const startsAt = await test.now() + 60;
    const endsAt = startsAt + 60;
    await open(test, { remaining: -1, terms: { startsAt, endsAt } });
    const seen = new Set<string>();
    for (let turn = 0; turn < 100_000 && !seen.has("ended"); turn += 1) {
      const before = await test.now();
      const { decisions: [decision] } = await decide(test, [wish(`user${turn}`)]);
      const after = await test.now();
      seen.add(decision!.kind);
      if (decision!.kind === "not_started") assert(before < startsAt, "too late for that");
      else if (decision!.kind === "ended") assert(after >= endsAt, "too early for that");
      else {
        assert(decision!.kind === "reserved");
        const decidedAt = decision!.payBy - WINDOW_MS;
        assert(decidedAt >= startsAt && decidedAt < endsAt, "outside the window");
      }
    }
    assertEquals([...seen], ["not_started", "reserved", "ended"]);
  });

  ledgerTest(`${name} setTerms() leaves newer terms in force`, makeLedger, async (test) => {
    await open(test, { terms: { version: 5 } });
    const older = await runningTerms(test, { version: 4, paused: true });
    const same = await runningTerms(test, { version: 5, paused: true });
    assertEquals(await test.ledger.setTerms([{ ...LIFE, terms: older }]), [true]);
    assertEquals(await kinds(test, [wish("ann")]), ["reserved"]);
    assertEquals(await test.ledger.setTerms([{ ...LIFE, terms: same }]), [true]);
    assertEquals(await kinds(test, [wish("bob")]), ["paused"]);
    const foreign = { item: ITEM, epoch: 2 };
    assertEquals(await test.ledger.setTerms([{ ...foreign, terms: same }]), [false]);
  });

  ledgerTest(`${name} reserve() answers late when the time is over`, makeLedger, async (test) => {
    await open(test);
    const batches = [{ ...LIFE, requests: [wish("ann")] }];
    assertEquals(await test.ledger.reserve(batches, 0), [{ kind: "late" }]);
    assertEquals(await test.ledger.reserve(batches, -5), [{ kind: "late" }]);
    assertEquals(await stockOf(test), 10);
    assertEquals((await test.ledger.reserve(batches, BUDGET_MS))[0]?.kind, "decided");
  });

  ledgerTest(
    `${name} reserve() answers busy when nothing more may wait`,
    makeLedger,
    async (test) => {
      await open(test);
      await buy(test, wish("ann"));
      await buy(test, wish("bob"));
      assertEquals(await reserve(test, [wish("ann"), wish("cid")]), { kind: "busy" });
      assertEquals(await stockOf(test), 8);
      assertEquals(
        await kinds(test, [
          wish("ann"),
          wish("bob", { requestId: "new" }),
          wish("cid", { lookupOnly: true }),
          wish("cid", { quantity: 2 }),
        ]),
        ["reserved", "already_bought", "unknown_buyer", "over_limit"],
      );
    },
    { room: 2 },
  );

  ledgerTest(`${name} every operation is closed for another epoch`, makeLedger, async (test) => {
    await open(test);
    const { seq } = await buy(test, wish("ann"));
    const terms = await runningTerms(test, { version: 99, paused: true });
    for (const epoch of [2, 4]) {
      const life = { item: ITEM, epoch };
      const batch = { ...life, requests: [wish("ann"), wish("bob")] };
      const { ledger } = test;
      assertEquals(await ledger.reserve([batch], BUDGET_MS), [{ kind: "closed" }]);
      assertEquals(await ledger.readStock([life]), [null]);
      assertEquals(await ledger.setTerms([{ ...life, terms }]), [false]);
      const release = { ...life, userId: "ann", seq, restock: true };
      assertEquals(await ledger.release([release]), ["closed"]);
      assertEquals(await ledger.adjust([{ ...life, changeId: "c", delta: 5 }]), ["closed"]);
      assertEquals(await ledger.findReservations(life, ["ann"]), "closed");
      assertEquals(await ledger.listReservations(life, "0", 10), "closed");
      assertEquals(await ledger.claimUnsettled([life], 0, 10), []);
    }
    assertEquals(await stockOf(test), 9);
    assertEquals(await kinds(test, [wish("ann"), wish("bob")]), ["reserved", "reserved"]);
  });
}

function fill(kind: string): string[] {
  return Array.from({ length: EVERYBODY.length - BEFORE_TERMS.length }, () => kind);
}
