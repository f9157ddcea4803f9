import type { Claims } from "../../shared/claims.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Database, Sql } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import { findBlocked, insertBlocked, refuseMore } from "./blocked_entries.ts";
import type { ListBounds, ShopUser, ShopUserChanges, ShopUserResult } from "./customer_book.ts";
import { lockLists, raiseListVersion } from "./list_version.ts";

interface UserRow {
  user_id: string;
  level: number | null;
  claims: string | null;
  /** The entry of the block list, or null. */
  block_id: number | null;
}

/** What `userOf` reads; the id comes from `k`. */
const USER_FIELDS = "k.user_id, u.level, u.claims, b.id AS block_id";

const USER_JOINS = "LEFT JOIN shop_user u ON u.user_id = k.user_id " +
  "LEFT JOIN blocklist b ON b.user_id = k.user_id";

const PROFILES = "SELECT user_id FROM shop_user";
const BLOCKED = "SELECT user_id FROM blocklist WHERE user_id IS NOT NULL";

/** The claims of a row: a JSON object of texts, or null. Only `writeProfile` writes it. */
export function claimsOf(text: string | null): Claims | null {
  return text === null ? null : JSON.parse(text) as Claims;
}

function userOf({ user_id, level, claims, block_id }: UserRow): ShopUser {
  return { userId: user_id, level, blocked: block_id !== null, claims: claimsOf(claims) };
}

/** `CustomerBook.getUser`, also within a transaction. Two reads by key, never of all customers. */
export async function getUser(sql: Sql, userId: string): Promise<ShopUser> {
  const [row] = await sql.query<Pick<UserRow, "level" | "claims">>(
    "SELECT level, claims FROM shop_user WHERE user_id = ?",
    [userId],
  );
  const entry = await findBlocked(sql, { userId });
  return userOf({
    user_id: userId,
    level: row?.level ?? null,
    claims: row?.claims ?? null,
    block_id: entry?.id ?? null,
  });
}

/** `CustomerBook.listUsers`. @throws {RangeError} for a page outside of its bounds. */
export async function listUsers(
  database: Database,
  filter: { blocked?: boolean },
  page: number,
  per: number,
): Promise<Page<ShopUser>> {
  const offset = checkPage(page, per);
  const total = await countUsers(database, filter.blocked);
  const [touched, where] = filter.blocked === undefined
    ? [`${PROFILES} UNION ${BLOCKED}`, ""]
    : filter.blocked
    ? [BLOCKED, ""]
    : [PROFILES, "WHERE b.id IS NULL"];
  const rows = await database.query<UserRow>(
    `SELECT ${USER_FIELDS} FROM (${touched}) k ${USER_JOINS} ${where}
      ORDER BY k.user_id LIMIT ? OFFSET ?`,
    [per, offset],
  );
  return { items: rows.map(userOf), page, per, total };
}

/** By the tables one by one: a union of both takes half a second at their bounds. */
async function countUsers(database: Database, blocked: boolean | undefined): Promise<number> {
  const count = async (from: string) => {
    const [row] = await database.query<{ total: number }>(`SELECT COUNT(*) AS total FROM ${from}`);
    return row?.total ?? 0;
  };
  const ofList = "blocklist b WHERE b.user_id IS NOT NULL";
  if (blocked) return await count(ofList);
  const profiles = await count("shop_user");
  const both = await count("blocklist b JOIN shop_user u ON u.user_id = b.user_id");
  return profiles - both + (blocked === undefined ? await count(ofList) : 0);
}

/** `CustomerBook.changeUser`. */
export function changeUser(
  database: Database,
  clock: Clock,
  bounds: ListBounds,
  userId: string,
  changes: ShopUserChanges,
): Promise<ShopUserResult> {
  return database.transaction(async (tx): Promise<ShopUserResult> => {
    await lockLists(tx);
    const before = await getUser(tx, userId);
    const next = { ...before, ...changes };
    const detail = await refuseChange(tx, bounds, before, next);
    if (detail !== null) return { kind: "full", detail };
    if (isSame(before, next)) return { kind: "done", user: before };
    await writeProfile(tx, clock, before, next);
    if (next.blocked && !before.blocked) await insertBlocked(tx, clock, { userId });
    if (!next.blocked) await tx.execute("DELETE FROM blocklist WHERE user_id = ?", [userId]);
    await raiseListVersion(tx);
    return { kind: "done", user: next };
  });
}

function isSame(a: ShopUser, b: ShopUser): boolean {
  return a.level === b.level && a.blocked === b.blocked &&
    JSON.stringify(a.claims) === JSON.stringify(b.claims);
}

/** A user has a row of his own as long as it says something. */
function hasProfile({ level, claims }: ShopUser): boolean {
  return level !== null || claims !== null;
}

/** Why a list has no room for this change, or null. Looked at before anything is written. */
async function refuseChange(
  tx: Sql,
  bounds: ListBounds,
  before: ShopUser,
  next: ShopUser,
): Promise<string | null> {
  if (next.blocked && !before.blocked) {
    const detail = await refuseMore(tx, bounds, { userId: next.userId });
    if (detail !== null) return detail;
  }
  if (!hasProfile(next) || hasProfile(before)) return null;
  const [row] = await tx.query<{ count: number }>("SELECT COUNT(*) AS count FROM shop_user");
  const count = row?.count ?? 0;
  if (count < bounds.users) return null;
  return `Cannot keep more users as the table has at most ${bounds.users}: current value is ${count}`;
}

async function writeProfile(
  tx: Sql,
  clock: Clock,
  before: ShopUser,
  next: ShopUser,
): Promise<void> {
  const { userId, level } = next;
  if (!hasProfile(next)) {
    await tx.execute("DELETE FROM shop_user WHERE user_id = ?", [userId]);
    return;
  }
  const claims = next.claims === null ? null : JSON.stringify(next.claims);
  const nowMs = clock();
  if (hasProfile(before)) {
    await tx.execute(
      "UPDATE shop_user SET level = ?, claims = ?, updated_at = ? WHERE user_id = ?",
      [level, claims, nowMs, userId],
    );
    return;
  }
  await tx.execute(
    `INSERT INTO shop_user (user_id, level, claims, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?)`,
    [userId, level, claims, nowMs, nowMs],
  );
}
