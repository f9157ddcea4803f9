import type { RedisClient } from "./redis_client.ts";
import { RedisLedgerError } from "./redis_ledger_scripts.ts";

/** The oldest major version whose scripts may use the clock and still write. */
const MIN_MAJOR_VERSION = 7;

/**
 * Refuses a server that cannot keep stock: too old, or one that drops keys when its memory is full.
 * It also shows that `INFO` is allowed, which every script needs.
 *
 * @throws {RedisLedgerError} naming the rule and the value.
 */
export async function checkRedisServer(client: Pick<RedisClient, "info">): Promise<void> {
  const version = field(await client.info("server"), "redis_version");
  if (!(Number.parseInt(version, 10) >= MIN_MAJOR_VERSION)) {
    throw new RedisLedgerError(
      `Cannot use this Redis as its version must be ${MIN_MAJOR_VERSION} or later: ` +
        `current value is ${version || "unknown"}`,
    );
  }
  const policy = field(await client.info("memory"), "maxmemory_policy");
  if (policy !== "noeviction") {
    throw new RedisLedgerError(
      `Cannot use this Redis as its maxmemory-policy must be noeviction: ` +
        `current value is ${policy || "unknown"}`,
    );
  }
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
}
