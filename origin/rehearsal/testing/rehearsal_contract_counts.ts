import { assert, assertEquals, assertMatch } from "@std/assert";
import type { PublishedSale } from "../../catalog/catalog.ts";
import { until } from "../../queue/queue_contract.ts";
import { settled, spying } from "./rehearsal_looks.ts";
import { RehearsalShop, type RehearsalSystem } from "./rehearsal_shop.ts";

/** The checks of a whole rehearsal, in the order in which they are made. */
const CHECKS = [
  "every_wish_answered",
  "exactly_the_stock_sold",
  "others_heard_sold_out",
  "same_request_same_ticket",
  "same_answer_after_the_rush",
  "one_piece_per_buyer",
  "one_order_per_ticket",
  "cancelled_pieces_sold_again",
  "payments_counted_once",
  "books_balance",
];

/** What a rehearsal counts and measures. */
export function rehearsalCounts(name: string, open: () => Promise<RehearsalSystem>): void {
  const test = (what: string, work: (shop: RehearsalShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => RehearsalShop.with(open, work));

  test("a rehearsal counts exactly, measures, and leaves nothing behind", async (shop) => {
    const sale = await shop.openSale([700, -1, 3]);
    const before = await settled(shop);
    const rehearsalId = await shop.rehearse(sale);
    const record = (await shop.book.get(rehearsalId))!;
    const { report } = record;
    assertEquals([report.fault, record.state], [null, "passed"], JSON.stringify(report));
    assertEquals(
      report.checks.map((check) => [check.name, check.ok]),
      CHECKS.map((one) => [
        one,
        true,
      ]),
    );
    assertEquals(report.items.map(({ stock, wishes }) => [stock, wishes]), [
      [700, 840],
      [-1, 1_000],
      [3, 4],
    ]);
    const figures = report.figures!;
    assertEquals(figures.accepted, 1_703);
    assert(figures.asked >= 1_844 * 1.1, `${figures.asked}`);
    assert(figures.rushMs > 0 && figures.acceptedPerS > 0 && figures.writtenPerS > 0);
    assert(figures.batchP50Ms <= figures.batchP95Ms && figures.batchP95Ms <= figures.batchMaxMs);
    assertEquals(report.prediction, null, "nobody sells out an unlimited stock");
    assert(record.removedAt !== null && record.finishedAt !== null);
    assertEquals(report.done.map(({ step }) => step).at(-1), "remove");
    assertEquals(await settled(shop), before);
    console.log(
      `${name}: ${figures.accepted} of ${report.buyers} buyers served at ` +
        `${figures.acceptedPerS}/s, written at ${figures.writtenPerS}/s`,
    );
  });

  test("a small crowd leaves pieces over, and a copy is never larger than 5,000", async (shop) => {
    const sale = await shop.openSale([1_000_000, 50]);
    const rehearsalId = await shop.rehearse(sale, 300);
    const { report, state } = (await shop.book.get(rehearsalId))!;
    assertEquals(state, "passed", JSON.stringify(report));
    assertEquals(report.items.map(({ stock }) => stock), [5_000, 50]);
    assertEquals(report.buyers, 300);
    assertEquals(report.prediction?.pieces, 1_000_050);
  });

  test("one rehearsal runs at a time", async (shop) => {
    const sale = await shop.openSale([5]);
    const rehearsals = shop.rehearsals();
    const wish = { sale, buyers: undefined, force: true, startedBy: "ann" };
    const answers = await Promise.all([1, 2, 3].map(() => shop.rehearsals().start(wish)));
    assertEquals(answers.filter(({ kind }) => kind === "started").length, 1);
    const refused = await rehearsals.start(wish);
    assert(refused.kind === "refused");
    assertMatch(refused.reason, /Another rehearsal/);
    await until("it has ended", async () => {
      const { items } = await shop.book.list(sale.saleId, 1, 20);
      return items.every(({ state }) => state !== "running");
    });
    const list = await shop.book.list(sale.saleId, 1, 20);
    assertEquals([list.total, list.items[0]?.state], [1, "passed"]);
  });

  test("a rehearsal notices a ledger that gives out a piece too many", async (shop) => {
    const sale = await shop.openSale([40]);
    const before = await settled(shop);
    const { ledger } = shop.system.parts;
    const rehearsalId = await shop.rehearse(sale, undefined, {
      rehearsals: spying(shop, "rush", async (copySaleId) => {
        const copy = (await shop.book.readCopy(copySaleId))!;
        const [{ item, openEpoch }] = copy.openEpochs as [PublishedSale["openEpochs"][number]];
        await ledger.adjust([{ item, epoch: openEpoch, changeId: "too-many", delta: 1 }]);
      }),
    });
    const { report, state } = (await shop.book.get(rehearsalId))!;
    const red = report.checks.filter(({ ok }) => !ok).map(({ name }) => name);
    assertEquals([state, red[0]], ["failed", "exactly_the_stock_sold"], JSON.stringify(report));
    assert(red.includes("one_order_per_ticket") || report.fault !== null);
    assertEquals(await settled(shop), before);
  });
}
