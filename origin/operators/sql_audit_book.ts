import type { Clock } from "../../shared/clock.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import type {
  AuditBook,
  AuditEnd,
  AuditEntry,
  AuditFilter,
  AuditState,
  NewAuditEntry,
} from "./audit_book.ts";

interface AuditRow {
  id: number;
  actor: string;
  role: string;
  via: string;
  action: string;
  target: string;
  request_id: string;
  state: string;
  before_json: string | null;
  after_json: string | null;
  created_at: number;
  finished_at: number | null;
}

const FIELDS =
  "id, actor, role, via, action, target, request_id, state, before_json, after_json, " +
  "created_at, finished_at";

/** Longest target that the table holds. */
const MAX_TARGET = 160;

/** The audit log in SQL, the same for MySQL, MariaDB and SQLite. */
export class SqlAuditBook implements AuditBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  async begin(entry: NewAuditEntry): Promise<number> {
    const { actor, role, via, action, target, requestId, before } = entry;
    const { insertId } = await this.database.execute(
      `INSERT INTO audit_entry
        (actor, role, via, action, target, request_id, state, before_json, created_at)
       VALUES (?, ?, ?, ?, ?, ?, 'begun', ?, ?)`,
      [actor, role, via, action, fitting(target), requestId, before, this.clock()],
    );
    return insertId;
  }

  async finish(id: number, { state, target, after }: AuditEnd): Promise<void> {
    await this.database.execute(
      `UPDATE audit_entry SET state = ?, target = ?, after_json = ?, finished_at = ? WHERE id = ?`,
      [state, fitting(target), after, this.clock(), id],
    );
  }

  async list(filter: AuditFilter, page: number, per: number): Promise<Page<AuditEntry>> {
    const offset = checkPage(page, per);
    const { where, params } = conditionsOf(filter);
    const [count] = await this.database.query<{ total: number }>(
      `SELECT COUNT(*) AS total FROM audit_entry${where}`,
      params,
    );
    // The ids first: rows with their texts would be read and thrown away page by page.
    const rows = await this.database.query<AuditRow>(
      `SELECT ${FIELDS} FROM audit_entry JOIN (
         SELECT id AS found_id FROM audit_entry${where} ORDER BY id DESC LIMIT ? OFFSET ?
       ) found ON found_id = id ORDER BY id DESC`,
      [...params, per, offset],
    );
    return { items: rows.map(entryOf), page, per, total: count?.total ?? 0 };
  }
}

/** Targets of paths that lead nowhere may be longer than any that means something. */
function fitting(target: string): string {
  return target.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, MAX_TARGET);
}

function conditionsOf(filter: AuditFilter): { where: string; params: SqlValue[] } {
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  const add = (condition: string, ...values: SqlValue[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (filter.actor !== undefined) add("actor = ?", filter.actor);
  // Ranges instead of LIKE: no letter of them is a wildcard, and both databases use the index.
  if (filter.target !== undefined) addTree("target", filter.target, "/");
  if (filter.action !== undefined) addTree("action", filter.action, ".");
  if (filter.from !== undefined) add("created_at >= ?", filter.from);
  if (filter.to !== undefined) add("created_at < ?", filter.to);
  return { where: conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "", params };

  function addTree(column: string, root: string, divider: string) {
    const after = String.fromCharCode(divider.charCodeAt(0) + 1);
    const range = `(${column} = ? OR (${column} > ? AND ${column} < ?))`;
    add(range, root, root + divider, root + after);
  }
}

function entryOf(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    actor: row.actor,
    role: row.role as AuditEntry["role"],
    via: row.via as AuditEntry["via"],
    action: row.action,
    target: row.target,
    requestId: row.request_id,
    state: row.state as AuditState,
    before: row.before_json,
    after: row.after_json,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
