import { createHmac, timingSafeEqual } from "node:crypto";
import type { PaymentOrder } from "./payment_gateway.ts";

/** Longest link that is looked at. */
const MAX_LINK_LENGTH = 1_000;

/** What a sandbox payment is about; all that the sandbox ever knows of it. */
export type SandboxPayment = Pick<PaymentOrder, "ticket" | "amount" | "currency">;

/** The part of a pay link that carries a payment, signed, so that nothing has to be kept. */
export function signSandboxLink(payment: SandboxPayment, key: string): string {
  const { ticket, amount, currency } = payment;
  const facts = new TextEncoder().encode(JSON.stringify([ticket, amount, currency]));
  const text = facts.toBase64({ alphabet: "base64url", omitPadding: true });
  return `${text}.${signatureOf(text, key).toString("hex")}`;
}

/** The payment of a link that was signed with one of the keys, or null. */
export function readSandboxLink(link: string, keys: readonly string[]): SandboxPayment | null {
  const [, text, signature] = /^([\w-]+)\.([0-9a-f]{64})$/.exec(link.slice(0, MAX_LINK_LENGTH)) ??
    [];
  if (text === undefined || signature === undefined) return null;
  const given = Uint8Array.fromHex(signature);
  if (!keys.some((key) => timingSafeEqual(signatureOf(text, key), given))) return null;
  const facts = Uint8Array.fromBase64(text, { alphabet: "base64url" });
  const [ticket, amount, currency] = JSON.parse(new TextDecoder().decode(facts));
  return { ticket, amount, currency };
}

/** The words in front keep a link's signature from ever being a webhook's. */
function signatureOf(text: string, key: string) {
  return createHmac("sha256", key).update(`sandbox link ${text}`).digest();
}
