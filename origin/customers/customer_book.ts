import type { Claims } from "../../shared/claims.ts";
import type { SnapshotLists } from "../../shared/internal_api.ts";
import type { Page } from "../orders/order_book.ts";

/** Whom an entry of the block list keeps out: a user, or all addresses of a network. */
export type BlockTarget =
  | { userId: string }
  /** Normalised by `parseCidr`: `203.0.113.0/24`, `2001:db8::/32`. */
  | { cidr: string };

/** An entry of the block list. Times in ms. */
export type BlockEntry = BlockTarget & { id: number; createdAt: number };

/** What became of a wish to block: `known` when it was there already, `full` at the bound. */
export type BlockResult =
  | { kind: "added" | "known"; entry: BlockEntry }
  | { kind: "full"; detail: string };

/**
 * What operators know of a customer. A null leaves the word of the shop's token; claims go before
 * the token's name by name. `blocked` is true while the block list has the user.
 */
export interface ShopUser {
  userId: string;
  level: number | null;
  blocked: boolean;
  claims: Claims | null;
}

/** A change of a customer: what is left out stays as it is. */
export type ShopUserChanges = Partial<Omit<ShopUser, "userId">>;

/** What became of a change of a customer; after `full` nothing was changed. */
export type ShopUserResult = { kind: "done"; user: ShopUser } | { kind: "full"; detail: string };

/** Most entries of each kind: what every edge keeps in memory. */
export interface ListBounds {
  blockedUsers: number;
  blockedCidrs: number;
  /** Customers with a level or claims of their own. */
  users: number;
}

/** The bounds in force. */
export const LIST_BOUNDS: ListBounds = {
  blockedUsers: 100_000,
  blockedCidrs: 10_000,
  users: 100_000,
};

/** What edges are told of these lists. */
export type CustomerLists =
  & Omit<SnapshotLists, "version" | "expiredHolds">
  & { version: number };

/**
 * The block list, and what operators know of the shop's customers. Every change raises the version
 * in its own transaction; operations throw `DatabaseError` when they did not happen.
 */
export interface CustomerBook {
  /** Adds an entry, once per target. */
  block(target: BlockTarget): Promise<BlockResult>;
  /** Takes an entry off the list; false when there is none of that id. */
  unblock(id: number): Promise<boolean>;
  getBlocked(id: number): Promise<BlockEntry | null>;
  /** Entries, newest first; those of one user or network when it is given. */
  listBlocked(
    filter: { userId?: string; cidr?: string },
    page: number,
    per: number,
  ): Promise<Page<BlockEntry>>;

  /** A customer; of one whom no operator ever touched, the defaults. */
  getUser(userId: string): Promise<ShopUser>;
  /** Customers that are blocked or have a level or claims of their own, by id. */
  listUsers(filter: { blocked?: boolean }, page: number, per: number): Promise<Page<ShopUser>>;
  /** Merges field by field. */
  changeUser(userId: string, changes: ShopUserChanges): Promise<ShopUserResult>;

  /** Raised by every change of these lists. Cheap to ask. */
  version(): Promise<number>;
  /** Everything that edges keep, read in small steps. */
  lists(): Promise<CustomerLists>;
}
