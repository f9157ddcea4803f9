import { connect } from "amqplib";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { PATIENCE_MS } from "./queue_contract.ts";
import type { RabbitQueueOptions } from "./rabbit_options.ts";
import { connectRabbitQueue } from "./rabbit_queue.ts";
import type { Topology } from "./rabbit_topology.ts";
import { TcpProxy } from "../../shared/testing/tcp_proxy.ts";

/** For closing a queue of a test. */
export const CLOSE_MS = 2_000;

/** A queue under a name of its own on the real broker. */
export async function makeRabbitQueue(options: Partial<RabbitQueueOptions> = {}) {
  const namespace = uniqueName("queue_test");
  const url = new URL(serviceFor("AMQP_URL"));
  const settings = { url, namespace, shards: 2, random: () => 0.5, ...options };
  const queue = await connectRabbitQueue(settings, PATIENCE_MS);
  return {
    queue,
    settings,
    close: async () => {
      await queue.close(CLOSE_MS);
      await removeTopology(queue.topology);
    },
  };
}

/** A broker behind a proxy, and a queue that reaches it through the proxy only. */
async function makeProxiedQueue(options: Partial<RabbitQueueOptions> = {}) {
  const url = new URL(serviceFor("AMQP_URL"));
  const proxy = new TcpProxy({ hostname: url.hostname, port: Number(url.port) || 5672 });
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const { queue, settings, close } = await makeRabbitQueue({ url, ...options });
  return {
    queue,
    proxy,
    settings,
    close: async () => {
      await close();
      await proxy.close();
    },
  };
}

/** Takes exchange and queues off the broker. */
export async function removeTopology({ exchange, queues }: Topology): Promise<void> {
  const model = await connect(serviceFor("AMQP_URL"));
  const channel = await model.createChannel();
  for (const queue of queues) await channel.deleteQueue(queue);
  await channel.deleteExchange(exchange);
  await model.close();
}

/** A test with a queue of its own, which is removed however the test ends. */
function testWith<Fixture extends { close(): Promise<void> }>(
  make: (options: Partial<RabbitQueueOptions>) => Promise<Fixture>,
) {
  return (
    title: string,
    options: Partial<RabbitQueueOptions>,
    run: (fixture: Fixture) => Promise<void>,
  ) =>
    Deno.test(`RabbitQueue ${title}`, async () => {
      const fixture = await make(options);
      try {
        await run(fixture);
      } finally {
        await fixture.close();
      }
    });
}

/** A test on a queue that reaches the broker directly. */
export const directTest = testWith(makeRabbitQueue);

/** A test on a queue behind a proxy that can cut its link. */
export const proxiedTest = testWith(makeProxiedQueue);
