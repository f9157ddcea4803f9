import type { Clock } from "../../shared/clock.ts";
import { AddressTries, placeOf } from "./address_tries.ts";
import type { FailedTry } from "./failed_sign_ins.ts";
import { deviceTries } from "./lock_out.ts";
import type { OperatorBook, OperatorCredential } from "./operator_book.ts";
import type { PasswordHasher } from "./password_hash.ts";
import { OPERATOR_NAME, PASSWORD_LENGTHS } from "./password_rules.ts";

/** What the check works with. */
export interface PasswordCheckParts {
  book: OperatorBook;
  hasher: PasswordHasher;
  clock: Clock;
  /** Writes down that a try failed. */
  note(failed: Pick<FailedTry, "operator" | "peer" | "action">): Promise<void>;
}

/** Who tries. */
export interface Tryer {
  /** The address at the other end of the connection; no header is asked. */
  peer: string;
  /** Whether he has shown before that he is this operator: his tries are counted apart. */
  isTrusted(found: OperatorCredential): boolean;
  /** He is signed in, and has places of his own in the queue. */
  isInside?: boolean;
}

/**
 * What came of a try. `wrong` says as little as possible; `locked` is also said of names that nobody
 * has; `crowded` is said of the address, whatever the name. `waitMs` is when another try may be
 * looked at.
 */
export type PasswordTry =
  | { kind: "right"; found: OperatorCredential; isOutdated: boolean }
  | { kind: "wrong" }
  | { kind: "busy" }
  | { kind: "crowded"; waitMs: number }
  | LockedTry;

interface LockedTry {
  kind: "locked";
  waitMs: number;
}

/** Holds passwords against names, without letting anybody guess or keep others out. */
export class PasswordCheck {
  readonly #addresses = new AddressTries();

  constructor(readonly parts: PasswordCheckParts) {}

  /**
   * Holds a password against a name's. The same work is done and the same is said whether or not
   * there is such an operator and whether or not he is disabled; tries are counted before the work,
   * so that many at once are no more than one after another.
   */
  async check(name: string, password: string, tryer: Tryer): Promise<PasswordTry> {
    const { book, hasher, clock } = this.parts;
    const { peer } = tryer;
    // No operator has such a name or password: nothing to find out, and nothing to count.
    const isPossible = OPERATOR_NAME.test(name) && password.length <= 2 * PASSWORD_LENGTHS.most;
    if (!isPossible) return await this.#refuse(null, peer);
    const known = await book.find(name);
    const isTrusted = known !== null && tryer.isTrusted(known);
    const waitMs = isTrusted ? 0 : this.#addresses.take(peer, clock());
    if (waitMs > 0) return { kind: "crowded", waitMs };
    const tries = isTrusted ? deviceTries(known.operator.id) : name;
    const until = await book.lockedUntil(tries);
    if (until > 0) return await this.#refuseLocked(known, until, peer);
    const seen = { lockedUntil: 0, found: null as OperatorCredential | null };
    const address = isTrusted ? null : placeOf(peer);
    const turn = tryer.isInside ? "inside" : { address, isKnown: known !== null };
    const verified = await hasher.verify(password, async () => {
      const counted = await book.beginTry(tries);
      seen.lockedUntil = counted.kind === "locked" ? counted.until : 0;
      if (counted.kind === "locked") return undefined;
      seen.found = await book.find(name);
      return seen.found?.passwordHash ?? null;
    }, turn);
    if (verified === null) return { kind: "busy" };
    if (seen.lockedUntil > 0) return await this.#refuseLocked(known, seen.lockedUntil, peer);
    const { found } = seen;
    if (!verified.ok || found === null || found.operator.disabled) {
      return await this.#refuse(found, peer);
    }
    if (!isTrusted) this.#addresses.giveBack(peer);
    await book.forgetTries(tries);
    return { kind: "right", found, isOutdated: verified.isOutdated };
  }

  async #refuseLocked(
    known: OperatorCredential | null,
    until: number,
    peer: string,
  ): Promise<LockedTry> {
    await this.#refuse(known, peer);
    return { kind: "locked", waitMs: Math.max(1, until - this.parts.clock()) };
  }

  async #refuse(known: OperatorCredential | null, peer: string): Promise<{ kind: "wrong" }> {
    const operator = known?.operator ?? null;
    await this.parts.note({ operator, peer, action: "sign_in_failed" });
    return { kind: "wrong" };
  }
}
