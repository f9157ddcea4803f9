import { createConnection } from "mysql2/promise";
import { connect } from "amqplib";
import { Redis } from "ioredis";
import { startServices } from "../services/start_services.ts";
import type { ServiceHandle, ServiceUrls } from "../services/service_handle.ts";
import type { ToolContext } from "../launch/tool_run.ts";
import { poll } from "../services/poll.ts";
import type { ServerName } from "./drill.ts";
import { rabbitctl } from "./rabbit_control.ts";
import { probeAmqp, probeMysql, probeRedis } from "../services/probes.ts";

const HEALTHY_TIMEOUT_MS = 90_000;

/** What all drills of one run share: the private servers, and where the run keeps its files. */
export interface DrillWorld {
  servers: Record<ServerName, ServiceHandle>;
  urls: ServiceUrls;
  /** The folder of the run; the run's end removes it. */
  dir: string;
  signal: AbortSignal;
  /** Progress for the person at the terminal. */
  log: (line: string) => void;
  inherited: Record<string, string>;
  /** Variables for the processes of every stage, besides the usual ones. */
  partEnv?: Record<string, string>;
}

/** Starts private servers for a run of drills, whatever URLs the environment has. */
export async function openWorld(context: ToolContext): Promise<DrillWorld> {
  const { run, log, signal, defer } = context;
  const services = await startServices({ run, log, signal, env: {} });
  defer(() => services.stop());
  const { redis, amqp, mysql } = services.parts;
  if (!redis || !amqp || !mysql) throw new Error("Not every private server was started");
  return {
    servers: { redis, amqp, mysql },
    urls: { redis: redis.url, amqp: amqp.url, mysql: mysql.url },
    dir: run.dir,
    signal,
    log,
    inherited: Deno.env.toObject(),
  };
}

/** Lets paused servers go on, starts those that are down, and returns when all three answer. */
export async function mendServers({ servers, signal }: DrillWorld): Promise<void> {
  const probes: Record<ServerName, (url: string) => Promise<void>> = {
    redis: probeRedis,
    amqp: probeAmqp,
    mysql: probeMysql,
  };
  await Promise.all(
    Object.values(servers).map(async (server) => {
      await server.resume();
      if (server.pids().length === 0) await server.start();
      await poll(`${server.name} to answer`, async () => {
        await probes[server.name](server.url);
        return true;
      }, { timeoutMs: HEALTHY_TIMEOUT_MS, everyMs: 200, signal });
    }),
  );
}

/** Mends the servers and takes out of Redis what earlier drills left there. */
export async function prepareServers(world: DrillWorld): Promise<void> {
  await mendServers(world);
  const client = new Redis(world.urls.redis, { lazyConnect: true, commandTimeout: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.replicaof("NO", "ONE");
    await client.config("SET", "maxmemory", "0");
    await client.flushall();
  } finally {
    client.disconnect();
  }
}

/** Makes the database of a drill and returns its URL. */
export async function makeDatabase({ urls }: DrillWorld, name: string): Promise<string> {
  await statement(urls.mysql, `CREATE DATABASE ${name}`);
  const url = new URL(urls.mysql);
  url.pathname = `/${name}`;
  return url.href;
}

/** Removes everything that a drill left in the servers. Failures are told, not thrown. */
export async function sweepServers(world: DrillWorld, database: string, namespace: string) {
  const { urls, servers, log } = world;
  const steps = [
    statement(urls.mysql, `DROP DATABASE IF EXISTS ${database}`),
    removeQueues(servers.amqp, urls.amqp, namespace),
  ];
  for (const end of await Promise.allSettled(steps)) {
    if (end.status === "rejected") log(`While cleaning up after a drill: ${end.reason}`);
  }
}

async function statement(url: string, text: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: 10_000 });
  try {
    await connection.query(text);
  } finally {
    await connection.end();
  }
}

/** Queues of dead systems would keep memory of the broker for the rest of the run. */
async function removeQueues(broker: ServiceHandle, url: string, namespace: string): Promise<void> {
  const vhost = decodeURIComponent(new URL(url).pathname.slice(1)) || "/";
  const listed = async (what: string) => {
    const printed = await rabbitctl(broker, [`list_${what}`, "-p", vhost, "name"]);
    return printed.split("\n").filter((name) => name.startsWith(namespace));
  };
  const [queues, exchanges] = await Promise.all([listed("queues"), listed("exchanges")]);
  const model = await connect(url, { timeout: 10_000 });
  model.on("error", () => {});
  try {
    const channel = await model.createChannel();
    for (const queue of queues) await channel.deleteQueue(queue);
    for (const exchange of exchanges) await channel.deleteExchange(exchange);
  } finally {
    await model.close();
  }
}
