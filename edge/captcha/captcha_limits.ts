import type { ClientAddress } from "../gate/gate_parts.ts";
import { TokenTable } from "../limits/token_table.ts";
import {
  type Allowance,
  KEYBOARD_PER_ADDRESS,
  KEYBOARD_PER_USER,
  LIMIT_ENTRIES,
  PUZZLES_PER_ADDRESS,
  PUZZLES_PER_USER,
} from "./captcha_rules.ts";

/** What is limited: each has a bucket per user and one per address. */
const KINDS = {
  puzzle: [PUZZLES_PER_USER, PUZZLES_PER_ADDRESS],
  keyboard: [KEYBOARD_PER_USER, KEYBOARD_PER_ADDRESS],
} as const satisfies Record<string, readonly [Allowance, Allowance]>;

export type CaptchaLimitKind = keyof typeof KINDS;

/** Limits of puzzles and answers, of fixed memory, for this edge alone. */
export class CaptchaLimits {
  readonly #tables: Record<CaptchaLimitKind, [user: TokenTable, address: TokenTable]>;

  constructor(options: { nowMs: number; key: { k0: number; k1: number } }) {
    const table = () => new TokenTable({ ...options, entries: LIMIT_ENTRIES });
    this.#tables = {
      puzzle: [table(), table()],
      keyboard: [table(), table()],
    };
  }

  /**
   * Takes one of a kind for a user at an address: 0, or the ms after which a next one will be let
   * through. What the address refuses has been taken from the user; he may have it again soon.
   */
  take(kind: CaptchaLimitKind, userId: string, address: ClientAddress, nowMs: number): number {
    const [ofUser, ofAddress] = KINDS[kind], [users, addresses] = this.#tables[kind];
    const byUser = users.take(0, userId, ofUser.capacity, ofUser.tokenMs, nowMs);
    if (byUser > 0) return byUser;
    return Math.max(
      0,
      addresses.take(0, address.key, ofAddress.capacity, ofAddress.tokenMs, nowMs),
    );
  }

  /** Puts back what `take` took, for what was refused by another limit. */
  giveBack(kind: CaptchaLimitKind, userId: string, address: ClientAddress): void {
    const [ofUser, ofAddress] = KINDS[kind], [users, addresses] = this.#tables[kind];
    users.giveBack(0, userId, ofUser.tokenMs);
    addresses.giveBack(0, address.key, ofAddress.tokenMs);
  }
}
