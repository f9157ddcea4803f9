import type { Context, MiddlewareHandler } from "hono";
import type { Log } from "../../shared/log.ts";
import { currentRequestId } from "../../shared/request_context.ts";
import type { AuditBook, AuditEnd } from "./audit_book.ts";
import { auditText } from "./audit_text.ts";
import { AUDITED_ROUTES, type AuditedRoute } from "./audited_routes.ts";
import type { OperatorEnv, Principal } from "./principal.ts";
import { apiPath, matchRoute } from "./route_pattern.ts";

/** What the audit works with. */
export interface AuditParts {
  audit: AuditBook;
  /** A text that was never made before. */
  newId(): string;
  log: Log;
}

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
  return async function audit(c, next) {
    if (c.req.method === "GET" || c.req.method === "HEAD" || c.req.method === "OPTIONS") {
      return await next();
    }
    const principal = c.get("principal");
    const change = changeOf(c.req.method, apiPath(c.req.path));
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
    const after = auditText({ asked: await askedOf(c), answer: refusalOf(status, answer) });
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

/** The body of a change that was not done: what was wanted. */
async function askedOf(c: AuditContext): Promise<unknown> {
  if (!/^application\/json/.test(c.req.header("content-type") ?? "")) return null;
  return await c.req.json().catch(() => null);
}

function refusalOf(status: number, answer: unknown) {
  const { code, detail, errors } = (answer ?? {}) as Record<string, unknown>;
  return { status, code, detail, errors };
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
