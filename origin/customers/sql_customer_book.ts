import type { Clock } from "../../shared/clock.ts";
import type { Database } from "../database/database.ts";
import { block, getBlocked, listBlocked, unblock } from "./blocked_entries.ts";
import {
  type BlockTarget,
  type CustomerBook,
  LIST_BOUNDS,
  type ShopUserChanges,
} from "./customer_book.ts";
import { readListVersion } from "./list_version.ts";
import { readLists } from "./read_lists.ts";
import { changeUser, getUser, listUsers } from "./shop_users.ts";

/** The customer book in SQL, the same for MySQL, MariaDB and SQLite: each operation is one file's. */
export class SqlCustomerBook implements CustomerBook {
  /** `bounds` for tests. */
  constructor(readonly database: Database, readonly clock: Clock, readonly bounds = LIST_BOUNDS) {}

  block(target: BlockTarget) {
    return block(this.database, this.clock, this.bounds, target);
  }

  unblock(id: number) {
    return unblock(this.database, id);
  }

  getBlocked(id: number) {
    return getBlocked(this.database, id);
  }

  listBlocked(filter: { userId?: string; cidr?: string }, page: number, per: number) {
    return listBlocked(this.database, filter, page, per);
  }

  getUser(userId: string) {
    return getUser(this.database, userId);
  }

  listUsers(filter: { blocked?: boolean }, page: number, per: number) {
    return listUsers(this.database, filter, page, per);
  }

  changeUser(userId: string, changes: ShopUserChanges) {
    return changeUser(this.database, this.clock, this.bounds, userId, changes);
  }

  version() {
    return readListVersion(this.database);
  }

  lists() {
    return readLists(this.database);
  }
}
