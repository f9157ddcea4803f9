import type { Page } from "../orders/order_book.ts";
import { deviceTries } from "./lock_out.ts";
import type { ChangeResult, CreateResult, Operator, OperatorBook } from "./operator_book.ts";
import type { PasswordHasher } from "./password_hash.ts";
import { refuseName, refusePassword } from "./password_rules.ts";
import type { Principal, Role } from "./principal.ts";
import type { SignInDesk } from "./sign_in_desk.ts";

/** What managing operators works with. */
export interface OperatorDeskParts {
  book: OperatorBook;
  hasher: PasswordHasher;
  door: Pick<SignInDesk, "checkOwnPassword">;
}

/** Faults of a wish, by field. */
export interface InvalidWish {
  kind: "invalid";
  errors: Record<string, string>;
}

/** What became of a new operator. */
export type AddResult = CreateResult | InvalidWish | { kind: "busy" };

/** What became of a change. */
export type ManageResult = ChangeResult | InvalidWish | { kind: "busy" };

/** What became of one's own new password. */
export type OwnPasswordResult =
  | { kind: "done"; operator: Operator }
  | InvalidWish
  | { kind: "locked"; waitMs: number }
  | { kind: "busy" }
  | { kind: "not_found" };

/** One's own session as its owner sees it. Times in ms. */
export interface OwnSession {
  createdAt: number;
  seenAt: number;
  expiresAt: number;
  /** The session that asks. */
  isThis: boolean;
}

/** Managing operators, and what each may do about himself. Passwords come in and never go out. */
export class OperatorDesk {
  constructor(readonly parts: OperatorDeskParts) {}

  list(page: number, per: number): Promise<Page<Operator>> {
    return this.parts.book.list(page, per);
  }

  get(id: number): Promise<Operator | null> {
    return this.parts.book.get(id);
  }

  /** Adds an operator. */
  async add(wish: { name: string; role: Role; password: string }): Promise<AddResult> {
    const { book, hasher } = this.parts;
    const { name, role, password } = wish;
    const errors: Record<string, string> = {};
    const [ofName, ofPassword] = [refuseName(name), refusePassword(name, password)];
    if (ofName !== null) errors.name = ofName;
    if (ofPassword !== null) errors.password = ofPassword;
    if (Object.keys(errors).length > 0) return { kind: "invalid", errors };
    const passwordHash = await hasher.hash(password);
    return passwordHash === null
      ? { kind: "busy" }
      : await book.create({ name, role, passwordHash });
  }

  /** Changes role, whether he may sign in, and password; what is left out stays. */
  async change(
    id: number,
    { password, ...changes }: { role?: Role; disabled?: boolean; password?: string },
  ): Promise<ManageResult> {
    const { book, hasher } = this.parts;
    const before = await book.get(id);
    if (before === null) return { kind: "not_found" };
    if (password === undefined) return await book.change(id, changes);
    const fault = refusePassword(before.name, password);
    if (fault !== null) return { kind: "invalid", errors: { password: fault } };
    const passwordHash = await hasher.hash(password);
    if (passwordHash === null) return { kind: "busy" };
    return await book.change(id, { ...changes, passwordHash });
  }

  /** Lets passwords of an operator be looked at again; null when there is none of that id. */
  async unlock(id: number): Promise<Operator | null> {
    const operator = await this.parts.book.get(id);
    if (operator === null) return null;
    for (const tries of [operator.name, deviceTries(id)]) await this.parts.book.forgetTries(tries);
    return await this.parts.book.get(id);
  }

  /** Changes one's own password with the old one, tries counted as at the door; ends all sessions. */
  async changeOwnPassword(
    principal: Principal,
    wish: { currentPassword: string; password: string },
    peer: string,
  ): Promise<OwnPasswordResult> {
    const fault = refusePassword(principal.name, wish.password);
    if (fault !== null) return { kind: "invalid", errors: { password: fault } };
    const { book, hasher, door } = this.parts;
    const isNot = { currentPassword: "is not your password" };
    const tried = await door.checkOwnPassword(principal.name, wish.currentPassword, peer);
    if (tried.kind === "wrong") return { kind: "invalid", errors: isNot };
    if (tried.kind === "crowded") return { ...tried, kind: "locked" };
    if (tried.kind !== "right") return tried;
    const passwordHash = await hasher.hash(wish.password);
    if (passwordHash === null) return { kind: "busy" };
    const { operator: { id }, passwordHash: passwordHashBefore } = tried.found;
    const changed = await book.change(id, { passwordHash, passwordHashBefore });
    if (changed.kind === "outdated") return { kind: "invalid", errors: isNot };
    // No role is taken away here.
    return changed.kind === "last_admin" ? { kind: "not_found" } : changed;
  }

  /** One's own live sessions, seen last first. */
  async ownSessions({ operatorId, sessionId }: Principal): Promise<OwnSession[]> {
    if (operatorId === null) return [];
    const rows = await this.parts.book.listSessions(operatorId);
    return rows.map(({ tokenHash, createdAt, seenAt, expiresAt }) => ({
      createdAt,
      seenAt,
      expiresAt,
      isThis: tokenHash === sessionId,
    }));
  }

  /** Ends all of one's own sessions but the one that asks; returns how many. */
  async endOtherSessions({ operatorId, sessionId }: Principal): Promise<number> {
    if (operatorId === null || sessionId === undefined) return 0;
    return await this.parts.book.endOtherSessions(operatorId, sessionId);
  }
}
