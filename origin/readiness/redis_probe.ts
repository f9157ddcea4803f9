import type { Clock } from "../../shared/clock.ts";
import type { RedisClient } from "../ledger/redis_client.ts";
import { timeMs } from "../ledger/redis_ledger_pulse.ts";
import { RedisLedgerError, SCRIPTS } from "../ledger/redis_ledger_scripts.ts";
import { checkRedisServer } from "../ledger/redis_ledger_server.ts";
import { bad, count, good } from "./readiness.ts";
import { measureOffset, type ServerFinding } from "./store_probes.ts";

/** What the probe needs of a client; ioredis fits it. */
export type ProbedRedis = Pick<RedisClient, "info" | "time"> & {
  script(subcommand: "LOAD", text: string): Promise<unknown>;
  script(subcommand: "EXISTS", ...shas: string[]): Promise<unknown>;
};

/**
 * Looks at the Redis that decides: whether it can keep stock, takes writes, and has every script. A
 * missing script is loaded here, before a buyer would have to wait for it.
 */
export async function probeRedis(client: ProbedRedis, clock: Clock): Promise<ServerFinding> {
  const offset = await measureOffset(async () => timeMs(await client.time()), clock);
  const found = await lookAt(client);
  return { server: "Redis", clock: offset, ...found };
}

async function lookAt(client: ProbedRedis) {
  try {
    await checkRedisServer(client);
  } catch (error) {
    if (!(error instanceof RedisLedgerError)) throw error;
    return bad(
      error.message,
      "Use Redis 7 or later with `maxmemory-policy noeviction`: with any other it loses stock.",
    );
  }
  const server = await client.info("server");
  const replication = await client.info("replication");
  const role = field(replication, "role");
  if (role !== "master") {
    return bad(
      `This Redis is a ${role || "server of an unknown role"} and takes no writes`,
      "Let REDIS_URL name the primary, or all sentinels of it.",
    );
  }
  const replId = field(replication, "master_replid");
  if (replId === "") {
    return bad("INFO tells no replication id", "Let the user of REDIS_URL use the command INFO.");
  }
  const loaded = await loadMissing(client);
  const scripts = Object.keys(SCRIPTS).length;
  return good(
    `Redis ${field(server, "redis_version")}, noeviction, ${count(scripts, "script")} loaded` +
      `${loaded > 0 ? ` (${loaded} of them just now)` : ""}, replication id ${replId.slice(0, 8)}…`,
  );
}

async function loadMissing(client: ProbedRedis): Promise<number> {
  const scripts = Object.values(SCRIPTS);
  const known = await client.script("EXISTS", ...scripts.map(({ sha }) => sha)) as number[];
  const missing = scripts.filter((_, at) => known[at] !== 1);
  for (const { text } of missing) await client.script("LOAD", text);
  return missing.length;
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
}
