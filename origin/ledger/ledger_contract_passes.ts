import { assertEquals } from "@std/assert";
import {
  buy,
  HOUR_MS,
  kinds,
  ledgerTest,
  type LedgerUnderTest,
  LIFE,
  type MakeLedger,
  open,
  passOf,
  runningTerms,
  stockOf,
  wish,
} from "./ledger_contract_setup.ts";
import type { ItemTerms, ReserveRequest } from "./stock_ledger.ts";

/** A wish that brings a pass. */
async function passWish(
  test: LedgerUnderTest,
  name: string,
  userId: string,
  changes: Partial<ReserveRequest> = {},
): Promise<ReserveRequest> {
  return wish(userId, { pass: await passOf(test, name), ...changes });
}

/** Gives back what a user holds. */
export async function giveBack(test: LedgerUnderTest, userId: string, seq: number): Promise<void> {
  const release = { ...LIFE, userId, seq, restock: true };
  assertEquals(await test.ledger.release([release]), ["released"]);
}

/** What a captcha pass is good for, and what spends it. */
export function passesContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(`${name} reserve() takes a pass for one wish`, makeLedger, async (test) => {
    await open(test);
    const { seq } = await buy(test, await passWish(test, "p", "ann"));
    assertEquals(await kinds(test, [await passWish(test, "p", "bob")]), ["captcha_required"]);
    await giveBack(test, "ann", seq);
    const again = await passWish(test, "p", "ann", { requestId: "again" });
    assertEquals(await kinds(test, [again]), ["captcha_required"]);
    assertEquals(await stockOf(test), 10);
    assertEquals(await kinds(test, [{ ...again, pass: await passOf(test, "q") }]), ["reserved"]);
    assertEquals(await kinds(test, [wish("cid")]), ["reserved"]);
  });

  ledgerTest(
    `${name} reserve() gives a retry its ticket, pass or not`,
    makeLedger,
    async (test) => {
      await open(test);
      const batch = [
        await passWish(test, "p", "ann"),
        await passWish(test, "q", "bob"),
        await passWish(test, "p", "cid"),
        wish("dan"),
        await passWish(test, "p", "ann"),
      ];
      const expected = ["reserved", "reserved", "captcha_required", "reserved", "reserved"];
      assertEquals(await kinds(test, batch), expected);
      assertEquals(await kinds(test, batch), expected);
      assertEquals(await stockOf(test), 7);
      // Whatever pass comes along with what was reserved, or none.
      const first = await buy(test, wish("ann"));
      assertEquals(await buy(test, await passWish(test, "q", "ann")), { ...first, repeat: true });
    },
  );

  ledgerTest(`${name} reserve() tells known buyers before passes`, makeLedger, async (test) => {
    await open(test);
    const { seq } = await buy(test, await passWish(test, "p", "zoe"));
    await giveBack(test, "zoe", seq);
    await buy(test, await passWish(test, "q", "ann"));
    const spent = async (user: string, changes: Partial<ReserveRequest>) =>
      await passWish(test, "q", user, changes);
    assertEquals(
      await kinds(test, [
        await spent("ann", {}),
        await spent("ann", { quantity: 2 }),
        await spent("zoe", {}),
        await spent("ann", { requestId: "new" }),
        await spent("ann", { requestId: "new", lookupOnly: true }),
        await spent("bob", { lookupOnly: true }),
        await spent("bob", { quantity: 2 }),
        await spent("bob", {}),
      ]),
      [
        "reserved",
        "idempotency_mismatch",
        "order_ended",
        "already_bought",
        "already_bought",
        "unknown_buyer",
        "over_limit",
        "captcha_required",
      ],
    );
  });

  ledgerTest(`${name} reserve() names every other refusal first`, makeLedger, async (test) => {
    await open(test, { remaining: 1 });
    const { seq } = await buy(test, await passWish(test, "p", "ann"));
    const spent = [await passWish(test, "p", "bob")];
    assertEquals(await kinds(test, spent), ["sold_out"]);
    await giveBack(test, "ann", seq);
    assertEquals(await kinds(test, spent), ["captcha_required"]);
    const now = await test.now();
    const cases: [Partial<ItemTerms>, string][] = [
      [{ startsAt: now + HOUR_MS, endsAt: now + HOUR_MS }, "not_started"],
      [{ endsAt: now }, "ended"],
      [{ paused: true }, "paused"],
    ];
    let version = 10;
    for (const [changes, expected] of cases) {
      const terms = await runningTerms(test, { ...changes, version: version++ });
      await test.ledger.setTerms([{ ...LIFE, terms }]);
      assertEquals(await kinds(test, spent), [expected]);
    }
  });
}
