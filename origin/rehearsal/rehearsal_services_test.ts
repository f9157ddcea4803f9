import { connect } from "amqplib";
import { Redis } from "ioredis";
import { systemClock } from "../../shared/clock.ts";
import { logOf } from "../../shared/log.ts";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { makeScratchDatabase } from "../database/testing/mysql_scratch.ts";
import { keysIn } from "../ledger/redis_ledger_setup.ts";
import { openGateway } from "../payments/gateways.ts";
import { removeTopology } from "../queue/rabbit_fixture.ts";
import { openServiceAdapters, type ServiceAdapters } from "../service_adapters.ts";
import { rehearsalContract } from "./testing/rehearsal_contract.ts";
import type { RehearsalSystem } from "./testing/rehearsal_shop.ts";

const CLOSE_MS = 5_000;

/** The payment window of the contract's sale, ms. */
const WINDOW_MS = 900_000;

const NO_GATEWAY = { gateway: "none", webhookKeys: [], providerUrl: null, providerKey: null };

async function openServices(): Promise<RehearsalSystem> {
  const namespace = uniqueName("rehearsal");
  const scratch = await makeScratchDatabase();
  const log = logOf("test");
  const adapters = openServiceAdapters({
    urls: {
      redisUrl: serviceFor("REDIS_URL"),
      amqpUrl: serviceFor("AMQP_URL"),
      mysqlUrl: scratch.url,
    },
    namespace,
    clock: systemClock,
    log,
  });
  await adapters.prepared;
  const redis = new Redis(serviceFor("REDIS_URL"));
  return {
    parts: {
      ...adapters,
      gateway: openGateway(NO_GATEWAY),
      shopWebhook: null,
      clock: systemClock,
      log,
    },
    relay: adapters,
    ledgerKeys: () => keysIn(redis, namespace),
    async tables() {
      const rows = await adapters.book.database.query<{ name: string }>(
        "SELECT table_name AS name FROM information_schema.tables " +
          "WHERE table_schema = DATABASE() ORDER BY table_name",
      );
      return rows.map(({ name }) => name);
    },
    async close() {
      await adapters.close(CLOSE_MS);
      const keys = await keysIn(redis, namespace);
      if (keys.length > 0) await redis.unlink(...keys);
      await redis.quit();
      await removeQueues(adapters);
      await scratch.drop();
    },
  };
}

async function removeQueues({ queue, reminders }: ServiceAdapters): Promise<void> {
  await removeTopology(queue.topology);
  const model = await connect(serviceFor("AMQP_URL"));
  const channel = await model.createChannel();
  await channel.deleteQueue(reminders.topology.dueQueue);
  await channel.deleteQueue(reminders.topology.delayQueue(WINDOW_MS));
  await model.close();
}

rehearsalContract("Services rehearsal", openServices, { deaths: 10 });
