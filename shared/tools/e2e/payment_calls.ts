import { signWebhook } from "../../../origin/payments/webhook_signature.ts";
import { type Answer, call, type TestShop } from "./shop.ts";

/** What a provider tells of a payment; fields that are left out are those of a good one. */
export interface ToldPayment {
  eventId?: string;
  paymentId?: string;
  type?: string;
  amount?: number;
  currency?: string;
}

/** Tells the shop of a payment of a ticket, as a provider does: signed, over the public webhook. */
export function tellPayment(
  shop: TestShop,
  ticket: string,
  told: ToldPayment = {},
): Promise<Answer> {
  const body = JSON.stringify({
    type: "payment.succeeded",
    eventId: `event-${ticket}`,
    paymentId: `payment-${ticket}`,
    ticket,
    amount: 2500,
    currency: "EUR",
    ...told,
  });
  return sendNotice(shop, body, signWebhook(keyOf(shop), body, Math.floor(Date.now() / 1_000)));
}

/** Sends a body with a signature, or without one. */
export function sendNotice(shop: TestShop, body: string, signature?: string): Promise<Answer> {
  return call("POST", `${shop.system.edgeUrl}/api/payments/webhook`, {
    raw: body,
    headers: signature === undefined ? {} : { "dropgate-signature": signature },
  });
}

/** The webhook key of a system that was started with `DEMO`. */
export function keyOf(shop: TestShop): string {
  const key = shop.system.paymentWebhookKey;
  if (!key) throw new Error("Cannot sign as the ready file has no webhook key");
  return key;
}

/** Begins a payment, or cancels, as the buyer of a ticket. */
export function askOrder(
  shop: TestShop,
  ticket: string,
  what: "payment" | "cancel",
  token?: string,
): Promise<Answer> {
  return call("POST", `${shop.system.edgeUrl}/api/orders/${ticket}/${what}`, {
    ...(token === undefined ? {} : { token }),
  });
}
