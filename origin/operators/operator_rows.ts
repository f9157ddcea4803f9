import type { Clock } from "../../shared/clock.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import {
  type ChangeResult,
  type CreateResult,
  MAX_OPERATORS,
  type NewOperator,
  type Operator,
  type OperatorChanges,
  type OperatorCredential,
} from "./operator_book.ts";
import { deviceTries } from "./lock_out.ts";
import { forgetTries } from "./operator_tries.ts";
import type { Role } from "./principal.ts";

interface OperatorRow {
  id: number;
  name: string;
  role: string;
  password_hash: string;
  disabled: number;
  locked_until: number | null;
  created_at: number;
  updated_at: number;
}

/** The id of the first operator: two that set up at the same time meet at its key. */
const FIRST_ID = 1;

const SELECT = `SELECT o.id, o.name, o.role, o.password_hash, o.disabled, t.locked_until,
    o.created_at, o.updated_at
  FROM operator o LEFT JOIN operator_try t ON t.name = LOWER(o.name)`;

/** `OperatorBook.count`. */
export async function countOperators(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ total: number }>("SELECT COUNT(*) AS total FROM operator");
  return row?.total ?? 0;
}

/** `OperatorBook.createFirst`. */
export async function createFirst(
  database: Database,
  clock: Clock,
  name: string,
  passwordHash: string,
): Promise<Operator | null> {
  try {
    return await database.transaction(async (tx) => {
      if (await countOperators(tx) > 0) return null;
      await insert(tx, clock, { name, role: "admin", passwordHash }, FIRST_ID);
      return await getOperator(tx, clock, FIRST_ID);
    });
  } catch (error) {
    if (isDuplicate(error)) return null;
    throw error;
  }
}

/** `OperatorBook.create`. */
export async function createOperator(
  database: Database,
  clock: Clock,
  operator: NewOperator,
): Promise<CreateResult> {
  try {
    return await database.transaction(async (tx): Promise<CreateResult> => {
      if (await countOperators(tx) >= MAX_OPERATORS) return { kind: "full" };
      const id = await insert(tx, clock, operator, null);
      return { kind: "done", operator: (await getOperator(tx, clock, id))! };
    });
  } catch (error) {
    if (isDuplicate(error)) return { kind: "taken" };
    throw error;
  }
}

async function insert(tx: Sql, clock: Clock, operator: NewOperator, id: number | null) {
  const { name, role, passwordHash } = operator;
  const nowMs = clock();
  const { insertId } = await tx.execute(
    `INSERT INTO operator (id, name, role, password_hash, disabled, created_at, updated_at)
     VALUES (?, ?, ?, ?, 0, ?, ?)`,
    [id, name, role, passwordHash, nowMs, nowMs],
  );
  return insertId;
}

/** `OperatorBook.get`, also within a transaction. */
export async function getOperator(sql: Sql, clock: Clock, id: number): Promise<Operator | null> {
  const [row] = await sql.query<OperatorRow>(`${SELECT} WHERE o.id = ?`, [id]);
  return row ? operatorOf(row, clock()) : null;
}

/** `OperatorBook.find`. */
export async function findOperator(
  sql: Sql,
  clock: Clock,
  name: string,
): Promise<OperatorCredential | null> {
  const [row] = await sql.query<OperatorRow>(`${SELECT} WHERE o.name = ?`, [name]);
  return row ? { operator: operatorOf(row, clock()), passwordHash: row.password_hash } : null;
}

/** `OperatorBook.list`. @throws {RangeError} for a page outside of its bounds. */
export async function listOperators(
  sql: Sql,
  clock: Clock,
  page: number,
  per: number,
): Promise<Page<Operator>> {
  const offset = checkPage(page, per);
  const total = await countOperators(sql);
  const rows = await sql.query<OperatorRow>(`${SELECT} ORDER BY o.id LIMIT ? OFFSET ?`, [
    per,
    offset,
  ]);
  const nowMs = clock();
  return { items: rows.map((row) => operatorOf(row, nowMs)), page, per, total };
}

/** `OperatorBook.change`. */
export function changeOperator(
  database: Database,
  clock: Clock,
  id: number,
  changes: OperatorChanges,
): Promise<ChangeResult> {
  return despiteDeadlocks(() =>
    database.transaction(async (tx): Promise<ChangeResult> => {
      // All admins, by their key: two who take each other's role away meet here.
      const admins = await tx.query<{ id: number }>(
        `SELECT id FROM operator WHERE role = 'admin' AND disabled = 0 ORDER BY id${tx.forUpdate}`,
      );
      const before = await getOperator(tx, clock, id);
      if (!before) return { kind: "not_found" };
      const held = changes.passwordHashBefore;
      if (held !== undefined && !await holdsHash(tx, id, held)) return { kind: "outdated" };
      const after = { ...before, ...changes };
      const isAdmin = ({ role, disabled }: Operator) => role === "admin" && !disabled;
      const others = admins.filter((admin) => admin.id !== id).length;
      if (isAdmin(before) && !isAdmin(after) && others === 0) return { kind: "last_admin" };
      await tx.execute(
        "UPDATE operator SET role = ?, disabled = ?, updated_at = ? WHERE id = ?",
        [after.role, after.disabled ? 1 : 0, clock(), id],
      );
      if (changes.passwordHash !== undefined) {
        const params = [changes.passwordHash, id];
        await tx.execute("UPDATE operator SET password_hash = ? WHERE id = ?", params);
        for (const tries of [before.name, deviceTries(id)]) await forgetTries(tx, tries);
      }
      if (changes.passwordHash !== undefined || after.disabled) {
        await tx.execute("DELETE FROM operator_session WHERE operator_id = ?", [id]);
      }
      return { kind: "done", operator: (await getOperator(tx, clock, id))! };
    })
  );
}

/** Whether this is still an operator's hash; nobody else changes it until the transaction ends. */
async function holdsHash(tx: Sql, id: number, passwordHash: string): Promise<boolean> {
  const [row] = await tx.query<{ id: number }>(
    `SELECT id FROM operator WHERE id = ? AND password_hash = ?${tx.forUpdate}`,
    [id, passwordHash],
  );
  return row !== undefined;
}

function operatorOf(row: OperatorRow, nowMs: number): Operator {
  const lockedUntil = row.locked_until ?? 0;
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    disabled: row.disabled !== 0,
    lockedUntil: lockedUntil > nowMs ? lockedUntil : 0,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function isDuplicate(error: unknown): boolean {
  return error instanceof DatabaseError && error.fault === "duplicate";
}
