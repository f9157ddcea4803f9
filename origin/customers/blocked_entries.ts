import type { Clock } from "../../shared/clock.ts";
import type { Database, Sql, SqlValue } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import type { BlockEntry, BlockResult, BlockTarget, ListBounds } from "./customer_book.ts";
import { lockLists, raiseListVersion } from "./list_version.ts";

interface BlockRow {
  id: number;
  user_id: string | null;
  cidr: string | null;
  created_at: number;
}

const BLOCK_FIELDS = "id, user_id, cidr, created_at";

function entryOf({ id, user_id, cidr, created_at }: BlockRow): BlockEntry {
  return user_id === null
    ? { id, cidr: cidr ?? "", createdAt: created_at }
    : { id, userId: user_id, createdAt: created_at };
}

/** `CustomerBook.block`. */
export function block(
  database: Database,
  clock: Clock,
  bounds: ListBounds,
  target: BlockTarget,
): Promise<BlockResult> {
  return database.transaction(async (tx): Promise<BlockResult> => {
    await lockLists(tx);
    const known = await findBlocked(tx, target);
    if (known) return { kind: "known", entry: known };
    const detail = await refuseMore(tx, bounds, target);
    if (detail !== null) return { kind: "full", detail };
    const entry = await insertBlocked(tx, clock, target);
    await raiseListVersion(tx);
    return { kind: "added", entry };
  });
}

/** The entry of a target, or null. */
export async function findBlocked(sql: Sql, target: BlockTarget): Promise<BlockEntry | null> {
  const [column, value] = "userId" in target ? ["user_id", target.userId] : ["cidr", target.cidr];
  const [row] = await sql.query<BlockRow>(
    `SELECT ${BLOCK_FIELDS} FROM blocklist WHERE ${column} = ?`,
    [value],
  );
  return row ? entryOf(row) : null;
}

/** Why there is no room for one more entry of this kind, or null. */
export async function refuseMore(
  sql: Sql,
  bounds: ListBounds,
  target: BlockTarget,
): Promise<string | null> {
  const [column, most, what] = "userId" in target
    ? ["user_id", bounds.blockedUsers, "users"]
    : ["cidr", bounds.blockedCidrs, "networks"];
  const [row] = await sql.query<{ count: number }>(
    `SELECT COUNT(${column}) AS count FROM blocklist`,
  );
  const count = row?.count ?? 0;
  if (count < most) return null;
  return `Cannot block more as the list has at most ${most} ${what}: current value is ${count}`;
}

/** Adds an entry that is not there. */
export async function insertBlocked(
  tx: Sql,
  clock: Clock,
  target: BlockTarget,
): Promise<BlockEntry> {
  const createdAt = clock();
  const [userId, cidr] = "userId" in target ? [target.userId, null] : [null, target.cidr];
  const { insertId } = await tx.execute(
    "INSERT INTO blocklist (user_id, cidr, created_at) VALUES (?, ?, ?)",
    [userId, cidr, createdAt],
  );
  return { ...target, id: insertId, createdAt };
}

/** `CustomerBook.unblock`. */
export function unblock(database: Database, id: number): Promise<boolean> {
  return database.transaction(async (tx) => {
    await lockLists(tx);
    const { affectedRows } = await tx.execute("DELETE FROM blocklist WHERE id = ?", [id]);
    if (affectedRows === 0) return false;
    await raiseListVersion(tx);
    return true;
  });
}

/** `CustomerBook.getBlocked`. */
export async function getBlocked(database: Database, id: number): Promise<BlockEntry | null> {
  const [row] = await database.query<BlockRow>(
    `SELECT ${BLOCK_FIELDS} FROM blocklist WHERE id = ?`,
    [id],
  );
  return row ? entryOf(row) : null;
}

/** `CustomerBook.listBlocked`. @throws {RangeError} for a page outside of its bounds. */
export async function listBlocked(
  database: Database,
  filter: { userId?: string; cidr?: string },
  page: number,
  per: number,
): Promise<Page<BlockEntry>> {
  const offset = checkPage(page, per);
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  if (filter.userId !== undefined) {
    conditions.push("user_id = ?");
    params.push(filter.userId);
  }
  if (filter.cidr !== undefined) {
    conditions.push("cidr = ?");
    params.push(filter.cidr);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const [count] = await database.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM blocklist${where}`,
    params,
  );
  const rows = await database.query<BlockRow>(
    `SELECT ${BLOCK_FIELDS} FROM blocklist${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
    [...params, per, offset],
  );
  return { items: rows.map(entryOf), page, per, total: count?.total ?? 0 };
}
