import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../shared/clock.ts";
import type { OrderView } from "../../shared/internal_api.ts";

/** What a receipt vouches for. */
export interface ReceiptFacts {
  ticket: string;
  saleId: number;
  productId: number;
  userId: string;
  quantity: number;
  /** Minor units of `currency`. */
  amount: number;
  currency: string;
  /** Where the order stood when the receipt was signed: a receipt of a refusal says so. */
  status: OrderView["status"];
}

/** Facts that were read back from a receipt, and when it was signed (s since 1970, UTC). */
export type SignedReceipt = ReceiptFacts & { signedAtS: number };

/** The key as WebCrypto takes it; imported once, because an import costs as much as a signature. */
export type ReceiptKey = Promise<CryptoKey>;

/** Prepares `RECEIPT_KEY`: its UTF-8 bytes are the HMAC key. */
export function receiptKey(secret: string): ReceiptKey {
  return crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );
}

/** Signs facts as a compact JWS (HS256): the user is its `sub`, the time its `iat`. */
export async function signReceipt(
  facts: ReceiptFacts,
  key: ReceiptKey,
  clock: Clock,
): Promise<string> {
  const { userId, ...claims } = facts;
  return await new SignJWT({ ...claims } satisfies JWTPayload)
    .setProtectedHeader({ alg: "HS256", typ: "dropgate-receipt+jwt" })
    .setSubject(userId)
    .setIssuedAt(Math.floor(clock() / 1000))
    .sign(await key);
}

/** The facts of a receipt. @throws when it was not signed with this key, or is no receipt. */
export async function verifyReceipt(receipt: string, key: ReceiptKey): Promise<SignedReceipt> {
  const { payload } = await jwtVerify<ReceiptFacts>(receipt, await key, {
    algorithms: ["HS256"],
    typ: "dropgate-receipt+jwt",
    requiredClaims: ["sub", "iat", "ticket"],
  });
  const { sub, iat, ticket, saleId, productId, quantity, amount, currency, status } = payload;
  return {
    ticket,
    saleId,
    productId,
    userId: sub!,
    quantity,
    amount,
    currency,
    status,
    signedAtS: iat!,
  };
}
