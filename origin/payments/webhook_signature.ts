import { createHmac, timingSafeEqual } from "node:crypto";

/** The header that signs a notification: `t=<unix s>,v1=<hex>`, several `v1` during a rotation. */
export const SIGNATURE_HEADER = "dropgate-signature";

/** How far a signature's time may lie from ours, in either direction. */
export const SIGNATURE_TOLERANCE_S = 300;

/** Bounds of the header: a time and a handful of signatures of 64 digits. */
const MAX_HEADER_LENGTH = 2_048;
const MAX_PARTS = 16;

/**
 * The header for a body that is sent now.
 *
 * @example
 * ```ts
 * signWebhook("key", '{"eventId":"1"}', 1_700_000_000); // "t=1700000000,v1=…"
 * ```
 */
export function signWebhook(key: string, body: Uint8Array | string, timeS: number): string {
  return `t=${timeS},v1=${signatureOf(key, String(timeS), body).toString("hex")}`;
}

/** HMAC-SHA256 of `t.body`; the key is the text's UTF-8 bytes. */
function signatureOf(key: string, time: string, body: Uint8Array | string) {
  return createHmac("sha256", key).update(`${time}.`).update(body).digest();
}

/**
 * Whether a header was made for this body with one of the keys, lately. Every signature is compared
 * with every key in the same time, whatever it is.
 */
export function isSignedWebhook(
  header: string | null,
  body: Uint8Array,
  keys: readonly string[],
  nowMs: number,
): boolean {
  const read = header === null ? null : readHeader(header);
  if (!read || Math.abs(nowMs / 1_000 - Number(read.time)) > SIGNATURE_TOLERANCE_S) return false;
  let good = false;
  for (const key of keys) {
    const expected = signatureOf(key, read.time, body);
    for (const given of read.signatures) {
      if (timingSafeEqual(given, expected)) good = true;
    }
  }
  return good;
}

/** The time as it was written and the signatures of 32 bytes; null for anything else. */
function readHeader(header: string): { time: string; signatures: Uint8Array[] } | null {
  if (header.length > MAX_HEADER_LENGTH) return null;
  const parts = header.split(",", MAX_PARTS + 1).map((part) => part.trim());
  if (parts.length > MAX_PARTS) return null;
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
  const times = valuesOf("t");
  const signatures = valuesOf("v1").filter((text) => /^[0-9a-fA-F]{64}$/.test(text));
  const time = times[0];
  if (times.length !== 1 || time === undefined || !/^\d{1,12}$/.test(time)) return null;
  return { time, signatures: signatures.map((text) => Uint8Array.fromHex(text)) };
}
