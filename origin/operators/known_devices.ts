import { createHash, createHmac, hkdfSync } from "node:crypto";
import { secretCheck } from "../../shared/secret.ts";
import type { OperatorCredential } from "./operator_book.ts";
import { cookieToken, strictCookie } from "./session_cookie.ts";

/** The cookie of a browser that somebody has signed in with. */
export const DEVICE_COOKIE = "dropgate_admin_device";

/** How long a browser is known, s: half a year after its last sign-in. */
export const DEVICE_S = 180 * 86_400;

/** What the key is derived for; with another text all browsers become unknown. */
const INFO = "dropgate admin device";

/**
 * Browsers that an operator has signed in with before. Nothing is kept of them: the cookie is an
 * HMAC over the operator and the hash of his password, under a key that follows from `ADMIN_TOKEN`.
 * It lets nobody in; it only has tries counted apart from those of whoever else knows the name. A
 * new password makes all browsers unknown.
 */
export class KnownDevices {
  readonly #key: Uint8Array;

  constructor(adminToken: string) {
    this.#key = new Uint8Array(hkdfSync("sha256", adminToken, "", INFO, 32));
  }

  /** What a browser keeps: 43 characters. */
  token({ operator, passwordHash }: OperatorCredential): string {
    const digest = createHash("sha256").update(passwordHash).digest("hex");
    return createHmac("sha256", this.#key).update(`${operator.id} ${digest}`).digest("base64url");
  }

  /** Whether a request comes from such a browser of this operator. */
  knows(credential: OperatorCredential, headers: Headers): boolean {
    const given = cookieToken(headers, DEVICE_COOKIE);
    return given !== null && secretCheck(this.token(credential))(given);
  }
}

/** The cookie that makes a browser known. */
export function deviceCookie(token: string, secure: boolean): string {
  return strictCookie(DEVICE_COOKIE, token, DEVICE_S, secure);
}
