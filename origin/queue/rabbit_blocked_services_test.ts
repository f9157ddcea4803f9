import { assert, assertEquals } from "@std/assert";
import { uniqueName } from "../../shared/testing/services_env.ts";
import { rabbitctl } from "../../shared/tools/drill/rabbit_control.ts";
import { openRun } from "../../shared/tools/services/run_directory.ts";
import { startServices } from "../../shared/tools/services/start_services.ts";
import { PATIENCE_MS, publishAll, TEST_ITEM, testMessages, until } from "./queue_contract.ts";
import { CLOSE_MS } from "./rabbit_fixture.ts";
import { connectRabbitQueue } from "./rabbit_queue.ts";

/** How late confirms are in this test before the connection would be made anew. */
const STUCK_MS = 400;

Deno.test("RabbitQueue holds still while the broker is short of memory, and counts all the same", async () => {
  const run = await openRun();
  const services = await startServices({ which: ["amqp"], log: () => {}, env: {}, run });
  const server = services.parts.amqp!;
  const queue = await connectRabbitQueue({
    url: new URL(server.url),
    namespace: uniqueName("queue_test"),
    shards: 2,
    // Far behind the end of this test: what is seen is what the broker said.
    overdueMs: 60_000,
    stuckMs: STUCK_MS,
  }, PATIENCE_MS);
  try {
    await queue.openRoute(TEST_ITEM);
    await publishAll(queue, testMessages(1));
    assertEquals((await queue.depth()).ready, 1);

    await rabbitctl(server, ["set_vm_memory_high_watermark", "absolute", "1MB"]);
    // The broker tells a connection once that connection has sent something.
    assertEquals(await queue.publish(testMessages(1, TEST_ITEM, 2), 200), ["unconfirmed"]);
    await until("it knows that the broker blocks", () => !queue.isUp());
    assertEquals((await queue.depth()).ready, 1);
    // Callers that do not ask first wait in bounded numbers, and in time.
    const many = await Promise.all(
      Array.from({ length: 3_000 }, (_, at) => queue.publish(testMessages(1, TEST_ITEM, at), 100)),
    );
    assert(many.flat().every((outcome) => outcome === "unconfirmed"));
    // A connection made anew would look fine until it sent something.
    const since = performance.now();
    await until("long behind the time of a lost connection", () => {
      assert(!queue.isUp());
      return performance.now() - since > 2 * STUCK_MS;
    });

    await rabbitctl(server, ["set_vm_memory_high_watermark", "0.4"]);
    await until("it is up again", () => queue.isUp());
    await publishAll(queue, testMessages(1, TEST_ITEM, 5_000));
    // What was on its way when the broker blocked arrives as well.
    await until("both wait", async () => (await queue.depth()).ready >= 3);
  } finally {
    await queue.close(CLOSE_MS);
    await services.stop();
    await run.close();
  }
});
