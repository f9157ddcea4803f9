import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ItemEpoch } from "../../shared/item.ts";
import type { ReserveRequest } from "./stock_ledger.ts";
import { LedgerModel, type Step } from "./ledger_contract_model.ts";
import {
  BUDGET_MS,
  holdersOf,
  ledgerTest,
  type LedgerUnderTest,
  type MakeLedger,
  open,
  stockOf,
} from "./ledger_contract_setup.ts";

const RUNS = 300;

const userId = fc.constantFrom("ann", "bob", "cid", "dan");

const wishes: fc.Arbitrary<ReserveRequest> = fc.record({
  userId,
  requestId: fc.constantFrom("k1", "k2", "k3"),
  quantity: fc.integer({ min: 1, max: 4 }),
  lookupOnly: fc.boolean(),
});

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("reserve" as const),
      requests: fc.array(wishes, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("release" as const),
      userId,
      restock: fc.boolean(),
      stale: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("adjust" as const),
      changeId: fc.constantFrom("c1", "c2", "c3", "c4"),
      delta: fc.integer({ min: -6, max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("pause" as const), paused: fc.boolean() }),
  },
);

/** Random histories against a model that is too simple to be wrong. */
export function propertyContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(`${name} does what the model does, ${RUNS} histories`, makeLedger, async (test) => {
    let saleId = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -1, max: 12 }),
        fc.array(steps, { minLength: 1, maxLength: 15, size: "max" }),
        async (remaining, history) => {
          const life: ItemEpoch = { item: `${++saleId}-1`, epoch: 2 };
          await open(test, { life, remaining, terms: { perUserLimit: 3 } });
          const model = new LedgerModel(life, remaining, 3);
          for (const step of history) await take(test, life, model, step);
          await compare(test, life, model);
        },
      ),
      { numRuns: RUNS },
    );
  });
}

async function take(test: LedgerUnderTest, life: ItemEpoch, model: LedgerModel, step: Step) {
  const { ledger } = test;
  if (step.kind === "reserve") {
    const [outcome] = await ledger.reserve([{ ...life, requests: step.requests }], BUDGET_MS);
    assert(outcome?.kind === "decided");
    assertEquals(outcome.decisions.map(withoutTime), model.reserve(step.requests));
    assertEquals(outcome.remaining, model.stock);
  } else if (step.kind === "release") {
    const seq = (model.holders.get(step.userId)?.seq ?? 2_000_000_001) - (step.stale ? 1 : 0);
    const { userId, restock } = step;
    const outcome = await ledger.release([{ ...life, userId, seq, restock }]);
    assertEquals(outcome, [model.release(userId, seq, restock)]);
  } else if (step.kind === "adjust") {
    const { changeId, delta } = step;
    const outcome = await ledger.adjust([{ ...life, changeId, delta }]);
    assertEquals(outcome, [model.adjust(changeId, delta)]);
  } else {
    const now = await test.now();
    model.pause(step.paused);
    const terms = {
      version: 10 + model.version,
      startsAt: now - BUDGET_MS,
      endsAt: now + BUDGET_MS * 100,
      paused: step.paused,
      perUserLimit: 3,
      paymentWindowMs: 1000,
    };
    assertEquals(await ledger.setTerms([{ ...life, terms }]), [true]);
  }
}

/** Stock is never negative, and what left it is what live holders have, plus what was dropped. */
async function compare(test: LedgerUnderTest, life: ItemEpoch, model: LedgerModel) {
  const stock = await stockOf(test, life);
  assertEquals(stock, model.stock);
  const holders = await holdersOf(test, life, 2);
  const live = [...holders.values()].filter((one) => one.live);
  const held = live.reduce((sum, one) => sum + one.quantity, 0);
  if (model.putOnSale !== -1) {
    assert(stock! >= 0, "stock must not be negative");
    assertEquals(stock! + held + model.dropped, model.putOnSale);
  }
  const shown = [...holders.values()].map(({ userId, seq, quantity, requestId, live }) => [
    userId,
    { seq, quantity, requestId, live },
  ]);
  assertEquals(Object.fromEntries(shown), Object.fromEntries(model.holders));
  assertEquals(new Set([...holders.values()].map((one) => one.seq)).size, holders.size);
}

function withoutTime(decision: object): object {
  const { payBy: _payBy, pendingMessage: _pending, ...rest } = decision as Record<string, unknown>;
  return rest;
}
