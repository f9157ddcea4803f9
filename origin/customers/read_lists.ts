import type { Database } from "../database/database.ts";
import type { CustomerLists } from "./customer_book.ts";
import { readListVersion } from "./list_version.ts";
import { claimsOf } from "./shop_users.ts";

/**
 * Rows read at once: everything in one statement would hold up the buys of the embedded profile,
 * which share its one connection, for as long as 200,000 rows take.
 */
const ROWS_PER_READ = 5_000;

/** `CustomerBook.lists`. The version is read first: what changes meanwhile has a higher one. */
export async function readLists(database: Database): Promise<CustomerLists> {
  const version = await readListVersion(database);
  const lists: CustomerLists = { version, blockedUsers: [], blockedCidrs: [], users: [] };
  await readBlocked(database, lists);
  await readProfiles(database, lists);
  return lists;
}

async function readBlocked(database: Database, lists: CustomerLists): Promise<void> {
  // The tables are bounded, and so is this.
  for (let afterId = 0;;) {
    const rows = await database.query<{ id: number; user_id: string | null; cidr: string | null }>(
      "SELECT id, user_id, cidr FROM blocklist WHERE id > ? ORDER BY id LIMIT ?",
      [afterId, ROWS_PER_READ],
    );
    for (const { id, user_id, cidr } of rows) {
      if (user_id !== null) lists.blockedUsers.push(user_id);
      if (cidr !== null) lists.blockedCidrs.push(cidr);
      afterId = id;
    }
    if (rows.length < ROWS_PER_READ) return;
  }
}

async function readProfiles(database: Database, lists: CustomerLists): Promise<void> {
  for (let afterId = "";;) {
    const rows = await database.query<
      { user_id: string; level: number | null; claims: string | null }
    >(
      "SELECT user_id, level, claims FROM shop_user WHERE user_id > ? ORDER BY user_id LIMIT ?",
      [afterId, ROWS_PER_READ],
    );
    for (const { user_id, level, claims } of rows) {
      lists.users.push([user_id, level, claimsOf(claims)]);
      afterId = user_id;
    }
    if (rows.length < ROWS_PER_READ) return;
  }
}
