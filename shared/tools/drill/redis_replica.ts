import { Redis } from "ioredis";
import { TcpProxy } from "../../testing/tcp_proxy.ts";
import { poll } from "../services/poll.ts";
import type { ServiceHandle } from "../services/service_handle.ts";
import { startServices } from "../services/start_services.ts";

/** How long a first copy of a small data set may take. */
const SYNC_TIMEOUT_MS = 15_000;

/**
 * A second private Redis that copies a primary over a link of its own, with the primary's password,
 * so that whoever is sent to it by its link alone can sign in.
 */
export class RedisReplica {
  private constructor(
    readonly port: number,
    readonly pid: number | null,
    /** The wire over which it copies. */
    readonly link: TcpProxy,
    readonly client: Redis,
    readonly stop: () => Promise<void>,
  ) {}

  /** Starts it and waits until it has everything that the primary has. */
  static async attach(primary: ServiceHandle): Promise<RedisReplica> {
    const services = await startServices({ which: ["redis"], log: () => {}, env: {} });
    const server = services.parts.redis!;
    const link = new TcpProxy({ hostname: "127.0.0.1", port: primary.port });
    const client = new Redis(server.url, { maxRetriesPerRequest: 1 });
    client.on("error", () => {});
    const stop = async () => {
      client.disconnect();
      await link.close();
      await services.stop();
    };
    const replica = new RedisReplica(server.port, server.pids()[0] ?? null, link, client, stop);
    try {
      await withoutSyncDelay(primary);
      await replica.follow(link.port, new URL(primary.url).password);
      // The password under which its clients come is changed last: this connection has signed in.
      await client.config("SET", "requirepass", new URL(primary.url).password);
      return replica;
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** Begins to copy the server on a loopback port and waits until it is level with it. */
  async follow(port: number, password: string): Promise<void> {
    await this.client.config("SET", "masterauth", password);
    await this.client.replicaof("127.0.0.1", port);
    await poll("the replica's copy", async () => {
      const { master_link_status, master_sync_in_progress } = await this.info();
      return master_link_status === "up" && master_sync_in_progress === "0" ? true : null;
    }, { timeoutMs: SYNC_TIMEOUT_MS });
  }

  /** Makes a primary of it, with what it has at this moment. */
  async promote(): Promise<void> {
    await this.client.call("REPLICAOF", "NO", "ONE");
  }

  /** The fields of `INFO replication`. */
  async info(): Promise<Record<string, string>> {
    return readInfo(await this.client.info("replication"));
  }
}

/** A primary waits 5 s for further replicas before it begins to copy, unless it is told not to. */
async function withoutSyncDelay(primary: ServiceHandle): Promise<void> {
  const client = new Redis(primary.url, { maxRetriesPerRequest: 1 });
  client.on("error", () => {});
  try {
    await client.config("SET", "repl-diskless-sync-delay", "0");
  } finally {
    client.disconnect();
  }
}

/** The fields of an answer to `INFO`. */
export function readInfo(text: string): Record<string, string> {
  const fields = text.split(/\r?\n/).map((line) => line.split(":", 2)).filter((pair) =>
    pair.length === 2
  );
  return Object.fromEntries(fields);
}
