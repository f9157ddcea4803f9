import type { Context, MiddlewareHandler } from "hono";
import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import { problem } from "../../shared/problem.ts";
import { currentRequestId } from "../../shared/request_context.ts";
import { AccountPace } from "./account_pace.ts";
import type { AuditBook, AuditEnd } from "./audit_book.ts";
import { auditText } from "./audit_text.ts";
import { AUDITED_ROUTES, type AuditedRoute } from "./audited_routes.ts";
import type { OperatorEnv, Principal } from "./principal.ts";
import { apiPath, matchRoute } from "./route_pattern.ts";

/** What the audit works with. */
export interface AuditParts {
  audit: AuditBook;
  clock: Clock;
  /** A text that was never made before. */
  newId(): string;
  log: Log;
}

/** Most bytes of what a refused change asked for that are kept. */
const MAX_ASKED_BYTES = 4_096;

/** Where bodies hold passwords and names: of a refused change nothing of them is kept. */
const PRIVATE = /^\/(account|operators)(\/|$)/;

/** Reads a path of the admin API as somebody. */
export type ReadAs = (path: string, principal: Principal) => Promise<Response>;

type AuditContext = Context<OperatorEnv>;

/** A change on its way: its line of the table, and the parameters of its path. */
interface Change {
  line: AuditedRoute;
  params: Record<string, string>;
}

/**
 * Writes every change down: an entry `begun` with the state before it, then the change, then its
 * end with the state after it. What cannot be written down is not done. A change whose end could
 * not be written stays `begun`, as after a crash.
 */
export function auditChanges(parts: AuditParts, readAs: ReadAs): MiddlewareHandler<OperatorEnv> {
  const pace = new AccountPace(parts.clock);
  return async function audit(c, next) {
    if (c.req.method === "GET" || c.req.method === "HEAD" || c.req.method === "OPTIONS") {
      return await next();
    }
    const principal = c.get("principal");
    const path = apiPath(c.req.path);
    const waitMs = path.startsWith("/account/") ? pace.take(principal.operatorId) : 0;
    if (waitMs > 0) {
      const headers = { "retry-after": String(Math.ceil(waitMs / 1_000)) };
      return problem("rate_limited", "Your account was changed very often", undefined, headers);
    }
    const change = changeOf(c.req.method, path);
    change.params.self = String(principal.operatorId ?? "none");
    const { name: actor, role, via } = principal;
    const read = () => readState(change, principal, readAs);
    const id = await parts.audit.begin({
      actor,
      role,
      via,
      action: change.line.action,
      target: fill(change.line.target, change.params),
      requestId: currentRequestId() ?? parts.newId(),
      before: auditText(await read()),
    });
    await next();
    try {
      await parts.audit.finish(id, await endOf(c, change, read));
    } catch (error) {
      parts.log.error("Entry {id} of the audit log has no end: {error}", {
        id,
        error: String(error),
      });
    }
  };
}

/** A route that has no line, or none at all, is written down by its address. */
function changeOf(method: string, path: string): Change {
  for (const line of AUDITED_ROUTES) {
    const params = matchRoute(line.route, method, path);
    if (params !== null) return { line, params };
  }
  return { line: { route: "", action: `other.${method.toLowerCase()}`, target: path }, params: {} };
}

async function readState({ line, params }: Change, principal: Principal, readAs: ReadAs) {
  if (line.read === undefined) return null;
  const response = await readAs(fill(line.read, params), principal);
  if (response.ok) return await response.json();
  await response.body?.cancel();
  return null;
}

async function endOf(
  c: AuditContext,
  { line, params }: Change,
  read: () => Promise<unknown>,
): Promise<AuditEnd> {
  const { status } = c.res;
  const answer = await jsonOf(c.res);
  if (status >= 400) {
    const state = status >= 500 ? "failed" : "refused";
    const isPrivate = PRIVATE.test(apiPath(c.req.path));
    const after = auditText({
      asked: isPrivate ? null : askedOf(c.get("bodyText")),
      answer: refusalOf(status, answer, isPrivate),
    });
    return { state, target: fill(line.target, params), after };
  }
  const target = fill(line.target, { ...textsOf(answer), ...params });
  const after = line.read === undefined ? answer : await read();
  return { state: "done", target, after: auditText(after) };
}

/** The JSON of an answer that goes on to whoever asked; null for anything else. */
async function jsonOf(response: Response): Promise<unknown> {
  if (!/^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "")) {
    return null;
  }
  return await response.clone().json().catch(() => null);
}

/** What a change wanted that was not done: its body, when that is an object and not large. */
function askedOf(bodyText: string | undefined): unknown {
  if (bodyText === undefined) return null;
  if (new TextEncoder().encode(bodyText).length > MAX_ASKED_BYTES) return null;
  try {
    const asked: unknown = JSON.parse(bodyText);
    return typeof asked === "object" && !Array.isArray(asked) ? asked : null;
  } catch {
    return null;
  }
}

/** Why it was not done. What is said of an invalid body may repeat parts of it. */
function refusalOf(status: number, answer: unknown, isPrivate: boolean) {
  const { code, detail, errors } = (answer ?? {}) as Record<string, unknown>;
  return isPrivate && status === 400 ? { status, code } : { status, code, detail, errors };
}

function textsOf(answer: unknown): Record<string, string> {
  if (typeof answer !== "object" || answer === null) return {};
  const simple = Object.entries(answer).filter(([, value]) =>
    typeof value === "string" || typeof value === "number"
  );
  return Object.fromEntries(simple.map(([name, value]) => [name, String(value)]));
}

function fill(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "new");
}
