import { Buffer } from "node:buffer";
import type { MessageProperties } from "amqplib";
import { assertEquals } from "@std/assert";
import { encodeBarrier, readDelivery } from "./rabbit_message.ts";

function read(content: string | Buffer, properties: Partial<MessageProperties>) {
  return readDelivery({
    content: Buffer.from(content),
    properties: properties as MessageProperties,
  });
}

Deno.test("readDelivery() reads a barrier that encodeBarrier() wrote", () => {
  const barrier = { item: "7-11", epoch: 3 } as const;
  assertEquals(read(encodeBarrier(barrier), { type: "barrier" }), { kind: "barrier", ...barrier });
});

Deno.test("readDelivery() hands orders on unchanged", () => {
  assertEquals(read('{"限":1}', { type: "orders", messageId: "m" }), {
    kind: "orders",
    messageId: "m",
    content: '{"限":1}',
  });
});

Deno.test("readDelivery() hands on what it cannot read as orders with the raw text", () => {
  const unreadable = ["", "{", "null", '{"item":"x","epoch":1}', '{"item":"1-1","epoch":0}'];
  for (const content of unreadable) {
    assertEquals(read(content, { type: "barrier", messageId: "m" }), {
      kind: "orders",
      messageId: "m",
      content,
    });
  }
  assertEquals(read("?", {}), { kind: "orders", messageId: "", content: "?" });
  assertEquals(read("?", { type: 7, messageId: 8 }), {
    kind: "orders",
    messageId: "",
    content: "?",
  });
});
