import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import { currentRequestId } from "../../shared/request_context.ts";
import { type SecretCheck, secretCheck } from "../../shared/secret.ts";
import type { AuditBook } from "./audit_book.ts";
import { auditText } from "./audit_text.ts";
import { FailedSignIns } from "./failed_sign_ins.ts";
import { KnownDevices } from "./known_devices.ts";
import type { OperatorBook, OperatorCredential } from "./operator_book.ts";
import { PasswordCheck, type PasswordTry } from "./password_check.ts";
import type { PasswordHasher } from "./password_hash.ts";
import { refuseName, refusePassword } from "./password_rules.ts";
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

/** Who is let in: his session, and what makes his browser known from now on. */
export interface Welcome {
  kind: "done";
  session: FreshSession;
  /** The value of the cookie that `deviceCookie` makes. */
  device: string;
}

/** What came of signing in. */
export type SignInResult =
  | Welcome
  | Exclude<PasswordTry, { kind: "right" }>;

/** What came of the first set-up; faults by field. */
export type SetUpResult =
  | Welcome
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
  readonly #devices: KnownDevices;
  readonly #failed: FailedSignIns;
  readonly #passwords: PasswordCheck;
  readonly #isToken: SecretCheck;

  constructor(readonly parts: SignInParts) {
    this.#devices = new KnownDevices(parts.adminToken);
    this.#failed = new FailedSignIns(parts.audit, parts.clock);
    this.#passwords = new PasswordCheck({
      ...parts,
      note: async (failed) => {
        await this.#failed.note({ ...failed, requestId: this.#requestId() });
      },
    });
    this.#isToken = secretCheck(parts.adminToken);
  }

  /** True as long as there is no operator: the first one is made at `/admin/setup`. */
  async isNew(): Promise<boolean> {
    return await this.parts.book.count() === 0;
  }

  /** Begins a session for who knows the password of a name. */
  async signIn(name: string, password: string, caller: Caller): Promise<SignInResult> {
    const tried = await this.#passwords.check(name, password, {
      peer: caller.peer,
      isTrusted: (found) => this.#devices.knows(found, caller.headers),
    });
    if (tried.kind !== "right") return tried;
    const { operator: { id, name: actor, role }, passwordHash } = tried.found;
    const begun = { operatorId: id, passwordHash };
    const session = await this.parts.sessions.open(begun, caller.headers);
    // Meanwhile it became another password, or he was disabled.
    if (session === null) return { kind: "wrong" };
    const found = tried.isOutdated ? await this.#strengthen(tried.found, password) : tried.found;
    await this.#note({ id, actor, role, action: "sign_in" }, caller);
    return { kind: "done", session, device: this.#devices.token(found) };
  }

  /**
   * Holds a password against the name of who is signed in. Tries count with those of his known
   * browsers: nobody outside can keep him from it.
   */
  async checkOwnPassword(name: string, password: string, peer: string): Promise<PasswordTry> {
    const inside = { peer, isTrusted: () => true, isInside: true };
    return await this.#passwords.check(name, password, inside);
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
    const begun = { operatorId: id, passwordHash: hash };
    const session = await sessions.open(begun, caller.headers);
    if (session === null) return { kind: "taken" };
    return {
      kind: "done",
      session,
      device: this.#devices.token({ operator, passwordHash: hash }),
    };
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

  /** What the logs call this request. */
  #requestId(): string {
    return currentRequestId() ?? this.parts.newId();
  }

  async #noteFailure(operator: { id: number; name: string } | null, peer: string, action: string) {
    await this.#failed.note({ operator, peer, action, requestId: this.#requestId() });
  }

  /** Makes a hash of little work anew; returns what is held against from now on. */
  async #strengthen(found: OperatorCredential, password: string): Promise<OperatorCredential> {
    const { book, hasher } = this.parts;
    const hash = await hasher.hash(password);
    const isNew = hash !== null && await book.rehash(found.operator.id, found.passwordHash, hash);
    return isNew ? { ...found, passwordHash: hash } : found;
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
