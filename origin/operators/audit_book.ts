import type { Page } from "../orders/order_book.ts";
import type { Role } from "./principal.ts";

/** How a change ended; `begun` of one whose process died in between. */
export type AuditState = "begun" | "done" | "refused" | "failed";

/** Most bytes of a before or after; longer ones are cut, and say so. */
export const MAX_AUDIT_BYTES = 64 * 1024;

/** A change that is about to be tried. Time in ms; `before` is JSON, null where there was nothing. */
export interface NewAuditEntry {
  actor: string;
  role: Role | "none";
  via: "token" | "session" | "password";
  action: string;
  target: string;
  requestId: string;
  before: string | null;
}

/** How it ended. `target` names what was only made by it. */
export interface AuditEnd {
  state: Exclude<AuditState, "begun">;
  target: string;
  after: string | null;
}

/** An entry of the audit log. Times in ms. */
export interface AuditEntry extends NewAuditEntry {
  id: number;
  state: AuditState;
  after: string | null;
  createdAt: number;
  finishedAt: number | null;
}

/** Which entries to list: `from` and `to` in ms, `from` included and `to` not. */
export interface AuditFilter {
  actor?: string;
  /** A target and everything below it: `sale/7` also finds `sale/7/product/2`. */
  target?: string;
  /** An action, or all of a kind: `sale` finds `sale.pause`. */
  action?: string;
  from?: number;
  to?: number;
}

/**
 * Who changed what and when. An entry is written before the change is tried, so that no change is
 * missing; operations throw `DatabaseError` when they did not happen.
 */
export interface AuditBook {
  /** Writes an entry as `begun` and returns its id. */
  begin(entry: NewAuditEntry): Promise<number>;
  /** Writes how it ended. */
  finish(id: number, end: AuditEnd): Promise<void>;
  /** Entries, newest first. */
  list(filter: AuditFilter, page: number, per: number): Promise<Page<AuditEntry>>;
}
