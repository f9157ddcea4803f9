import { Buffer } from "node:buffer";
import { connect } from "amqplib";
import { createConnection } from "mysql2/promise";
import { Redis } from "ioredis";
import { SCRIPTS } from "../../../origin/ledger/redis_ledger_scripts.ts";
import type { LinkMark } from "../../testing/faulty_link.ts";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { TcpProxy } from "../../testing/tcp_proxy.ts";
import {
  ACKNOWLEDGE,
  callOf,
  COMMIT,
  CONFIRM,
  publishOf,
  RECOVERY_STEPS,
  RETURN,
} from "./wire_marks.ts";

const PATIENCE_MS = 5_000;

/** Runs `talk` through a wire and waits until the mark comes by. */
async function comesBy(
  variable: "REDIS_URL" | "AMQP_URL" | "MYSQL_URL",
  mark: LinkMark,
  talk: (url: string) => Promise<() => Promise<unknown>>,
): Promise<void> {
  const url = new URL(serviceFor(variable));
  const proxy = new TcpProxy({ hostname: url.hostname, port: Number(url.port) });
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const arrived = proxy.silenceAt(mark, PATIENCE_MS);
  const end = await talk(url.href);
  try {
    await arrived;
  } finally {
    await proxy.close();
    await end();
  }
}

/** A message as the ledger writes it. */
const MESSAGE = `{"v":1,"i":"1-1","e":1,"s":"1000000001","t":1,"p":2,"o":[["buyer",1,"key"]]}`;

/** Publishes, consumes, acknowledges, binds and unbinds, as origins and workers do. */
async function useBroker(url: string): Promise<() => Promise<unknown>> {
  const model = await connect(url);
  model.on("error", () => {});
  const closed = new Promise((resolve) => model.once("close", resolve));
  const exchange = uniqueName("marks");
  const setUp = async () => {
    const channel = await model.createConfirmChannel();
    channel.on("error", () => {});
    await channel.assertExchange(exchange, "direct", { autoDelete: true });
    const { queue } = await channel.assertQueue("", { exclusive: true });
    await channel.consume(queue, (message) => message && channel.ack(message));
    await channel.bindQueue(queue, exchange, "1-1.1");
    channel.publish(exchange, "1-1.1", Buffer.from(MESSAGE));
    await channel.waitForConfirms();
    channel.publish(exchange, "1-1.1", Buffer.from(`{"item":"1-1","epoch":2}`));
    await channel.unbindQueue(queue, exchange, "1-1.1");
    channel.publish("", exchange, Buffer.from(MESSAGE), { mandatory: true });
  };
  // The mark stops it somewhere; the end of the wire ends it.
  const talking = setUp().catch(() => {});
  return async () => {
    await talking;
    await closed;
  };
}

const BROKER_MARKS: [string, LinkMark][] = [
  ["a publish", publishOf("before")],
  ["the publish of one message", publishOf("before", "1000000001")],
  ["a confirm", CONFIRM],
  ["an acknowledgement", ACKNOWLEDGE],
  ["a return", RETURN],
  ...RECOVERY_STEPS.filter(({ peer }) => peer === "amqp")
    .map(({ name, mark }): [string, LinkMark] => [name, mark]),
];

for (const [name, mark] of BROKER_MARKS) {
  Deno.test(`wire marks: ${name} is found in what amqplib sends`, async () => {
    await comesBy("AMQP_URL", mark, useBroker);
  });
}

Deno.test("wire marks: a call of a script is found in what ioredis sends", async () => {
  await comesBy("REDIS_URL", callOf("deduct", "before"), (url) => {
    const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on("error", () => {});
    const asking = client.evalsha(SCRIPTS.deduct.sha, 0).catch(() => {});
    return Promise.resolve(async () => {
      await asking;
      if (client.status === "end") return;
      const ended = new Promise((resolve) => client.once("end", resolve));
      client.disconnect();
      await ended;
    });
  });
});

Deno.test("wire marks: a commit is found in what mysql2 sends", async () => {
  await comesBy("MYSQL_URL", COMMIT, async (url) => {
    const connection = await createConnection({ uri: url });
    connection.on("error", () => {});
    const asking = connection.query("START TRANSACTION")
      .then(() => connection.query("COMMIT")).catch(() => {});
    return async () => {
      await asking;
      connection.destroy();
    };
  });
});
