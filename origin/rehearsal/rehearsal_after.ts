import type { OrderRecord } from "../orders/order_book.ts";
import { ask, type CrowdCount, ticketOf, type Wish } from "./crowd.ts";
import { type Rush, untilWritten } from "./rehearsal_acts.ts";
import type { RehearsalStage } from "./rehearsal_stage.ts";

/** Orders of one item, and items, that are cancelled. */
const CANCELS_PER_ITEM = 20;
const ITEMS_WITH_CANCELS = 10;

/** Pieces of one item that are sold again to the last one. */
const MAX_SOLD_AGAIN = 100;

/** How long a cancelled piece may take to be back on sale. */
const RESTORE_TIMEOUT_MS = 30_000;

/** Orders that are paid. */
const MAX_PAID = 100;

/**
 * Some buyers cancel. Each piece comes back once: exactly as many others get one, and one more hears
 * that it is sold out.
 */
export async function cancelSome(stage: RehearsalStage, { wishes, count }: Rush): Promise<void> {
  const byProduct = Map.groupBy(
    wishes.filter(({ answer }) => ticketOf(answer) !== null),
    (wish) => wish.productId,
  );
  const chosen = [...byProduct].slice(0, ITEMS_WITH_CANCELS)
    .map(([productId, won]) => ({ productId, won: won.slice(0, CANCELS_PER_ITEM) }));
  const before = await leftOf(stage, chosen.map(({ productId }) => productId));
  const tickets = chosen.flatMap(({ won }) => won.flatMap(({ answer }) => ticketOf(answer) ?? []));
  const outcomes = tickets.length === 0
    ? []
    : await stage.parts.unpaid.cancelOrders(tickets, "by_buyer");
  stage.parts.restoreSoon();
  const cancelled = outcomes.filter((outcome) => outcome === "cancelled").length;

  let back = 0;
  await stage.until("the cancelled pieces are back", RESTORE_TIMEOUT_MS, async () => {
    const now = await leftOf(stage, chosen.map(({ productId }) => productId));
    const due = chosen.filter(({ won }, at) =>
      before[at]! < 0 || now[at]! >= before[at]! + won.length
    );
    back = chosen.reduce((sum, _, at) => sum + Math.max(0, now[at]! - before[at]!), 0);
    return due.length === chosen.length;
  });
  const again = chosen.map(({ productId, won }, at) => {
    const left = before[at]! < 0 ? Infinity : before[at]! + won.length;
    // One more than there is, so that somebody hears it; of an item that never sold out, as many.
    const wanted = left <= MAX_SOLD_AGAIN ? left + 1 : won.length;
    return { productId, wanted, expected: Math.min(left, wanted) };
  });
  const others = await buyAgain(stage, again, wishes, count);
  const finite = chosen.filter((_, at) => before[at]! >= 0);
  const expected = finite.reduce((sum, { won }) => sum + won.length, 0);
  stage.check(
    "cancelled_pieces_sold_again",
    cancelled === tickets.length && back === expected && others.wrong.length === 0,
    others.wrong.length === 0
      ? `${cancelled} of ${tickets.length} orders cancelled, ${back} pieces came back and ` +
        `${others.won} were sold again`
      : others.wrong.slice(0, 20).join("; "),
  );
}

/** New buyers for what came back; returns how many won, and where that is not what was left. */
async function buyAgain(
  stage: RehearsalStage,
  items: { productId: number; wanted: number; expected: number }[],
  wishes: Wish[],
  count: CrowdCount,
): Promise<{ won: number; wrong: string[] }> {
  let next = wishes.length;
  const late = items.flatMap(({ productId, wanted }) =>
    Array.from({ length: wanted }, (): Wish => {
      next += 1;
      const userId = `rehearsal-${stage.rehearsalId}-${next}`;
      return { productId, userId, requestId: `rehearsal-${next}`, answer: null };
    })
  );
  await ask(stage, late, count);
  const winners = late.filter(({ answer }) => ticketOf(answer) !== null);
  wishes.push(...late);
  await untilWritten(stage, wishes.filter(({ answer }) => ticketOf(answer) !== null).length);
  const wrong = items.flatMap(({ productId, expected }) => {
    const won = winners.filter((wish) => wish.productId === productId).length;
    return won === expected
      ? []
      : [`product ${productId}: ${won} of ${expected} pieces sold again`];
  });
  return { won: winners.length, wrong };
}

/** Pieces left in the ledger of the copy. */
async function leftOf(stage: RehearsalStage, productIds: number[]): Promise<number[]> {
  const open = new Map(stage.registry.openItems().map((one) => [one.item, one.epoch]));
  const asked = productIds.map((productId) => {
    const item = stage.itemOf(productId);
    return { item, epoch: open.get(item) ?? 0 };
  });
  const left = asked.length === 0 ? [] : await stage.parts.ledger.readStock(asked);
  return left.map((stock, at) => {
    if (stock === null) throw new Error(`The ledger of ${asked[at]!.item} was closed meanwhile`);
    return stock;
  });
}

/**
 * Some orders are paid, as if a provider had told of it twice. It goes straight into the record of
 * payments, so it needs no provider and costs nothing; the provider itself is not rehearsed.
 */
export async function paySome(stage: RehearsalStage, { wishes }: Rush): Promise<void> {
  const { book, payments } = stage.parts;
  const tickets = wishes.flatMap(({ answer }) => ticketOf(answer) ?? []).slice(-MAX_PAID);
  const unpaid = (await book.findOrders(tickets))
    .filter((order): order is OrderRecord => order?.status === "unpaid");
  let applied = 0;
  let known = 0;
  for (const { ticket, amount, currency } of unpaid) {
    await stage.beat();
    const paymentId = `rehearsal-${ticket}`;
    const notice = { eventId: paymentId, paymentId, ticket, amount, currency };
    if (await payments.takePayment(notice) === "applied") applied += 1;
    if (await payments.takePayment(notice) === "known") known += 1;
  }
  const after = await book.findOrders(unpaid.map(({ ticket }) => ticket));
  const paid = after.filter((order) => order?.status === "paid").length;
  stage.check(
    "payments_counted_once",
    applied === unpaid.length && known === unpaid.length && paid === unpaid.length,
    `${paid} of ${unpaid.length} orders are paid; ${known} payments told twice counted once`,
  );
}
