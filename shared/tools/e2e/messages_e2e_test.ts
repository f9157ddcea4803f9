import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import { connect } from "amqplib";
import { createConnection } from "mysql2/promise";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { resolveOptions } from "../../../origin/queue/rabbit_options.ts";
import { queueOf, topologyOf } from "../../../origin/queue/rabbit_topology.ts";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "./own_database.ts";
import { call, type TestSale, TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** A system whose record and queue the test can reach from behind. */
interface Surroundings {
  shop: TestShop;
  /** Lets the database refuse every order of the user `poison`, or no longer. */
  refusePoison(refused: boolean): Promise<void>;
  /** Puts a text that is no message of orders into the queue of an item. */
  enqueue(sale: TestSale, content: string): Promise<void>;
}

async function onEmbedded(walk: (surroundings: Surroundings) => Promise<void>): Promise<void> {
  const system = await startSystem("embedded");
  const inFile = (text: string, ...values: string[]) => {
    const db = new DatabaseSync(system.databaseFile!);
    try {
      db.exec("PRAGMA busy_timeout = 5000");
      db.prepare(text).run(...values);
    } finally {
      db.close();
    }
    return Promise.resolve();
  };
  try {
    await walk({
      shop: new TestShop(system),
      refusePoison: (refused) =>
        inFile(
          refused
            ? `CREATE TRIGGER no_poison BEFORE INSERT ON orders
               WHEN NEW.user_id = 'poison' AND NEW.live = 1
               BEGIN SELECT RAISE(ABORT, 'no poison'); END`
            : "DROP TRIGGER no_poison",
        ),
      enqueue: ({ saleId, productId }, content) =>
        inFile(
          `INSERT INTO queue_message (shard, kind, message_id, item, epoch, content)
           VALUES (0, 'orders', 'stray', ?, 1, ?)`,
          `${saleId}-${productId}`,
          content,
        ),
    });
  } finally {
    assertEquals(await system.stop(), 0, system.output());
  }
}

async function onServices(
  walk: (surroundings: Surroundings, sql: (text: string) => Promise<void>) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await withDatabase(serviceFor("MYSQL_URL"), async (mysqlUrl) => {
    const namespace = uniqueName("e2e");
    const system = await startSystem("services", {
      REDIS_URL: serviceFor("REDIS_URL"),
      AMQP_URL: serviceFor("AMQP_URL"),
      MYSQL_URL: mysqlUrl,
      NAMESPACE: namespace,
      ...env,
    });
    const connection = await createConnection({ uri: mysqlUrl, connectTimeout: 5_000 });
    const sql = async (text: string) => {
      await connection.query(text);
    };
    try {
      await walk({
        shop: new TestShop(system),
        refusePoison: (refused) =>
          sql(
            refused
              ? `ALTER TABLE orders ADD CONSTRAINT no_poison
                   CHECK (NOT (user_id = 'poison' AND live = 1))`
              : "ALTER TABLE orders DROP CONSTRAINT no_poison",
          ),
        enqueue: (sale, content) => enqueueOnBroker(namespace, sale, content),
      }, sql);
    } finally {
      await connection.end();
      assertEquals(await system.stop(), 0, system.output());
    }
  });
}

async function enqueueOnBroker(
  namespace: string,
  { saleId, productId }: TestSale,
  content: string,
): Promise<void> {
  const url = new URL(serviceFor("AMQP_URL"));
  const { shards, maxLength } = resolveOptions({ url, namespace });
  const queue = queueOf(topologyOf(namespace, shards, maxLength), `${saleId}-${productId}`);
  const model = await connect(url.href);
  try {
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(queue, Buffer.from(content), { persistent: true, messageId: "stray" });
    await channel.waitForConfirms();
  } finally {
    await model.close();
  }
}

/** The only parked message, once there is one. */
function parked(shop: TestShop) {
  return waitFor("a parked message", async () => {
    const { body } = await shop.admin("GET", "/messages?state=parked");
    assert(body.total <= 1, JSON.stringify(body));
    return body.total === 1 ? body.items[0] : null;
  });
}

async function replayAndRefuse({ shop, refusePoison, enqueue }: Surroundings): Promise<void> {
  const sale = await shop.openSale(10);
  const names = ["ann", "poison", "bob"];
  const tokens = await Promise.all(names.map((name) => shop.signIn(name)));
  await refusePoison(true);
  const bought = await Promise.all(tokens.map((token) => shop.buy(sale, token, { key: "k" })));
  assertEquals(bought.map(({ status }) => status), [201, 201, 201]);
  const orders = await Promise.all(
    bought.map(({ body }, at) => shop.writtenOrder(body.ticket, tokens[at]!)),
  );
  assertEquals(orders.map(({ body }) => [body.status, body.reason]), [
    ["unpaid", undefined],
    ["refused", "unwritable"],
    ["unpaid", undefined],
  ]);

  // The ticket that the database would not take is kept, and replayed once its cause is gone.
  const poison = await parked(shop);
  assertEquals([poison.ticket, poison.attempts], [bought[1]!.body.ticket, 0]);
  const kept = await shop.admin("GET", `/messages/${poison.id}`);
  assertMatch(kept.body.content, /\["poison",1,"k"\]/);
  await refusePoison(false);
  const replay = () => shop.admin("POST", `/messages/${poison.id}/replay`);
  const replayed = await waitFor("the piece to be back", async () => {
    const answer = await replay();
    return answer.body.reason === "not_back_yet" ? null : answer;
  });
  assertEquals([replayed.status, replayed.body.outcome, replayed.body.state], [
    200,
    "reserved",
    "replayed",
  ]);
  assertEquals((await replay()).body.replayedTicket, replayed.body.replayedTicket);
  assertEquals((await shop.admin("POST", `/messages/${poison.id}/refuse`)).status, 409);
  const { body: order } = await shop.writtenOrder(replayed.body.replayedTicket, tokens[1]!);
  assertEquals(order.status, "unpaid");
  const mine = await call("GET", `${shop.system.edgeUrl}/api/orders`, { token: tokens[1]! });
  assertEquals(mine.body.total, 2);

  // What nobody can read holds nothing up, and can only be refused.
  await enqueue(sale, "?? no message");
  const stray = await parked(shop);
  assertEquals([stray.messageId, stray.ticket], ["stray", undefined]);
  assertMatch(stray.reason, /^unreadable/);
  const cat = await shop.signIn("cat");
  const later = await shop.buy(sale, cat);
  assertEquals((await shop.writtenOrder(later.body.ticket, cat)).body.status, "unpaid");
  const unreadable = await shop.admin("POST", `/messages/${stray.id}/replay`);
  assertEquals([unreadable.status, unreadable.body.reason], [409, "unrecordable"]);
  const refused = await Promise.all(
    [1, 2].map(() => shop.admin("POST", `/messages/${stray.id}/refuse`)),
  );
  assertEquals(refused.map(({ status }) => status).sort(), [200, 409]);

  const { body: summary } = await waitFor("nothing to wait", async () => {
    const answer = await shop.admin("GET", "/messages/summary");
    return answer.body.pending.messages + answer.body.queue.ready === 0 ? answer : null;
  });
  assertEquals([summary.parked, summary.replayed, summary.refused, summary.buys], [
    0,
    1,
    1,
    "open",
  ]);
  const { body: recorded } = await shop.admin("GET", "/messages?state=recorded");
  assertEquals(recorded.total, summary.recorded);
  assert(
    recorded.items.every((one: { recordedAt: string }) =>
      one.recordedAt <= recorded.items[0].recordedAt
    ),
  );
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals([proof.ok, proof.unpaid, proof.refused, proof.remaining], [true, 4, 1, 6]);
}

Deno.test(
  "embedded: what could not be written is listed, replayed and refused",
  () => onEmbedded(replayAndRefuse),
);

Deno.test(
  "services: what could not be written is listed, replayed and refused",
  () => onServices(replayAndRefuse),
);

Deno.test("services: buys hear busy while too much waits to be written, and are taken again", async () => {
  await onServices(async ({ shop }, sql) => {
    const sale = await shop.openSale(1_000);
    await sql("START TRANSACTION");
    await sql(`SELECT * FROM sale_item WHERE sale_id = ${sale.saleId} FOR UPDATE`);
    const won: { token: string; key: string; ticket: string }[] = [];
    let tries = 0;
    const answer = await waitFor("a buy to be busy", async () => {
      const token = await shop.signIn(`buyer-${tries += 1}`);
      const key = `key-${tries}`;
      const { status, body } = await shop.buy(sale, token, { key });
      if (status === 201) won.push({ token, key, ticket: body.ticket });
      return body.code === "busy"
        ? { status, remaining: (await shop.proof(sale.saleId)).body }
        : null;
    });
    assertEquals(answer.status, 503);
    assertEquals(
      answer.remaining.remaining,
      1_000 - won.length,
      "the refused buy deducted nothing",
    );
    const { body: summary } = await shop.admin("GET", "/messages/summary");
    assertEquals([summary.buys, summary.maxQueuedMessages], ["busy", 5]);
    assert(summary.queue.ready > 5, JSON.stringify(summary));
    // Whoever has won hears so all the same.
    const first = won[0]!;
    const again = await shop.buy(sale, first.token, { key: first.key });
    assertEquals([again.status, again.body.ticket], [200, first.ticket]);

    await sql("COMMIT");
    await waitFor("buys to be taken again", async () => {
      const token = await shop.signIn(`late-${tries += 1}`);
      return (await shop.buy(sale, token)).status === 201 ? true : null;
    });
    const { body: proof } = await shop.proofAtRest(sale.saleId);
    assertEquals([proof.ok, proof.unpaid], [true, won.length + 1]);
  }, { MAX_QUEUED_MESSAGES: "5" });
});
