import { assertEquals, assertRejects } from "@std/assert";
import type { ItemEpoch } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import type { OutboundMessage, PublishOutcome } from "../queue/order_queue.ts";
import { RouteWatch } from "./route_watch.ts";

const LOG = logOf("test");

function message(epoch: number, item: OutboundMessage["item"] = "1-2"): OutboundMessage {
  return { item, epoch, messageId: `${item}-${epoch}000000001`, content: "" };
}

function watched() {
  let now = 0;
  let outcome: PublishOutcome = "returned";
  const closed: ItemEpoch[] = [];
  const queue = {
    isUp: () => true,
    publish: (messages: OutboundMessage[]) => Promise.resolve(messages.map(() => outcome)),
  };
  const watch = new RouteWatch(queue, () => now);
  const book = {
    closeItems: (items: ItemEpoch[]) => {
      closed.push(...items);
      return Promise.resolve();
    },
  };
  return {
    watch,
    closed,
    book,
    close: () => watch.closeLost(book, LOG),
    publish: async (said: PublishOutcome, epoch: number, at: number) => {
      outcome = said;
      now = at;
      return await watch.publish([message(epoch)], 1);
    },
    wait: (until: number) => now = until,
  };
}

Deno.test("RouteWatch hands on what the queue says", async () => {
  const { publish, watch } = watched();
  assertEquals(await publish("returned", 3, 0), ["returned"]);
  assertEquals(await publish("confirmed", 3, 0), ["confirmed"]);
  assertEquals(watch.isUp(), true);
});

Deno.test("RouteWatch closeLost() closes an item whose messages come back for a second", async () => {
  const { publish, close, closed } = watched();
  await publish("returned", 3, 0);
  await publish("returned", 3, 900);
  await close();
  assertEquals(closed, []);
  await publish("returned", 3, 1_000);
  await close();
  await close();
  assertEquals(closed, [{ item: "1-2", epoch: 3 }]);
});

Deno.test("RouteWatch closeLost() leaves an item alone whose messages arrive again", async () => {
  const { publish, close, closed } = watched();
  await publish("returned", 3, 0);
  await publish("confirmed", 3, 500);
  await publish("returned", 3, 1_200);
  await publish("unconfirmed", 3, 5_000);
  await close();
  assertEquals(closed, []);
});

Deno.test("RouteWatch counts anew in a newer epoch and hears no older one", async () => {
  const { publish, close, closed } = watched();
  await publish("returned", 3, 0);
  await publish("returned", 4, 2_000);
  await publish("returned", 3, 4_000);
  await publish("confirmed", 3, 4_000);
  await close();
  assertEquals(closed, []);
  await publish("returned", 4, 4_500);
  await close();
  assertEquals(closed, [{ item: "1-2", epoch: 4 }]);
});

Deno.test("RouteWatch forgets a return that nobody repeats", async () => {
  const { publish, close, closed, wait } = watched();
  await publish("returned", 3, 0);
  wait(60_000);
  await close();
  await publish("returned", 3, 60_001);
  await close();
  assertEquals(closed, []);
});

Deno.test("RouteWatch closeLost() tries again when the database was away", async () => {
  const { publish, close, watch, closed } = watched();
  await publish("returned", 3, 0);
  await publish("returned", 3, 2_000);
  const away = { closeItems: () => Promise.reject(new Error("away")) };
  await assertRejects(() => watch.closeLost(away, LOG), Error, "away");
  await close();
  assertEquals(closed, [{ item: "1-2", epoch: 3 }]);
});
