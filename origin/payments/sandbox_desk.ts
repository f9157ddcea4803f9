import type { Clock } from "../../shared/clock.ts";
import { isoTime } from "../../shared/clock.ts";
import type { SandboxAction, SandboxNotice, SandboxView } from "../../shared/internal_api.ts";
import { parseTicket } from "../../shared/ticket.ts";
import type { OrderStatusDesk } from "../orders/order_status.ts";
import type { NoticeAnswer, PaymentDesk } from "./payment_desk.ts";
import { sandboxPaymentId } from "./sandbox_gateway.ts";
import { readSandboxLink, type SandboxPayment } from "./sandbox_link.ts";
import { PAID_EVENT } from "./signed_notices.ts";
import { SIGNATURE_HEADER, signWebhook } from "./webhook_signature.ts";

/** What the sandbox works with: a key, and what any provider has. */
export interface SandboxDeskParts {
  webhookKeys: readonly string[];
  payments: Pick<PaymentDesk, "takeNotification">;
  orders: Pick<OrderStatusDesk, "find">;
  clock: Clock;
}

/** The side of the sandbox that a buyer's page talks to. It keeps nothing: all is in the link. */
export class SandboxDesk {
  constructor(readonly parts: SandboxDeskParts) {}

  /** What a link is about and where its order stands; null for a link that was not signed here. */
  async show(link: string): Promise<SandboxView | null> {
    const payment = readSandboxLink(link, this.parts.webhookKeys);
    const ids = payment && parseTicket(payment.ticket);
    if (!payment || !ids) return null;
    const found = await this.parts.orders.find(payment.ticket, ids.userId);
    const order = found.kind === "found" ? found.order : null;
    return {
      ...payment,
      saleId: ids.saleId,
      paymentId: sandboxPaymentId(payment.ticket),
      status: order?.status ?? null,
      payBy: order?.payBy ?? null,
      serverNow: isoTime(this.parts.clock()),
    };
  }

  /**
   * Pays as the buyer asked: signs real notifications and hands them in as an outside provider
   * would. Null for a link that was not signed here.
   *
   * @throws {DatabaseError} when a payment could not be recorded.
   */
  async pay(link: string, action: SandboxAction): Promise<SandboxNotice[] | null> {
    const { webhookKeys, payments, clock } = this.parts;
    const [key] = webhookKeys;
    const payment = readSandboxLink(link, webhookKeys);
    if (!payment || key === undefined) return null;
    const told: SandboxNotice[] = [];
    for (const notice of noticesFor(payment, action)) {
      const body = new TextEncoder().encode(JSON.stringify(notice));
      const signature = signWebhook(key, body, Math.floor(clock() / 1_000));
      const headers = new Headers({ [SIGNATURE_HEADER]: signature });
      const answer = await payments.takeNotification({ body, headers });
      const { paymentId, amount, currency } = notice;
      told.push({ paymentId, amount, currency, outcome: outcomeOf(answer) });
    }
    return told;
  }
}

/** The notifications of an action. Pressed again, it sends the very same ones. */
function noticesFor({ ticket, amount, currency }: SandboxPayment, action: SandboxAction) {
  const paymentId = sandboxPaymentId(ticket);
  const notice = { type: PAID_EVENT, ticket, paymentId, amount, currency };
  const first = { ...notice, eventId: `paid-${ticket}` };
  switch (action) {
    case "pay":
      return [first];
    case "pay_twice":
      return [first, { ...notice, eventId: `again-${ticket}`, paymentId: `again-${paymentId}` }];
    case "wrong_amount":
      return [{ ...notice, eventId: `wrong-${ticket}`, amount: amount + 1 }];
  }
}

function outcomeOf(answer: NoticeAnswer): string {
  return answer.kind === "taken" ? answer.outcome : answer.kind;
}
