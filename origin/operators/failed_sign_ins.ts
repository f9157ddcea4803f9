import type { Clock } from "../../shared/clock.ts";
import type { AuditBook } from "./audit_book.ts";
import { auditText } from "./audit_text.ts";

/** Failures of one name within this share one entry of the audit log. */
const WINDOW_MS = 10 * 60_000;

/** Names with an entry of their own in one window; all others share one. */
const MAX_NAMES = 20;

/** Addresses that one entry names. */
const MAX_ADDRESSES = 10;

/** A failed try. */
export interface FailedTry {
  /**
   * The operator whose name it was; null for a name that nobody has, which may well be a password
   * that somebody typed into the wrong field and is therefore never written down.
   */
  operator: { id: number; name: string } | null;
  peer: string;
  requestId: string;
  /** `sign_in_failed`, or `setup_failed`. */
  action: string;
}

interface Tally {
  /** Resolves with the entry that the tally is written to. */
  entry: Promise<number>;
  target: string;
  tries: number;
  addresses: Set<string>;
}

/**
 * Writes failed sign-ins to the audit log without letting anybody fill it: one entry per operator
 * and ten minutes, with the number of tries, at most 21 entries in all.
 */
export class FailedSignIns {
  readonly #tallies = new Map<string, Tally>();
  #windowEndsAt = 0;

  constructor(readonly audit: AuditBook, readonly clock: Clock) {}

  /** Counts a failed try. */
  async note({ operator, peer, requestId, action }: FailedTry): Promise<void> {
    const nowMs = this.clock();
    if (nowMs >= this.#windowEndsAt || nowMs < this.#windowEndsAt - WINDOW_MS) {
      this.#tallies.clear();
      this.#windowEndsAt = nowMs + WINDOW_MS;
    }
    const own = operator !== null && (this.#tallies.size < MAX_NAMES ||
      this.#tallies.has(`${action} ${operator.id}`));
    const key = own ? `${action} ${operator.id}` : `${action} others`;
    const actor = own ? operator.name : "(unknown)";
    const target = own ? `operator/${operator.id}` : "operator";
    const tally = this.#tallies.get(key) ?? {
      entry: this.audit.begin({
        actor,
        role: "none",
        via: "password",
        action,
        target,
        requestId,
        before: null,
      }),
      target,
      tries: 0,
      addresses: new Set<string>(),
    };
    this.#tallies.set(key, tally);
    tally.tries += 1;
    if (tally.addresses.size < MAX_ADDRESSES) tally.addresses.add(peer);
    try {
      const { tries, addresses } = tally;
      const after = auditText({ tries, addresses: [...addresses] });
      await this.audit.finish(await tally.entry, { state: "refused", target, after });
    } catch (error) {
      this.#tallies.delete(key);
      throw error;
    }
  }
}
