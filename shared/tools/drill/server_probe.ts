import { type ChannelModel, connect } from "amqplib";
import { Redis } from "ioredis";
import { createPool, type Pool } from "mysql2/promise";
import { withDeadline } from "../../shutdown.ts";
import type { ServiceHandle } from "../services/service_handle.ts";
import type { ServerName } from "./drill.ts";
import type { Probe } from "./probe.ts";
import { rabbitctl } from "./rabbit_control.ts";

/** No look takes longer than this. */
const LOOK_TIMEOUT_MS = 5_000;

/** Queues over which a system spreads its items. */
const ORDER_QUEUES = 4;

/** What a probe looks at. */
export interface ProbeOptions {
  servers: Record<ServerName, ServiceHandle>;
  /** The drill's own database, past every link. */
  mysqlUrl: string;
  namespace: string;
  sale: { saleId: number; productId: number };
}

/** Looks with connections of its own, which come back when a server was away. */
export class ServerProbe implements Probe {
  readonly #pool: Pool;
  #broker: Promise<ChannelModel> | null = null;

  constructor(readonly options: ProbeOptions) {
    this.#pool = createPool({
      uri: options.mysqlUrl,
      connectionLimit: 3,
      connectTimeout: LOOK_TIMEOUT_MS,
      supportBigNumbers: true,
      decimalNumbers: true,
    });
  }

  async redis(command: string[]): Promise<unknown> {
    const [name = "", ...args] = command;
    // A connection for each look: none of it can be left over from a server that was replaced.
    const client = new Redis(this.options.servers.redis.url, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: LOOK_TIMEOUT_MS,
      commandTimeout: LOOK_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  key(part: string): string {
    const { namespace, sale } = this.options;
    return `${namespace}:{${sale.saleId}-${sale.productId}}:${part}`;
  }

  async sql<Row extends object>(text: string, params: (string | number | null)[] = []) {
    const [rows] = await this.#pool.query({ sql: text, timeout: LOOK_TIMEOUT_MS }, params);
    return rows as unknown as Row[];
  }

  async queues(): Promise<{ ready: number; unacked: number; consumers: number }> {
    const { servers, namespace } = this.options;
    const vhost = decodeURIComponent(new URL(servers.amqp.url).pathname.slice(1)) || "/";
    const columns = ["name", "messages_ready", "messages_unacknowledged", "consumers"];
    const printed = await rabbitctl(servers.amqp, ["list_queues", "-p", vhost, ...columns]);
    const sum = { ready: 0, unacked: 0, consumers: 0 };
    for (const line of printed.split("\n")) {
      const [name = "", ready, unacked, consumers] = line.split("\t");
      if (!name.startsWith(`${namespace}.orders.`)) continue;
      sum.ready += Number(ready);
      sum.unacked += Number(unacked);
      sum.consumers += Number(consumers);
    }
    return sum;
  }

  async waiting(): Promise<{ ready: number; consumers: number }> {
    try {
      return await withDeadline(this.#countWaiting(), LOOK_TIMEOUT_MS, "a look at the queues");
    } catch (error) {
      // A connection that does not answer would not answer the next look either.
      const model = this.#broker;
      this.#broker = null;
      model?.then((model) => model.close()).catch(() => {});
      throw error;
    }
  }

  async #countWaiting(): Promise<{ ready: number; consumers: number }> {
    const model = await this.#connected();
    const channel = await model.createChannel();
    channel.on("error", () => {});
    const sum = { ready: 0, consumers: 0 };
    for (let shard = 0; shard < ORDER_QUEUES; shard += 1) {
      const name = `${this.options.namespace}.orders.${shard}`;
      const { messageCount, consumerCount } = await channel.checkQueue(name);
      sum.ready += messageCount;
      sum.consumers += consumerCount;
    }
    await channel.close();
    return sum;
  }

  async processState(pid: number): Promise<string | null> {
    try {
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[0] ?? null;
    } catch {
      return null;
    }
  }

  async item() {
    const { saleId, productId } = this.options.sale;
    const [row] = await this.sql<
      { stock: number; sold: number; epoch: number; ledgerEpoch: number; openEpoch: number }
    >(
      `SELECT stock, sold, epoch, ledger_epoch AS ledgerEpoch, open_epoch AS openEpoch
       FROM sale_item WHERE sale_id = ? AND product_id = ?`,
      [saleId, productId],
    );
    if (!row) throw new Error("The sale item is not in the database");
    return row;
  }

  async close(): Promise<void> {
    const model = await this.#broker?.catch(() => null);
    await Promise.allSettled([this.#pool.end(), model?.close()]);
  }

  #connected(): Promise<ChannelModel> {
    this.#broker ??= connect(this.options.servers.amqp.url, { timeout: LOOK_TIMEOUT_MS }).then(
      (model) => {
        const forget = () => (this.#broker = null);
        model.on("error", forget);
        model.on("close", forget);
        return model;
      },
      (error) => {
        this.#broker = null;
        throw error;
      },
    );
    return this.#broker;
  }
}
