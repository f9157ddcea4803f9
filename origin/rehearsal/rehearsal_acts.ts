import { proveSale } from "../orders/proof.ts";
import { ask, type CrowdCount, crowdFor, rush, ticketOf, type Wish } from "./crowd.ts";
import { copyFields } from "./rehearsal_plan.ts";
import { figuresOf, predict, type RushTimes } from "./rehearsal_figures.ts";
import { RehearsalLostError, type RehearsalStage } from "./rehearsal_stage.ts";
import type { RehearsedItem } from "./rehearsal_report.ts";

/** How long workers may take to open the copy's items. */
const OPENING_TIMEOUT_MS = 60_000;

/** How long the queue may take to be written. */
export const WRITING_TIMEOUT_MS = 180_000;

/** Buyers of each kind who ask a second time after the rush. */
const ASKED_AGAIN = 500;

/** Rows read at once. */
const PAGE = 1_000;

/** What a rush leaves for the later steps. */
export interface Rush {
  wishes: Wish[];
  count: CrowdCount;
  times: RushTimes;
}

/** Makes the copy and waits until workers have opened it. */
export async function makeCopy(stage: RehearsalStage): Promise<void> {
  const { rehearsals, clock } = stage.parts;
  const fields = copyFields(stage.sale, stage.report.items, clock());
  const copySaleId = await rehearsals.makeCopy(stage.rehearsalId, fields);
  if (copySaleId === null) throw new RehearsalLostError("The rehearsal is not running any more");
  const copy = await rehearsals.readCopy(copySaleId);
  if (!copy) throw new RehearsalLostError("The copy is gone");
  stage.copy = copy;
}

/** Waits until workers have opened every item. */
export async function awaitOpening(stage: RehearsalStage): Promise<void> {
  const { items } = stage.copySale;
  await stage.until("the workers have opened the copy", OPENING_TIMEOUT_MS, async () => {
    await stage.registry.refresh();
    return stage.registry.openItems().length === items.length;
  });
}

/** The whole crowd comes at once. */
export async function runRush(stage: RehearsalStage): Promise<Rush> {
  const wishes = crowdFor(stage.rehearsalId, stage.report.items);
  const beganAt = stage.parts.monotonic();
  const count = await rush(stage, wishes);
  const answeredAt = stage.parts.monotonic();
  judgeRush(stage, wishes, count);
  return { wishes, count, times: { beganAt, answeredAt, writtenAt: answeredAt } };
}

function judgeRush(stage: RehearsalStage, wishes: Wish[], count: CrowdCount): void {
  const { items } = stage.report;
  const unanswered = wishes.filter(({ answer }) => answer === null).length;
  stage.check(
    "every_wish_answered",
    unanswered === 0,
    `${told(wishes.length - unanswered)} of ${told(wishes.length)} buyers heard an answer`,
  );
  const won = Map.groupBy(
    wishes.filter(({ answer }) => ticketOf(answer) !== null),
    (wish) => wish.productId,
  );
  const wrong = items.flatMap((item) => {
    const accepted = won.get(item.productId)?.length ?? 0;
    const expected = expectedOf(item);
    return accepted === expected ? [] : [`product ${item.productId}: ${accepted} of ${expected}`];
  });
  const sum = items.reduce((total, item) => total + expectedOf(item), 0);
  stage.check(
    "exactly_the_stock_sold",
    wrong.length === 0,
    wrong.length === 0
      ? `${told(sum)} pieces, ${told(wishes.length)} buyers`
      : wrong.slice(0, 20).join("; "),
  );
  const others = wishes.filter(({ answer }) => answer !== null && ticketOf(answer) === null);
  const soldOut = others.filter(({ answer }) => answer?.outcome === "sold_out");
  stage.check(
    "others_heard_sold_out",
    soldOut.length === others.length,
    others.length === soldOut.length
      ? `${told(soldOut.length)} buyers heard it`
      : `${others.length - soldOut.length} heard ${outcomesOf(others)}`,
  );
  stage.check(
    "same_request_same_ticket",
    count.unlike === 0,
    `${told(count.sentAgain - count.unlike)} of ${
      told(count.sentAgain)
    } requests heard the same twice`,
  );
}

/** A number as people read it. */
function told(number: number): string {
  return number.toLocaleString("en");
}

function expectedOf({ stock, wishes }: RehearsedItem): number {
  return stock < 0 ? wishes : Math.min(stock, wishes);
}

function outcomesOf(wishes: Wish[]): string {
  const others = wishes.map(({ answer }) => answer?.outcome).filter((one) => one !== "sold_out");
  return [...new Set(others)].join(", ");
}

/** Waits until every accepted wish is an order, and measures the whole way. */
export async function awaitWriting(stage: RehearsalStage, rushed: Rush): Promise<void> {
  const accepted = rushed.wishes.filter(({ answer }) => ticketOf(answer) !== null).length;
  await untilWritten(stage, accepted);
  rushed.times.writtenAt = stage.parts.monotonic();
  const { report, sale } = stage;
  report.figures = figuresOf(
    { asked: rushed.count.asked, accepted },
    rushed.count.batchesMs,
    rushed.times,
  );
  report.prediction = predict(report.figures, report.items, sale.limits);
}

/** Waits until so many pieces of the copy are on record, ended ones too, and nothing is under way. */
export async function untilWritten(stage: RehearsalStage, pieces: number): Promise<void> {
  const { book } = stage.parts;
  const { saleId } = stage.copySale;
  await stage.until("every order is written", WRITING_TIMEOUT_MS, async () => {
    const totals = await book.totals(saleId);
    const written = totals.reduce(
      (sum, one) => sum + one.unpaid + one.paid + one.cancelled + one.refused,
      0,
    );
    stage.report.progress.written = written;
    if (written >= pieces) return true;
    await stage.relay();
    return false;
  });
}

/** Buyers who ask again: the same request, and another wish while they have a piece. */
export async function askAgain(stage: RehearsalStage, { wishes, count }: Rush): Promise<void> {
  const winners = wishes.filter(({ answer }) => ticketOf(answer) !== null).slice(0, ASKED_AGAIN);
  const losers = wishes.filter(({ answer }) => answer?.outcome === "sold_out")
    .slice(0, ASKED_AGAIN);
  const first = [...winners, ...losers];
  const same = first.map((wish): Wish => ({ ...wish, answer: null }));
  const other = winners.map((wish): Wish => ({
    ...wish,
    requestId: `${wish.requestId}-other`,
    answer: null,
  }));
  await ask(stage, same, count);
  await ask(stage, other, count);
  const unlike = same.filter(({ answer }, at) => {
    const ticket = ticketOf(first[at]!.answer);
    return ticket === null ? answer?.outcome !== "sold_out" : ticketOf(answer) !== ticket;
  });
  stage.check(
    "same_answer_after_the_rush",
    unlike.length === 0,
    `${told(same.length - unlike.length)} of ${told(same.length)} buyers did`,
  );
  const bought = other.filter(({ answer }, at) =>
    answer?.outcome === "already_bought" && answer.ticket === ticketOf(winners[at]!.answer)
  );
  stage.check(
    "one_piece_per_buyer",
    bought.length === other.length,
    `${bought.length} of ${other.length} second wishes heard "already bought" with their ticket`,
  );
}

/** Holds every ticket that was promised against the rows that were written. */
export async function countOrders(stage: RehearsalStage, { wishes }: Rush): Promise<void> {
  const { book } = stage.parts;
  const promised = new Set(wishes.flatMap(({ answer }) => ticketOf(answer) ?? []));
  let rows = 0;
  let strange = 0;
  for (const { productId } of stage.copySale.items) {
    let after = 0;
    while (true) {
      await stage.beat();
      const page = await book.listTickets(stage.itemOf(productId), after, PAGE);
      for (const { id, order, live } of page) {
        after = id;
        rows += 1;
        if (!promised.delete(order.ticket) || !live || order.status !== "unpaid") strange += 1;
      }
      if (page.length < PAGE) break;
    }
  }
  stage.check(
    "one_order_per_ticket",
    promised.size === 0 && strange === 0,
    `${
      told(rows)
    } orders; ${promised.size} tickets without one, ${strange} that nobody was promised`,
  );
}

/** The invariants of the copy, recomputed from the order book and the ledger. */
export async function proveCopy(stage: RehearsalStage): Promise<void> {
  const { book, ledger, payments, clock, delay } = stage.parts;
  const { items } = stage.copySale;
  // The ledger may still have to hear of something: a proof takes that into account.
  const proof = await proveSale(stage.copySale, { book, ledger, payments, clock, delay });
  await stage.beat();
  const first = proof.violations[0];
  stage.check(
    "books_balance",
    proof.ok && !proof.moving,
    first
      ? `${proof.violationCount} violations; the first: ${first.invariant} ${first.detail}`
      : `${told(proof.unpaid)} unpaid, ${told(proof.paid)} paid, ${
        told(proof.cancelled)
      } cancelled, ` +
        `${items.some(({ stock }) => stock < 0) ? "any number" : told(proof.remaining)} left`,
  );
}
