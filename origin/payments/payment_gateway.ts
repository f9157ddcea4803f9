import type { PaymentNotice } from "./payment_book.ts";

/** What a buyer is to pay. The amount is in minor units of the currency. */
export interface PaymentOrder {
  ticket: string;
  amount: number;
  currency: string;
  /** Where the provider sends the buyer afterwards: the page of the sale, on the shop's own host. */
  returnUrl: string;
}

/** A payment that the provider has prepared. */
export interface CreatedPayment {
  /** The provider's id of the payment, 1 to 128 visible ASCII characters. */
  paymentId: string;
  /** Where the buyer pays. */
  redirectUrl: string;
}

/** A notification as it came in: its body byte for byte, and the headers that came with it. */
export interface RawNotification {
  body: Uint8Array;
  headers: Headers;
}

/** What a notification is. Only `verified` and `ignored` ones carry the provider's signature. */
export type Verification =
  /** A payment was captured. */
  | { kind: "verified"; notice: PaymentNotice }
  /** Something that Dropgate does not act on. */
  | { kind: "ignored"; type: string }
  | { kind: "bad_signature" }
  /** Well signed, and not what it should be. */
  | { kind: "malformed"; detail: string };

/** Money to give back, all of a payment. */
export interface RefundRequest {
  paymentId: string;
  amount: number;
  currency: string;
  /** The same for every try: the provider gives money back once per key. */
  refundKey: string;
}

/**
 * Thrown by a gateway that cannot do what was asked as it is set up; the text is for people and is
 * shown to whoever asked.
 */
export class GatewayUnavailable extends Error {
  override name = "GatewayUnavailable";
}

/** Whether a provider could take payments: what was seen, and what to do, null when nothing is. */
export interface GatewayState {
  ok: boolean;
  detail: string;
  advice: string | null;
}

/**
 * A payment provider. Calls that reach over the network take a signal that fires at their deadline;
 * whatever they throw means "not done, or nobody knows", and they may be made again.
 */
export interface PaymentGateway {
  /** False when operators give money back by hand; `refund` is then never called. */
  readonly givesBack: boolean;

  /** Prepares a payment. Asked again for the same ticket, it may give the same payment again. */
  createPayment(order: PaymentOrder, signal: AbortSignal): Promise<CreatedPayment>;

  /** Tells what a notification is. `nowMs` bounds its age. */
  verifyNotification(notification: RawNotification, nowMs: number): Promise<Verification>;

  /** Resolves once the provider has taken the refund on. */
  refund(request: RefundRequest, signal: AbortSignal): Promise<void>;

  /** Says whether payments could be taken now; left out by a gateway that cannot be asked. */
  check?(signal: AbortSignal): Promise<GatewayState>;
}
