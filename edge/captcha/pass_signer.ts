import { Buffer } from "node:buffer";
import { KeyedSignature, SIGNATURE_LENGTH } from "../../shared/keyed_signature.ts";
import { PASS_ID_PATTERN } from "../../shared/internal_api.ts";
import type { CaptchaPass, PassReader } from "../gate/gate_parts.ts";

/** Keeps passes apart from sessions and from whatever else is signed with the same key. */
const PURPOSE = "dropgate-captcha-pass-1:";

/** Longest pass that is looked at: a user id of 64 characters, two numbers and an id, as base64url. */
const MAX_TEXT_LENGTH = 180;
export const MAX_PASS_LENGTH = MAX_TEXT_LENGTH + 1 + SIGNATURE_LENGTH;

const PASS_PATTERN = /^([A-Za-z0-9_-]{40,180})\.([A-Za-z0-9_-]{43})$/;
const PAYLOAD_PATTERN = /^(\d{1,16})~(\d{1,16})~([A-Za-z0-9_-]{22})~(.{1,64})$/;

/** Signs captcha passes and reads them: `base64url(sale~end~id~user).base64url(HMAC-SHA256)`. */
export class PassSigner implements PassReader {
  readonly #signature: KeyedSignature;

  constructor(sessionKey: string) {
    this.#signature = new KeyedSignature(sessionKey, PURPOSE, MAX_TEXT_LENGTH);
  }

  /** A pass for one user and one sale. Its id must match `PASS_ID_PATTERN`. */
  sign({ passId, expiresAt }: CaptchaPass, userId: string, saleId: number): string {
    if (!PASS_ID_PATTERN.test(passId)) {
      throw new TypeError(`Cannot sign a pass as its id is 22 base64url characters: ${passId}`);
    }
    const text = `${saleId}~${expiresAt}~${passId}~${userId}`;
    const payload = Buffer.from(text, "latin1").toString("base64url");
    return `${payload}.${this.#signature.of(payload)}`;
  }

  read(text: string, userId: string, saleId: number, nowMs: number): CaptchaPass | null {
    if (text.length > MAX_PASS_LENGTH) return null;
    const parts = PASS_PATTERN.exec(text);
    if (parts === null || !this.#signature.isOf(parts[2]!, parts[1]!)) return null;
    const payload = Buffer.from(parts[1]!, "base64url").toString("latin1");
    const fields = PAYLOAD_PATTERN.exec(payload);
    if (fields === null) return null;
    const expiresAt = Number(fields[2]);
    if (Number(fields[1]) !== saleId || fields[4] !== userId || expiresAt <= nowMs) return null;
    return { passId: fields[3]!, expiresAt };
  }
}
