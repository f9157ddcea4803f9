import { connect } from "amqplib";
import { assertEquals, assertRejects } from "@std/assert";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { PATIENCE_MS, until } from "./queue_contract.ts";
import { CLOSE_MS } from "./rabbit_fixture.ts";
import { BrokerAwayError } from "./rabbit_link.ts";
import { DECLARED_FOR_MS } from "./rabbit_reminder_topology.ts";
import { RabbitReminders } from "./rabbit_reminders.ts";
import { reminderContract, testTickets } from "./reminder_contract.ts";
import { TcpProxy } from "../../shared/testing/tcp_proxy.ts";

/** Delays that the tests use, so that their queues can be taken off the broker. */
const DELAYS_MS = [1_000, 1_700];

async function withAdmin<T>(
  work: (model: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  const model = await connect(serviceFor("AMQP_URL"));
  try {
    return await work(model);
  } finally {
    await model.close();
  }
}

async function removeQueues(reminders: RabbitReminders): Promise<void> {
  await withAdmin(async (model) => {
    const channel = await model.createChannel();
    await channel.deleteQueue(reminders.topology.dueQueue);
    for (const delayMs of DELAYS_MS) {
      await channel.deleteQueue(reminders.topology.delayQueue(delayMs));
    }
  });
}

function make(url = new URL(serviceFor("AMQP_URL")), clock = () => performance.now()) {
  const namespace = uniqueName("remind_test");
  const reminders = new RabbitReminders({ url, namespace, random: () => 0.5, clock });
  return {
    reminders,
    close: async () => {
      await reminders.close(CLOSE_MS);
      await removeQueues(reminders);
    },
  };
}

reminderContract("RabbitReminders", () => Promise.resolve(make()));

/** Collects tickets until the consumer is stopped. */
async function collect(reminders: RabbitReminders) {
  const seen: string[] = [];
  const consumer = await reminders.consumeReminders((tickets) => {
    seen.push(...tickets);
    return Promise.resolve();
  });
  return { seen, stop: () => consumer.stop(PATIENCE_MS) };
}

Deno.test("RabbitReminders makes a delay queue anew that somebody deleted", async () => {
  const { reminders, close } = make();
  const { seen, stop } = await collect(reminders);
  await reminders.remind({ tickets: testTickets(1), delayMs: 1_000 });
  await until("it came", () => seen.length === 1);
  await withAdmin(async (model) => {
    const channel = await model.createChannel();
    await channel.deleteQueue(reminders.topology.delayQueue(1_000));
  });
  await reminders.remind({ tickets: testTickets(1, 2), delayMs: 1_000 });
  await until("the second came", () => seen.length === 2);
  await stop();
  await close();
});

Deno.test("RabbitReminders declares a queue again before the broker lets it expire", async () => {
  let now = 0;
  const { reminders, close } = make(undefined, () => now);
  await reminders.remind({ tickets: testTickets(1), delayMs: 1_000 });
  await withAdmin(async (model) => {
    const channel = await model.createChannel();
    await channel.deleteQueue(reminders.topology.delayQueue(1_000));
    now += DECLARED_FOR_MS;
    await reminders.remind({ tickets: testTickets(1), delayMs: 1_000 });
    await channel.checkQueue(reminders.topology.delayQueue(1_000));
  });
  await close();
});

Deno.test("RabbitReminders takes a bounded number of lengths at a time", async () => {
  let now = 0;
  const { reminders, close } = make(undefined, () => now);
  const lengths = Array.from({ length: 33 }, (_, at) => 10_000 + at);
  const [last] = lengths.slice(-1);
  for (const delayMs of lengths.slice(0, -1)) {
    await reminders.remind({ tickets: testTickets(1), delayMs });
  }
  const one = { tickets: testTickets(1), delayMs: last! };
  await assertRejects(() => reminders.remind(one), RangeError, "32 lengths");
  now += DECLARED_FOR_MS;
  await reminders.remind(one);
  await withAdmin(async (model) => {
    const channel = await model.createChannel();
    for (const delayMs of lengths) {
      await channel.deleteQueue(reminders.topology.delayQueue(delayMs));
    }
  });
  await close();
});

Deno.test("RabbitReminders rejects a queue that exists with other arguments, and goes on", async () => {
  const { reminders, close } = make();
  await withAdmin(async (model) => {
    const channel = await model.createChannel();
    await channel.assertQueue(reminders.topology.delayQueue(1_700), { durable: true });
  });
  const { seen, stop } = await collect(reminders);
  await assertRejects(() => reminders.remind({ tickets: testTickets(1), delayMs: 1_700 }));
  await reminders.remind({ tickets: testTickets(1), delayMs: 1_000 });
  await until("the other came", () => seen.length === 1);
  await stop();
  await close();
});

Deno.test("RabbitReminders goes on after the link was cut", async () => {
  const url = new URL(serviceFor("AMQP_URL"));
  const proxy = new TcpProxy({ hostname: url.hostname, port: Number(url.port) || 5672 });
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const { reminders, close } = make(url);
  const { seen, stop } = await collect(reminders);
  await reminders.remind({ tickets: testTickets(1), delayMs: 1_000 });
  proxy.cut();
  await until(
    "it knows",
    () =>
      reminders.remind({ tickets: testTickets(1, 9), delayMs: 1_000 }).then(
        () => false,
        (error) => error instanceof BrokerAwayError,
      ),
  );
  proxy.restore();
  await until("the reminder came", () => seen.includes(testTickets(1)[0]!));
  await until(
    "reminders are taken",
    () =>
      reminders.remind({ tickets: testTickets(1, 2), delayMs: 1_000 })
        .then(() => true, () => false),
  );
  await until("the second came", () => seen.includes(testTickets(1, 2)[0]!));
  await stop();
  await close();
  await proxy.close();
});

Deno.test("RabbitReminders close() ends also while the broker is away", async () => {
  const reminders = new RabbitReminders({
    url: new URL("amqp://guest:guest@127.0.0.1:1/"),
    namespace: uniqueName("remind_test"),
    connectTimeoutMs: 50,
  });
  const sending = assertRejects(
    () => reminders.remind({ tickets: testTickets(1), delayMs: 1_000 }),
    BrokerAwayError,
  );
  const consumer = await reminders.consumeReminders(() => Promise.resolve());
  await sending;
  await consumer.stop(PATIENCE_MS);
  await reminders.close(CLOSE_MS);
  const unused = new RabbitReminders({
    url: new URL("amqp://guest:guest@127.0.0.1:1/"),
    namespace: "remind",
  });
  await unused.close(CLOSE_MS);
  assertEquals(unused.topology.dueQueue, "remind.due");
});
