import { assertEquals } from "@std/assert";
import { SimulatedBroker } from "./broker.ts";

const ITEM = "1-2";

function message(epoch: number, n: number) {
  return { item: ITEM, epoch, messageId: `${ITEM}-${epoch}-${n}`, content: `${n}` } as const;
}

Deno.test("SimulatedBroker routes by epoch, at the moment of arrival", async () => {
  const broker = new SimulatedBroker();
  assertEquals(await broker.publish([message(1, 1)], "good"), ["returned"]);
  await broker.openRoute({ item: ITEM, epoch: 1 });
  assertEquals(await broker.publish([message(1, 2), message(2, 1)], "good"), [
    "confirmed",
    "returned",
  ]);
  assertEquals(await broker.publish([message(1, 3)], "late"), ["unconfirmed"]);
  assertEquals(await broker.publish([message(1, 4)], "late"), ["unconfirmed"]);
  broker.arrive(0);
  await broker.closeOlderRoutes({ item: ITEM, epoch: 2 });
  broker.arrive(0);
  assertEquals([await broker.waiting(), broker.onTheWay], [["1-2-1-2", "1-2-1-3"], []]);
});

Deno.test("SimulatedBroker loses messages, or only their confirms", async () => {
  const broker = new SimulatedBroker();
  await broker.openRoute({ item: ITEM, epoch: 1 });
  assertEquals(await broker.publish([message(1, 1)], "lost"), ["unconfirmed"]);
  assertEquals(await broker.publish([message(1, 2)], "confirm_lost"), ["unconfirmed"]);
  assertEquals(await broker.waiting(), ["1-2-1-2"]);
});

Deno.test("SimulatedBroker hands out in order, again until it is acknowledged", async () => {
  const broker = new SimulatedBroker();
  await broker.openRoute({ item: ITEM, epoch: 1 });
  await broker.publish([message(1, 1)], "good");
  await broker.sendBarrier({ item: ITEM, epoch: 2 });
  const first = await broker.take();
  const again = await broker.take();
  assertEquals(again?.delivery, first?.delivery);
  assertEquals(await broker.acknowledge(first!), false, "it was handed out again");
  assertEquals(await broker.acknowledge(again!), true);
  assertEquals(await broker.waiting(), ["barrier 2"]);
});
