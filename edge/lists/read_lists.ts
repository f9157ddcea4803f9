import type { Claims } from "../../shared/claims.ts";
import { NetworkSet } from "./network_set.ts";

/** What an operator said of a customer; a null leaves the token's word. */
export interface CustomerProfile {
  level: number | null;
  claims: Claims | null;
}

/** How many holds of a user expired, by sale. */
export type HoldCountsBySale = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** Most entries of one list, a few times what origins keep: a list without an end is a fault. */
const MAX_ENTRIES = 500_000;

/** Entries that are read before others have their turn: one to three milliseconds. */
const ENTRIES_PER_SLICE = 2_000;

/** Lets everything else run that is ready. */
export type Pause = () => Promise<void>;

/**
 * Reads entry by entry, with a pause after every few thousand: 300,000 in one go would keep every
 * buy waiting for half a second.
 */
async function readEach(value: unknown, pause: Pause, read: (entry: unknown) => void) {
  const entries = entriesOf(value);
  for (let at = 0; at < entries.length; at += 1) {
    if (at > 0 && at % ENTRIES_PER_SLICE === 0) await pause();
    read(entries[at]);
  }
}

/** The entries of a list. @throws {TypeError} for what is none. */
function entriesOf(value: unknown): unknown[] {
  if (Array.isArray(value) && value.length <= MAX_ENTRIES) return value;
  const shown = Array.isArray(value) ? `${value.length} entries` : typeof value;
  throw new TypeError(
    `Cannot read a list as it must be an array of at most ${MAX_ENTRIES}: current value is ${shown}`,
  );
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot read an entry as it must be text: current value is ${typeof value}`);
}

function numberOf(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new TypeError(
    `Cannot read an entry as it must be a whole number: current value is ${typeof value}`,
  );
}

/** The fields of an entry that is a list itself. @throws {TypeError} for one of fewer than three. */
function fieldsOf(value: unknown): unknown[] {
  if (Array.isArray(value) && value.length >= 3) return value;
  throw new TypeError("Cannot read an entry as it must have three fields");
}

/** User ids. @throws {TypeError} for another shape, as all of these do. */
export async function readUserIds(value: unknown, pause: Pause): Promise<Set<string>> {
  const users = new Set<string>();
  await readEach(value, pause, (entry) => users.add(textOf(entry)));
  return users;
}

/** Networks. */
export async function readNetworks(value: unknown, pause: Pause): Promise<NetworkSet> {
  const networks = new NetworkSet();
  await readEach(value, pause, (entry) => networks.add(textOf(entry)));
  return networks;
}

/** Customers of whom an operator said something. */
export async function readUsers(
  value: unknown,
  pause: Pause,
): Promise<Map<string, CustomerProfile>> {
  const users = new Map<string, CustomerProfile>();
  await readEach(value, pause, (entry) => {
    const [userId, level, claims] = fieldsOf(entry);
    users.set(textOf(userId), {
      level: level === null ? null : numberOf(level),
      claims: claims === null ? null : claimsOf(claims),
    });
  });
  return users;
}

function claimsOf(value: unknown): Claims {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("Cannot read claims as they must be an object");
  }
  for (const claim of Object.values(value)) textOf(claim);
  return value as Claims;
}

/** Counts of expired holds. */
export async function readHolds(value: unknown, pause: Pause): Promise<HoldCountsBySale> {
  const holds = new Map<number, Map<string, number>>();
  await readEach(value, pause, (entry) => {
    const [saleId, userId, count] = fieldsOf(entry);
    const key = numberOf(saleId);
    let ofSale = holds.get(key);
    if (ofSale === undefined) holds.set(key, ofSale = new Map());
    ofSale.set(textOf(userId), numberOf(count));
  });
  return holds;
}
