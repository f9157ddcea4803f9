import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import { currentRequestId } from "../../shared/request_context.ts";
import { type SecretCheck, secretCheck } from "../../shared/secret.ts";
import { AddressTries } from "./address_tries.ts";
import type { AuditBook } from "./audit_book.ts";
import { auditText } from "./audit_text.ts";
import { FailedSignIns } from "./failed_sign_ins.ts";
import type { OperatorBook, OperatorCredential } from "./operator_book.ts";
import type { PasswordHasher } from "./password_hash.ts";
import { OPERATOR_NAME, PASSWORD_LENGTHS, refuseName, refusePassword } from "./password_rules.ts";
import type { FreshSession, SessionDesk } from "./session_desk.ts";

/** What signing in works with. */
export interface SignInParts {
  book: OperatorBook;
  sessions: SessionDesk;
  hasher: PasswordHasher;
  audit: AuditBook;
  adminToken: string;
  clock: Clock;
  /** A text that was never made before. */
  newId(): string;
  log: Log;
}

/** Where a try comes from. */
export interface Caller {
  /** The address at the other end of the connection; no header is asked. */
  peer: string;
  headers: Headers;
}

/**
 * What came of a try. `wrong` says as little as possible; `locked` is also said of names that nobody
 * has. `waitMs` is when another try may be looked at.
 */
export type PasswordTry =
  | { kind: "right"; found: OperatorCredential }
  | { kind: "wrong" }
  | { kind: "busy" }
  | LockedTry;

interface LockedTry {
  kind: "locked";
  waitMs: number;
}

/** What came of signing in. */
export type SignInResult =
  | { kind: "done"; session: FreshSession }
  | Exclude<PasswordTry, { kind: "right" }>;

/** What came of the first set-up; faults by field. */
export type SetUpResult =
  | { kind: "done"; session: FreshSession }
  | { kind: "refused"; errors: Record<string, string> }
  | { kind: "taken" }
  | { kind: "busy" };

/** What is asked for the first set-up. */
export interface SetUpWish {
  name: string;
  password: string;
  repeated: string;
  token: string;
}

/** The door of the back office: signing in and out, and the very first operator. */
export class SignInDesk {
  readonly #addresses = new AddressTries();
  readonly #failed: FailedSignIns;
  readonly #isToken: SecretCheck;

  constructor(readonly parts: SignInParts) {
    this.#failed = new FailedSignIns(parts.audit, parts.clock);
    this.#isToken = secretCheck(parts.adminToken);
  }

  /** True as long as there is no operator: the first one is made at `/admin/setup`. */
  async isNew(): Promise<boolean> {
    return await this.parts.book.count() === 0;
  }

  /** Begins a session for who knows the password of a name. */
  async signIn(name: string, password: string, caller: Caller): Promise<SignInResult> {
    const tried = await this.checkPassword(name, password, caller.peer);
    if (tried.kind !== "right") return tried;
    const { id, name: actor, role } = tried.found.operator;
    const session = await this.parts.sessions.open(id, caller.headers);
    await this.#note({ id, actor, role, action: "sign_in" }, caller);
    return { kind: "done", session };
  }

  /**
   * Holds a password against a name's. The same work is done and the same is said whether or not
   * there is such an operator and whether or not he is disabled; tries are counted before the work,
   * so that many at once are no more than one after another.
   */
  async checkPassword(name: string, password: string, peer: string): Promise<PasswordTry> {
    const { book, hasher, clock } = this.parts;
    const waitMs = this.#addresses.take(peer, clock());
    if (waitMs > 0) return { kind: "locked", waitMs };
    // No operator has such a name or password: nothing to find out, and nothing to count.
    const isPossible = OPERATOR_NAME.test(name) && password.length <= 2 * PASSWORD_LENGTHS.most;
    if (!isPossible) return await this.#refuse(null, peer);
    const until = await book.lockedUntil(name);
    if (until > 0) return await this.#refuseLocked(name, until, peer);
    const seen = { lockedUntil: 0, found: null as OperatorCredential | null };
    const verified = await hasher.verify(password, async () => {
      const counted = await book.beginTry(name);
      seen.lockedUntil = counted.kind === "locked" ? counted.until : 0;
      if (counted.kind === "locked") return undefined;
      seen.found = await book.find(name);
      return seen.found?.passwordHash ?? null;
    });
    if (verified === null) return { kind: "busy" };
    if (seen.lockedUntil > 0) return await this.#refuseLocked(name, seen.lockedUntil, peer);
    const { found } = seen;
    if (!verified.ok || found === null || found.operator.disabled) {
      return await this.#refuse(found, peer);
    }
    this.#addresses.giveBack(peer);
    await book.forgetTries(name);
    if (verified.isOutdated) await this.#strengthen(found, password);
    return { kind: "right", found };
  }

  /** Makes the first operator, an admin, for who knows `ADMIN_TOKEN`, and signs him in. */
  async setUp(wish: SetUpWish, caller: Caller): Promise<SetUpResult> {
    const { book, hasher, sessions } = this.parts;
    if (!await this.isNew()) return { kind: "taken" };
    const errors = this.#faultsOf(wish);
    if (errors.token !== undefined) await this.#noteFailure(null, caller.peer, "setup_failed");
    if (Object.keys(errors).length > 0) return { kind: "refused", errors };
    const hash = await hasher.hash(wish.password);
    if (hash === null) return { kind: "busy" };
    const operator = await book.createFirst(wish.name, hash);
    if (operator === null) return { kind: "taken" };
    const { id, name: actor, role } = operator;
    await this.#note({ id, actor, role, action: "operator.set_up" }, caller);
    return { kind: "done", session: await sessions.open(id, caller.headers) };
  }

  /** Ends the session of a request. */
  async signOut(caller: Caller): Promise<void> {
    const { sessions } = this.parts;
    const signedIn = await sessions.read(caller.headers);
    await sessions.end(caller.headers);
    if (signedIn === null) return;
    const { name: actor, role, operatorId } = signedIn.principal;
    await this.#note({ id: operatorId ?? 0, actor, role, action: "sign_out" }, caller);
  }

  #faultsOf({ name, password, repeated, token }: SetUpWish): Record<string, string> {
    // Who does not know the token hears nothing else.
    if (!this.#isToken(token)) return { token: "is not the ADMIN_TOKEN of this installation" };
    const errors: Record<string, string> = {};
    const [ofName, ofPassword] = [refuseName(name), refusePassword(name, password)];
    if (ofName !== null) errors.name = ofName;
    if (ofPassword !== null) errors.password = ofPassword;
    else if (password !== repeated) errors.repeated = "must be the same as above";
    return errors;
  }

  async #refuseLocked(name: string, until: number, peer: string): Promise<LockedTry> {
    const { book, clock } = this.parts;
    await this.#refuse(await book.find(name), peer);
    return { kind: "locked", waitMs: Math.max(1, until - clock()) };
  }

  async #refuse(found: OperatorCredential | null, peer: string): Promise<{ kind: "wrong" }> {
    await this.#noteFailure(found?.operator ?? null, peer, "sign_in_failed");
    return { kind: "wrong" };
  }

  /** What the logs call this request. */
  #requestId(): string {
    return currentRequestId() ?? this.parts.newId();
  }

  async #noteFailure(operator: { id: number; name: string } | null, peer: string, action: string) {
    await this.#failed.note({ operator, peer, action, requestId: this.#requestId() });
  }

  async #strengthen({ operator, passwordHash }: OperatorCredential, password: string) {
    const { book, hasher } = this.parts;
    const hash = await hasher.hash(password);
    if (hash !== null) await book.rehash(operator.id, passwordHash, hash);
  }

  async #note(
    did: {
      id: number;
      actor: string;
      role: OperatorCredential["operator"]["role"];
      action: string;
    },
    { peer }: Caller,
  ): Promise<void> {
    const { audit, log } = this.parts;
    const { id, actor, role, action } = did;
    const target = `operator/${id}`;
    const via = action === "sign_out" ? "session" : "password";
    const requestId = this.#requestId();
    const entry = await audit.begin({ actor, role, via, action, target, requestId, before: null });
    await audit.finish(entry, { state: "done", target, after: auditText({ address: peer }) });
    log.info("{actor} {action} from {peer}", { actor, action, peer });
  }
}
