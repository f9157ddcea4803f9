import { assertEquals } from "@std/assert";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import { giveBack } from "./ledger_contract_passes.ts";
import {
  BUDGET_MS,
  buy,
  HOUR_MS,
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
import { PASS_MAX_AHEAD_MS, PASS_SLACK_MS } from "./pass_times.ts";

/** Another item of the sale that `ITEM` is in. */
const OTHER: ItemEpoch = { item: "7-12" as ItemKey, epoch: 3 };

/** How often a pass is good, in sales with one item and with several. */
export function sharedPassesContract(name: string, makeLedger: MakeLedger): void {
  for (const isShared of [false, true]) {
    const which = isShared ? "a shared pass" : "a pass";

    ledgerTest(
      `${name} reserve() lets 1,000 tries with ${which} make one reservation`,
      makeLedger,
      async (test) => {
        const lives = isShared ? [LIFE, OTHER] : [LIFE];
        for (const life of lives) await open(test, { life, remaining: 600 });
        const pass = await passOf(test, "p", { isShared });
        // By one buyer as by many: an edge would stop the others, the ledger does too.
        const requests = Array.from(
          { length: 1_000 },
          (_, at) => wish(at % 2 === 0 ? "ann" : `user${at}`, { requestId: `key-${at}`, pass }),
        );
        const outcomes = await Promise.all(
          Array.from({ length: 40 }, (_, call) =>
            test.ledger.reserve(
              [{
                ...lives[call % lives.length]!,
                requests: requests.slice(call * 25, call * 25 + 25),
              }],
              BUDGET_MS,
            )),
        );
        const told = outcomes.flat().flatMap((one) => one.kind === "decided" ? one.decisions : []);
        assertEquals(told.length, 1_000);
        assertEquals(told.filter(({ kind }) => kind === "reserved").length, 1);
        const others = new Set(told.map(({ kind }) => kind)).difference(new Set(["reserved"]));
        assertEquals(others.isSubsetOf(new Set(["captcha_required", "already_bought"])), true);
        const stocks = await test.ledger.readStock(lives);
        assertEquals(stocks.reduce((sum, one) => sum! + one!, 0), lives.length * 600 - 1);
      },
    );

    ledgerTest(
      `${name} reserve() spends ${which} on nothing but a reservation`,
      makeLedger,
      async (test) => {
        await open(test, { remaining: 1, terms: { perUserLimit: 2 } });
        await open(test, { life: OTHER });
        const pass = await passOf(test, "p", { isShared });
        const tries = [
          wish("ann", { pass, quantity: 3 }),
          wish("ann", { pass, quantity: 2, requestId: "two" }),
          wish("ann", { pass, lookupOnly: true, requestId: "three" }),
        ];
        const told: string[] = [];
        for (const one of tries) told.push(...await kinds(test, [one]));
        assertEquals(told, ["over_limit", "sold_out", "unknown_buyer"]);
        const closed = { item: ITEM, epoch: 2 };
        assertEquals(await reserve(test, [wish("ann", { pass })], closed), { kind: "closed" });
        const terms = await runningTerms(test, { version: 10, paused: true });
        await test.ledger.setTerms([{ ...LIFE, terms }]);
        assertEquals(await kinds(test, [wish("ann", { pass, requestId: "four" })]), ["paused"]);
        const late = await test.ledger.reserve([{ ...LIFE, requests: tries }], 0);
        assertEquals(late, [{ kind: "late" }]);
        assertEquals(
          await kinds(test, [wish("ann", { pass, requestId: "five" })], isShared ? OTHER : LIFE),
          isShared ? ["reserved"] : ["paused"],
        );
        await test.ledger.setTerms([{ ...LIFE, terms: { ...terms, paused: false } }]);
        assertEquals(
          await kinds(test, [wish("ann", { pass, requestId: "six" })]),
          isShared ? ["captcha_required"] : ["reserved"],
        );
      },
    );

    ledgerTest(
      `${name} reserve() hears busy before it spends ${which}`,
      makeLedger,
      async (test) => {
        await open(test);
        const pass = await passOf(test, "p", { isShared });
        const spent = wish("ann", { pass: await passOf(test, "q") });
        await buy(test, spent);
        await buy(test, wish("bob"));
        assertEquals(await reserve(test, [wish("cid", { pass })]), { kind: "busy" });
        assertEquals(await kinds(test, [{ ...spent, userId: "dan" }]), ["captcha_required"]);
        assertEquals(await stockOf(test), 8);
      },
      { room: 2 },
    );

    ledgerTest(`${name} reserve() takes ${which} only in its time`, makeLedger, async (test) => {
      await open(test);
      const now = await test.now();
      const told: string[] = [];
      // Half a slack and an hour leave a busy machine time enough.
      for (
        const [at, expiresAt] of [
          now + PASS_MAX_AHEAD_MS - PASS_SLACK_MS / 2,
          now + PASS_MAX_AHEAD_MS + HOUR_MS,
          now - PASS_SLACK_MS / 2,
          now - PASS_SLACK_MS,
          1,
        ].entries()
      ) {
        const pass = await passOf(test, `p${at}`, { isShared, expiresAt });
        told.push(...await kinds(test, [wish(`user${at}`, { pass })]));
      }
      assertEquals(told, [
        "reserved",
        "captcha_required",
        "reserved",
        "captcha_required",
        "captcha_required",
      ]);
    });

    ledgerTest(
      `${name} reserve() takes ${which} again only for its wish in a later life`,
      makeLedger,
      async (test) => {
        await open(test);
        const pass = await passOf(test, "p", { isShared });
        const { seq } = await buy(test, wish("ann", { pass }));
        await giveBack(test, "ann", seq);
        const other = await buy(test, wish("ann", { requestId: "other" }));
        await giveBack(test, "ann", other.seq);
        // Nobody knows any more that this wish was met; its pass does.
        assertEquals(await kinds(test, [wish("ann", { pass })]), ["captcha_required"]);
        const later = { item: ITEM, epoch: 4 };
        await open(test, { life: later });
        assertEquals(
          await kinds(test, [
            wish("ann", { pass, requestId: "third" }),
            wish("bob", { pass, requestId: "ann-1" }),
            wish("ann", { pass }),
            wish("cid", { pass }),
          ], later),
          ["captcha_required", "captcha_required", "reserved", "captcha_required"],
        );
      },
    );
  }

  ledgerTest(`${name} reserve() counts a shared pass once per sale`, makeLedger, async (test) => {
    await open(test, { remaining: 1 });
    await open(test, { life: OTHER });
    const pass = await passOf(test, "p", { isShared: true });
    const [here, there] = await test.ledger.reserve([
      { ...LIFE, requests: [wish("ann", { pass })] },
      { ...OTHER, requests: [wish("ann", { pass, requestId: "ann-2" })] },
    ], BUDGET_MS);
    assertEquals(
      [here, there].flatMap((one) => one?.kind === "decided" ? one.decisions : []).map((one) =>
        one.kind
      ),
      ["reserved", "captcha_required"],
    );
    // The same request id on another item is another wish.
    assertEquals(await kinds(test, [wish("ann", { pass })], OTHER), ["captcha_required"]);
    assertEquals(await kinds(test, [wish("ann", { pass })]), ["reserved"]);
    assertEquals(await test.ledger.readStock([LIFE, OTHER]), [0, 10]);
  });

  ledgerTest(
    `${name} reserve() frees a shared pass of a wish that got nothing`,
    makeLedger,
    async (test) => {
      await open(test, { remaining: 1 });
      await open(test, { life: OTHER });
      await buy(test, wish("zoe"));
      const pass = await passOf(test, "p", { isShared: true });
      assertEquals(await kinds(test, [wish("ann", { pass })]), ["sold_out"]);
      assertEquals(await kinds(test, [wish("ann", { pass })]), ["sold_out"]);
      assertEquals(await kinds(test, [wish("ann", { pass })], OTHER), ["reserved"]);
      assertEquals(await kinds(test, [wish("ann", { pass, requestId: "ann-2" })]), ["sold_out"]);
      assertEquals(await kinds(test, [wish("ann", { pass })], OTHER), ["reserved"]);
      const { seq } = await buy(test, wish("zoe"));
      await giveBack(test, "zoe", seq);
      const repeated = [wish("ann", { pass, requestId: "ann-2" })];
      assertEquals(await kinds(test, repeated), ["captcha_required"]);
    },
  );
}
