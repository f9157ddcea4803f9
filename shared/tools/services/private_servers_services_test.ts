import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect as connectAmqp } from "amqplib";
import { createConnection } from "mysql2/promise";
import { poll } from "./poll.ts";
import { probeAmqp, probeMysql, probeRedis } from "./probes.ts";
import { processesWith } from "./process_table.ts";
import { openRun, RUN_VARIABLE } from "./run_directory.ts";
import type { ServiceHandle, ServiceName } from "./service_handle.ts";
import { startServices } from "./start_services.ts";

/** A connection is refused or broken, as after a kill. */
const probes: Record<ServiceName, (url: string) => Promise<void>> = {
  redis: probeRedis,
  amqp: probeAmqp,
  mysql: probeMysql,
};

/** Starts one server, runs the test and shows that nothing is left. */
async function withServer(
  name: ServiceName,
  test: (server: ServiceHandle) => Promise<void>,
): Promise<void> {
  const run = await openRun();
  const services = await startServices({ which: [name], log: () => {}, env: {}, run });
  try {
    const server = services.parts[name];
    assert(server);
    assertEquals(services.urls, { [name]: server.url });
    await test(server);
  } finally {
    await services.stop();
    await run.close();
  }
  assertEquals(await processesWith(RUN_VARIABLE, run.dir), []);
  await assertRejects(() => Deno.stat(run.dir), Deno.errors.NotFound);
}

/** Kills, freezes and stops a server; data written before each must be there after it. */
async function breakAndMend(
  server: ServiceHandle,
  write: (key: string) => Promise<void>,
  has: (key: string) => Promise<boolean>,
): Promise<void> {
  const probe = probes[server.name];
  const [before] = server.pids();
  assert(before);

  await write("one");
  await server.kill();
  assertEquals(server.pids(), []);
  await assertRejects(() => probe(server.url));
  await server.start();
  assert(server.pids()[0] !== before, "a new process");
  assert(await has("one"), "what was written before the kill");

  await server.pause();
  const answered = probe(server.url).then(() => "answered", () => "gave up");
  assertEquals(await answered, "gave up");
  await server.resume();
  await poll("an answer after the pause", async () => {
    await probe(server.url);
    return true;
  }, { timeoutMs: 10_000 });

  await server.pause();
  await server.stop();
  await assertRejects(() => probe(server.url));
  await server.start();
  assert(await has("one"), "what was written before the stop");
}

async function redis(url: string, command: string): Promise<string> {
  const { hostname, port, password } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  try {
    await connection.write(new TextEncoder().encode(`AUTH ${password}\r\n${command}\r\nPING\r\n`));
    let text = "";
    const buffer = new Uint8Array(1_024);
    while (!text.includes("+PONG")) {
      const read = await connection.read(buffer);
      if (read === null) break;
      text += new TextDecoder().decode(buffer.subarray(0, read));
    }
    return text;
  } finally {
    connection.close();
  }
}

Deno.test("redis handle kills, freezes and restarts a server that keeps its data", async () => {
  await withServer("redis", async (server) => {
    await breakAndMend(
      server,
      async (key) => void await redis(server.url, `SET ${key} 1`),
      async (key) => (await redis(server.url, `EXISTS ${key}`)).includes(":1"),
    );
    const policy = await redis(server.url, "CONFIG GET maxmemory-policy");
    assert(policy.includes("noeviction"), policy);
    const append = await redis(server.url, "CONFIG GET appendonly");
    assert(append.includes("yes"), append);
  });
});

Deno.test("redis handle serves nobody without its password", async () => {
  await withServer("redis", async (server) => {
    await assertRejects(() => probeRedis(`redis://127.0.0.1:${server.port}`), Error, "NOAUTH");
  });
});

Deno.test("mysql handle kills, freezes and restarts a server that keeps its data", async () => {
  await withServer("mysql", async (server) => {
    const query = async (sql: string) => {
      const connection = await createConnection({ uri: server.url, connectTimeout: 5_000 });
      try {
        return (await connection.query(sql))[0];
      } finally {
        await connection.end();
      }
    };
    await query("CREATE DATABASE dropgate_other");
    await query("CREATE TABLE dropgate_other.mark (name VARCHAR(20)) ENGINE=InnoDB");
    await breakAndMend(
      server,
      async (key) => void await query(`INSERT INTO dropgate_other.mark VALUES ('${key}')`),
      async (key) => {
        const rows = await query(`SELECT * FROM dropgate_other.mark WHERE name = '${key}'`);
        return Array.isArray(rows) && rows.length === 1;
      },
    );
    await assertRejects(() => query("CREATE DATABASE elsewhere"), Error, "denied");
    await assertRejects(() => probeMysql(`mysql://root@127.0.0.1:${server.port}/mysql`));
  });
});

Deno.test("amqp handle kills, freezes and restarts a node with quorum queues", async () => {
  await withServer("amqp", async (server) => {
    const withChannel = async <T>(
      work: (channel: Awaited<ReturnType<typeof openChannel>>["channel"]) => Promise<T>,
    ) => {
      const { connection, channel } = await openChannel(server.url);
      try {
        return await work(channel);
      } finally {
        await connection.close();
      }
    };
    const queue = { durable: true, arguments: { "x-queue-type": "quorum" } };
    // RabbitMQ 3.10 writes the register of its quorum queues half a second late: a queue declared
    // right before a kill -9 never answers again, so this one is declared before a clean stop.
    await withChannel((channel) => channel.assertQueue("marks", queue));
    await server.stop();
    await server.start();
    await breakAndMend(
      server,
      (key) =>
        withChannel(async (channel) => {
          await channel.assertQueue("marks", queue);
          channel.sendToQueue("marks", Buffer.from(key), {
            persistent: true,
          });
          await channel.waitForConfirms();
        }),
      // A quorum queue counts 0 until it has elected its leader again, so the message is fetched.
      () =>
        withChannel((channel) =>
          poll("the message", async () => {
            const message = await channel.get("marks");
            return message === false ? null : true;
          }, { timeoutMs: 20_000 })
        ),
    );
    const guest = `amqp://guest:guest@127.0.0.1:${server.port}`;
    await assertRejects(() => probeAmqp(guest), Error, "ACCESS_REFUSED");
  });
});

async function openChannel(url: string) {
  const connection = await connectAmqp(url, { noDelay: true });
  connection.on("error", () => {});
  return { connection, channel: await connection.createConfirmChannel() };
}
