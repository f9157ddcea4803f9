import { scrypt, timingSafeEqual } from "node:crypto";

/** The work that one hash takes (RFC 7914): memory 128 · 2^ln · r bytes, time also with p. */
export interface ScryptSettings {
  ln: number;
  r: number;
  p: number;
}

/** 32 MB and about 0.3 s of one core: one of the choices that OWASP holds to be equally strong. */
export const SCRYPT_SETTINGS: ScryptSettings = { ln: 15, r: 8, p: 3 };

/** Hashes made at once: each takes a thread and 32 MB. */
const MAX_RUNNING = 2;

/** Hashes that may wait for their turn, some three seconds. */
const MAX_WAITING = 16;

const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Settings that a kept hash may have: more would let a row of the table take all memory. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;

/** What a password was held against. */
export interface Verified {
  ok: boolean;
  /** The hash was made with less work than now: it should be made anew. */
  isOutdated: boolean;
}

interface KeptHash extends ScryptSettings {
  salt: Uint8Array;
  key: Uint8Array;
}

/**
 * Makes and checks password hashes, as `$scrypt$ln=15,r=8,p=3$<salt>$<key>` in base64url. At most
 * two are made at once and 16 wait; after that the answer is null: too busy.
 */
export class PasswordHasher {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** `fill` is the source of randomness. */
  constructor(
    readonly settings: ScryptSettings = SCRYPT_SETTINGS,
    readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown = (bytes) =>
      crypto.getRandomValues(bytes),
  ) {}

  /** A hash to keep; null when too busy. */
  hash(password: string): Promise<string | null> {
    return this.#inTurn(async () => {
      const salt = this.#random(SALT_BYTES);
      return formatHash({
        ...this.settings,
        salt,
        key: await derive(password, salt, this.settings),
      });
    });
  }

  /**
   * Holds a password against the hash that `load` gives once it is its turn; null when too busy.
   * Without a hash (null), as for a name that nobody has, the answer is no, after the same work;
   * undefined is a no without any.
   */
  verify(
    password: string,
    load: () => Promise<string | null | undefined>,
  ): Promise<Verified | null> {
    return this.#inTurn(async () => {
      const hash = await load();
      if (hash === undefined) return { ok: false, isOutdated: false };
      const kept = hash === null ? this.#decoy() : parseHash(hash);
      const key = await derive(password, kept.salt, kept);
      const ok = timingSafeEqual(key, kept.key) && hash !== null;
      const { ln, r, p } = this.settings;
      return { ok, isOutdated: kept.ln < ln || kept.r < r || kept.p < p };
    });
  }

  #decoy(): KeptHash {
    return { ...this.settings, salt: this.#random(SALT_BYTES), key: this.#random(KEY_BYTES) };
  }

  #random(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.fill(bytes);
    return bytes;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#running >= MAX_RUNNING) {
      if (this.#waiting.length >= MAX_WAITING) return null;
      // Whoever ends hands his place on, so nobody who comes later takes it.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

function derive(password: string, salt: Uint8Array, settings: ScryptSettings): Promise<Uint8Array> {
  const { ln, r, p } = settings;
  const N = 2 ** ln;
  // The bound that Node sets itself is just below what N = 2^15 takes.
  const maxmem = 2 * 128 * N * r;
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  scrypt(password.normalize("NFC"), salt, KEY_BYTES, { N, r, p, maxmem }, (error, key) => {
    if (error) reject(error);
    else resolve(key);
  });
  return promise;
}

const BASE64 = { alphabet: "base64url", omitPadding: true } as const;

function formatHash({ ln, r, p, salt, key }: KeptHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toBase64(BASE64)}$${key.toBase64(BASE64)}`;
}

const HASH = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

/** @throws for what is no hash, or one whose work would take all memory */
function parseHash(text: string): KeptHash {
  const [, ln, r, p, salt = "", key = ""] = HASH.exec(text) ?? [];
  const settings = { ln: Number(ln), r: Number(r), p: Number(p) };
  const bytes = 128 * 2 ** settings.ln * settings.r;
  if (!(bytes <= MAX_MEMORY_BYTES)) {
    throw new Error(
      `Cannot check a password as its hash must be scrypt of at most ${MAX_MEMORY_BYTES} bytes`,
    );
  }
  return {
    ...settings,
    salt: Uint8Array.fromBase64(salt, { alphabet: "base64url" }),
    key: Uint8Array.fromBase64(key, { alphabet: "base64url" }),
  };
}
