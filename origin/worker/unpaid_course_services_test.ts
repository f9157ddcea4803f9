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
import { unpaidCourseContract } from "./unpaid_course_contract.ts";

const CLOSE_MS = 5_000;

/** The payment window of the contract's sales, ms. */
const DELAY_MS = 1_000;

async function openProcess(namespace: string, mysqlUrl: string): Promise<ServiceAdapters> {
  const adapters = openServiceAdapters({
    urls: {
      redisUrl: serviceFor("REDIS_URL"),
      amqpUrl: serviceFor("AMQP_URL"),
      mysqlUrl,
    },
    namespace,
    clock: systemClock,
    log: logOf("test"),
  });
  await adapters.prepared;
  return adapters;
}

unpaidCourseContract("Services with two workers", async () => {
  const namespace = uniqueName("course");
  const scratch = await makeScratchDatabase();
  const first = await openProcess(namespace, scratch.url);
  const second = await openProcess(namespace, scratch.url);
  const gateway = openGateway({
    gateway: "none",
    webhookKeys: [],
    providerUrl: null,
    providerKey: null,
  });
  const more = { gateway, shopWebhook: null, clock: systemClock, log: logOf("test") };
  return {
    processes: [{ ...first, ...more }, { ...second, ...more }],
    close: async () => {
      await Promise.all([first.close(CLOSE_MS), second.close(CLOSE_MS)]);
      await cleanUp(namespace, first);
      await scratch.drop();
    },
  };
});

async function cleanUp(namespace: string, { queue, reminders }: ServiceAdapters): Promise<void> {
  await removeTopology(queue.topology);
  const model = await connect(serviceFor("AMQP_URL"));
  const channel = await model.createChannel();
  await channel.deleteQueue(reminders.topology.dueQueue);
  await channel.deleteQueue(reminders.topology.delayQueue(DELAY_MS));
  await model.close();
  const redis = new Redis(serviceFor("REDIS_URL"));
  const keys = await keysIn(redis, namespace);
  if (keys.length > 0) await redis.unlink(...keys);
  await redis.quit();
}
