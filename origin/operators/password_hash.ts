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

/** Tries of who is outside that may wait for their turn, some three seconds. */
const MAX_WAITING = 16;

/** Of these for names that nobody has: whoever makes names up leaves places for operators. */
const MAX_WAITING_UNKNOWN = 12;

/** Of these from one address. */
const MAX_WAITING_EACH = 2;

/** Hashes for who has been let in that may wait besides, and go first. */
const MAX_WAITING_INSIDE = 4;

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

/**
 * Who wants a turn: somebody who has been let in, or somebody outside. `address` is null where many
 * may stand behind it; `isKnown` says that the name is an operator's.
 */
export type Turn = "inside" | { address: string | null; isKnown: boolean };

/** Somebody outside of whom nothing is held against him. */
const ANYBODY: Turn = { address: null, isKnown: true };

interface Waiting {
  turn: Turn;
  begin(): void;
}

interface KeptHash extends ScryptSettings {
  salt: Uint8Array;
  key: Uint8Array;
}

/**
 * Makes and checks password hashes, as `$scrypt$ln=15,r=8,p=3$<salt>$<key>` in base64url. At most
 * two are made at once and 16 tries wait, two of an address and 12 for names that nobody has; after
 * that the answer is null: too busy. Who has been let in waits beside them, and for less long.
 */
export class PasswordHasher {
  #running = 0;
  /** At most `MAX_WAITING` and `MAX_WAITING_INSIDE`. */
  readonly #waiting: Waiting[] = [];

  /** `fill` is the source of randomness. */
  constructor(
    readonly settings: ScryptSettings = SCRYPT_SETTINGS,
    readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown = (bytes) =>
      crypto.getRandomValues(bytes),
  ) {}

  /** A hash to keep, for who has been let in; null when too busy. */
  hash(password: string): Promise<string | null> {
    return this.#inTurn("inside", async () => {
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
    turn: Turn = ANYBODY,
  ): Promise<Verified | null> {
    return this.#inTurn(turn, async () => {
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

  async #inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T | null> {
    if (this.#running >= MAX_RUNNING) {
      if (!this.#mayWait(turn)) return null;
      // Whoever ends hands his place on, so nobody who comes later takes it.
      await new Promise<void>((begin) => this.#waiting.push({ turn, begin }));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const inside = this.#waiting.findIndex((one) => one.turn === "inside");
      const [next] = this.#waiting.splice(Math.max(0, inside), 1);
      if (next) next.begin();
      else this.#running -= 1;
    }
  }

  #mayWait(turn: Turn): boolean {
    const outside = this.#waiting.flatMap((one) => one.turn === "inside" ? [] : [one.turn]);
    if (turn === "inside") return this.#waiting.length - outside.length < MAX_WAITING_INSIDE;
    const ofAddress = outside.filter(({ address }) => address === turn.address).length;
    const unknown = outside.filter(({ isKnown }) => !isKnown).length;
    return outside.length < MAX_WAITING &&
      (turn.address === null || ofAddress < MAX_WAITING_EACH) &&
      (turn.isKnown || unknown < MAX_WAITING_UNKNOWN);
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
