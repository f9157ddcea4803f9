import { parseIp } from "../../shared/ip.ts";
import type { Session } from "../../shared/session.ts";
import type { Blocklist, ClientAddress, Profile, Profiles } from "../gate/gate_parts.ts";
import { GenerationCache } from "../gate/generation_cache.ts";
import { NetworkSet } from "./network_set.ts";
import {
  type CustomerProfile,
  type HoldCountsBySale,
  type Pause,
  readHolds,
  readNetworks,
  readUserIds,
  readUsers,
} from "./read_lists.ts";

/**
 * Addresses whose answer is remembered: 2 MB at most. Someone with more addresses than that only
 * makes every question of his be answered anew, in a microsecond or two.
 */
const MAX_CACHED_ADDRESSES = 10_000;

/**
 * What this edge knows of customers: whom operators keep out, what they said of single users, and
 * whose holds have expired. Taken in with the snapshot, and kept while no origin answers.
 */
export class KnownLists implements Blocklist, Profiles {
  #version = "";
  #blockedUsers: ReadonlySet<string> = new Set();
  #networks = new NetworkSet([]);
  #profiles: ReadonlyMap<string, CustomerProfile> = new Map();
  #holds: HoldCountsBySale = new Map();
  #cache = new GenerationCache<boolean>(MAX_CACHED_ADDRESSES);
  /** How often `take` was called. */
  #takes = 0;

  /** `pause` for tests. */
  constructor(readonly pause: Pause = () => new Promise((resolve) => setTimeout(resolve, 0))) {}

  /** The version that was taken in last; empty before the first. */
  get version(): string {
    return this.#version;
  }

  /**
   * Takes in what an origin tells: `ChangedLists`. A list that is left out, or that cannot be read
   * (say, of a newer origin), leaves the one before it in force and the others alone. Long lists are
   * read in slices, so that buys go on meanwhile; then all are in force at once, unless newer ones
   * came. Returns what was wrong, empty when nothing was.
   */
  async take(lists: unknown): Promise<string[]> {
    this.#takes += 1;
    const turn = this.#takes;
    const given = (lists ?? {}) as Record<string, unknown>;
    const faults: string[] = [];
    const part = async <T>(
      name: string,
      read: (value: unknown, pause: Pause) => Promise<T>,
      before: T,
    ): Promise<T> => {
      if (given[name] === undefined) return before;
      try {
        return await read(given[name], this.pause);
      } catch (error) {
        faults.push(`${name}: ${error instanceof Error ? error.message : error}`);
        return before;
      }
    };
    const blockedUsers = await part("blockedUsers", readUserIds, this.#blockedUsers);
    const networks = await part("blockedCidrs", readNetworks, this.#networks);
    const profiles = await part("users", readUsers, this.#profiles);
    const holds = await part("expiredHolds", readHolds, this.#holds);
    if (turn !== this.#takes) return faults;
    this.#blockedUsers = blockedUsers;
    if (networks !== this.#networks) this.#useNetworks(networks);
    this.#profiles = profiles;
    this.#holds = holds;
    // Also with a fault: the same lists again would have it again.
    if (typeof given.version === "string") this.#version = given.version;
    else faults.push("version: must be text");
    return faults;
  }

  blocksAddress({ text }: ClientAddress): boolean {
    if (this.#networks.size === 0) return false;
    const known = this.#cache.get(text);
    if (known !== undefined) return known;
    const address = parseIp(text);
    const isBlocked = address !== null && this.#networks.has(address);
    this.#cache.set(text, isBlocked);
    return isBlocked;
  }

  blocksUser(userId: string): boolean {
    return this.#blockedUsers.has(userId);
  }

  /** The table's word before the token's; of claims, name by name. */
  profileOf({ userId, level, claims }: Session): Profile {
    const known = this.#profiles.get(userId);
    if (known === undefined) return { level, claims };
    return {
      level: known.level ?? level,
      claims: known.claims === null ? claims : { ...claims, ...known.claims },
    };
  }

  /** How many unpaid holds of the user have expired in the sale, as far as it is known here. */
  expiredHolds(saleId: number, userId: string): number {
    return this.#holds.get(saleId)?.get(userId) ?? 0;
  }

  /** How much is known, for the metrics. */
  get counts(): { blockedUsers: number; blockedNetworks: number; profiles: number } {
    return {
      blockedUsers: this.#blockedUsers.size,
      blockedNetworks: this.#networks.size,
      profiles: this.#profiles.size,
    };
  }

  #useNetworks(networks: NetworkSet): void {
    this.#networks = networks;
    this.#cache = new GenerationCache(MAX_CACHED_ADDRESSES);
  }
}
