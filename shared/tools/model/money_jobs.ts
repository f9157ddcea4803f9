import type { PaymentNotice } from "../../../origin/payments/payment_book.ts";
import { CURRENCY } from "./profile.ts";
import type { Issued } from "./told.ts";
import type { World } from "./world.ts";

/** How a payment notice relates to those before it. */
export type PaymentCourse = "right" | "wrong_amount" | "same_event" | "same_payment";

/** Most refunds tried in one round. */
const REFUNDS = 20;

/** The provider tells of a payment for a ticket. */
export async function pay(world: World, issued: Issued, course: PaymentCourse): Promise<void> {
  const { quantity, ticket } = issued;
  const number = world.next();
  const before = world.notices.at(-1);
  const notice: PaymentNotice = {
    eventId: `event-${number}`,
    paymentId: `payment-${number}`,
    ticket,
    amount: world.profile.price * quantity + (course === "wrong_amount" ? 1 : 0),
    currency: CURRENCY,
  };
  if (course === "same_event" && before) notice.eventId = before.eventId;
  if (course === "same_payment" && before) notice.paymentId = before.paymentId;
  world.notices.push(notice);
  await world.act("webhook", null, async (actor) => {
    await world.parts(actor).payments.takePayment(notice);
  });
}

/** The provider tells of everything once more. */
export function payAgain(world: World, notice: PaymentNotice): Promise<void> {
  return world.act("webhook", null, async (actor) => {
    await world.parts(actor).payments.takePayment(notice);
  });
}

/** The sweep that applies payments which came before their orders. */
export function applyStored(world: World): Promise<void> {
  return world.act("payment sweep", null, async (actor) => {
    await world.parts(actor).payments.applyStored(100);
  });
}

/** A round of refunds, which the provider grants or not. */
export function refund(world: World, fails: boolean): Promise<void> {
  // What was handed out before, or failed before, is due again by now.
  world.now += fails ? 0 : 3_600_000;
  return world.act("refunds", null, async (actor) => {
    const { payments } = world.parts(actor);
    for (const { paymentId } of await payments.dueRefunds(REFUNDS)) {
      await payments.finishRefund(
        paymentId,
        fails ? { kind: "failed", error: "the provider is away" } : { kind: "refunded" },
      );
    }
  });
}

/** A buyer takes an order back. */
export function cancel(world: World, ticket: string): Promise<void> {
  return world.act("buyer", null, async (actor) => {
    await world.parts(actor).unpaid.cancelOrders([ticket], "by_buyer");
  });
}

/** An operator changes the stock. */
export function changeStock(world: World, changeId: string, delta: number): Promise<void> {
  return world.act("operator", null, async (actor) => {
    await world.parts(actor).book.requestStockChange(world.profile.item, changeId, delta);
  });
}
