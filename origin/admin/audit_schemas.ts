import { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import type { AuditEntry } from "../operators/audit_book.ts";
import { idSchema, line, pageQuery } from "./admin_schemas.ts";
import { readIsoTime } from "./sale_schemas.ts";

const timeQuery = z.string().transform((text, context) => {
  const ms = readIsoTime(text);
  if (ms !== null) return ms;
  context.addIssue({ code: "custom", message: "must be an ISO 8601 time with a zone" });
  return z.NEVER;
}).openapi({ type: "string", format: "date-time" });

/** Which entries to list. */
export const auditQuery = pageQuery.extend({
  actor: line(64).optional().openapi({ description: "An operator's name, or ADMIN_TOKEN" }),
  target: line(160).optional().openapi({ description: "sale/7, and everything below it" }),
  action: line(64).optional().openapi({ description: "sale.pause, or all of a kind: sale" }),
  from: timeQuery.optional().openapi({ description: "This moment and later" }),
  to: timeQuery.optional().openapi({ description: "Before this moment" }),
});

const stateSchema = z.enum(["begun", "done", "refused", "failed"]).openapi({
  description: "begun: its process died before it ended, or it is under way",
});

const snapshotSchema = z.unknown().openapi({
  type: "object",
  description:
    "Without secrets. `{cut, bytes, start}` when it had more than 64 KB; null for nothing",
});

/** An entry of the audit log. */
export const auditEntrySchema = z.object({
  id: idSchema,
  who: z.string(),
  role: z.string(),
  via: z.enum(["token", "session", "password"]),
  when: z.string().openapi({ format: "date-time" }),
  finishedAt: z.string().nullable().openapi({ format: "date-time" }),
  action: z.string(),
  target: z.string(),
  state: stateSchema,
  requestId: z.string(),
  before: snapshotSchema,
  after: snapshotSchema,
}).openapi("AuditEntry");

/** An entry for an answer. */
export function viewEntry(entry: AuditEntry): z.infer<typeof auditEntrySchema> {
  const { id, actor, role, via, createdAt, finishedAt, action, target, state, requestId } = entry;
  return {
    id,
    who: actor,
    role,
    via,
    when: isoTime(createdAt),
    finishedAt: finishedAt === null ? null : isoTime(finishedAt),
    action,
    target,
    state,
    requestId,
    before: entry.before === null ? null : JSON.parse(entry.before),
    after: entry.after === null ? null : JSON.parse(entry.after),
  };
}
