import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../shared/clock.ts";
import type { WarningLog } from "../calm_log.ts";

/** Below this age keys are used without a thought. */
const FRESH_MS = 5 * 60_000;

/** From this age on a token waits for newer keys; before, they are fetched behind its back. */
const OLD_MS = 15 * 60_000;

/** While the shop's key set cannot be had, known keys are used until this age. */
export const MAX_KEY_AGE_MS = 24 * 3_600_000;

/** Shortest time from one fetch to the next, whatever tokens come, while there are keys to use. */
export const MIN_FETCH_INTERVAL_MS = 30_000;

/** The first wait after a failure while there are no keys at all; doubles up to the interval. */
const FIRST_RETRY_MS = 1_000;

/** How long one fetch may take, body included. */
const FETCH_TIMEOUT_MS = 3_000;

/** Largest key set, bytes and keys. A real one has two or three keys of 400 bytes. */
const MAX_SET_BYTES = 256 * 1024;
const MAX_KEYS = 100;

/** Characters of the modulus of an RSA key of 2,048 bits, base64url: smaller ones can be broken. */
const MIN_MODULUS_LENGTH = 342;

/** The key set of the shop could not be had: not the customer's fault. */
export class KeySetError extends Error {
  override name = "KeySetError";
}

/** What the keys of a shop need. */
export interface ShopKeysParts {
  /** Address of the key set (RFC 7517). */
  url: string;
  clock: Clock;
  log: WarningLog;
  /** The machine's own when left out. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * The shop's public keys, fetched when they are first needed and kept. However many tokens with
 * made-up key ids come, the shop is asked at most once in 30 s; while it is away, known keys go on
 * for 24 h. Without any keys a failed fetch is repeated after 1, 2, 4 … 30 s, so that an edge that
 * started before its shop lets people in soon after. Tokens that wait share one fetch.
 *
 * jose has a fetched set of its own. Tried against a shop that is away it asked once for each token,
 * 50 times for 50 of them, and forgot keys that it knew after ten minutes: hence this one around
 * jose's set in memory.
 */
export class ShopKeys {
  readonly #parts: ShopKeysParts;
  #keys: JWTVerifyGetKey | null = null;
  #fetchedAtMs = 0;
  #triedAtMs = 0;
  /** Fetches that failed since the last one that did not. */
  #failures = 0;
  #fetchCount = 0;
  #pending: Promise<void> | null = null;

  constructor(parts: ShopKeysParts) {
    this.#parts = parts;
  }

  /** How often the shop was asked. */
  get fetchCount(): number {
    return this.#fetchCount;
  }

  /**
   * The key of a token, in the form that `jwtVerify` asks for.
   *
   * @throws {KeySetError} when there are no keys to look in; a jose error when none of them fits; a
   * `TypeError` or `DOMException` when the one that fits cannot be used.
   */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#usableKeys();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      if (this.#keys === null || this.#keys === keys) throw error;
    }
    return await this.#keys(header, token);
  };

  async #usableKeys(): Promise<JWTVerifyGetKey> {
    const ageMs = this.#ageMs();
    if (ageMs >= OLD_MS) await this.#refresh();
    else if (ageMs >= FRESH_MS) void this.#refresh();
    if (this.#keys !== null && this.#ageMs() < MAX_KEY_AGE_MS) return this.#keys;
    throw new KeySetError("Cannot check a shop token as the shop's key set could not be fetched");
  }

  /** A clock that was set back counts as no time at all. */
  #ageMs(): number {
    return this.#keys === null ? Infinity : Math.max(0, this.#parts.clock() - this.#fetchedAtMs);
  }

  /** Fetches anew unless that is too soon. Never rejects. */
  #refresh(): Promise<void> {
    if (this.#pending === null && this.#isDue()) {
      this.#pending = this.#fetch().finally(() => (this.#pending = null));
    }
    return this.#pending ?? Promise.resolve();
  }

  #isDue(): boolean {
    if (this.#fetchCount === 0) return true;
    const hasKeys = this.#ageMs() < MAX_KEY_AGE_MS;
    const backoffMs = FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 5);
    const waitMs = hasKeys ? MIN_FETCH_INTERVAL_MS : Math.min(backoffMs, MIN_FETCH_INTERVAL_MS);
    const sinceMs = this.#parts.clock() - this.#triedAtMs;
    return sinceMs >= waitMs || sinceMs < 0;
  }

  async #fetch(): Promise<void> {
    const { url, clock, log } = this.#parts;
    const get = this.#parts.fetch ?? ((url, init) => fetch(url, init));
    this.#fetchCount += 1;
    this.#triedAtMs = clock();
    const abort = new AbortController();
    const timer = setTimeout(
      () => abort.abort(new Error(`No answer within ${FETCH_TIMEOUT_MS} ms`)),
      FETCH_TIMEOUT_MS,
    );
    try {
      // A key set that moves to another host is a matter for the configuration.
      const response = await get(url, {
        redirect: "error",
        signal: abort.signal,
        headers: { accept: "application/jwk-set+json, application/json" },
      });
      this.#keys = createLocalJWKSet(parseKeySet(await readSet(response)));
      this.#fetchedAtMs = clock();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#triedAtMs = clock();
      log.warning("Cannot fetch the shop's key set from {url}: {error}", {
        url,
        error: String(error),
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

async function readSet(response: Response): Promise<string> {
  const declared = Number(response.headers.get("content-length") ?? 0);
  if (response.status !== 200 || declared > MAX_SET_BYTES) {
    await response.body?.cancel().catch(() => {});
    throw new Error(`The answer is ${response.status} with ${declared} bytes`);
  }
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_SET_BYTES) throw new Error(`The answer is over ${MAX_SET_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The keys of a set that tokens may be checked with: public and not too small. A shop that leaves
 * none takes back every key it gave. @throws when the text is no key set.
 */
function parseKeySet(text: string): JSONWebKeySet {
  const set: unknown = JSON.parse(text);
  const keys = typeof set === "object" && set !== null && "keys" in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) {
    throw new Error(`The answer is no JSON object with at most ${MAX_KEYS} keys`);
  }
  return { keys: keys.filter(isPublicKey) };
}

function isPublicKey(key: unknown): boolean {
  if (typeof key !== "object" || key === null || "d" in key || "k" in key) return false;
  const { kty, n } = key as { kty?: unknown; n?: unknown };
  if (kty === "RSA") return typeof n === "string" && n.length >= MIN_MODULUS_LENGTH;
  return kty === "EC" || kty === "OKP";
}
