import { assertEquals } from "@std/assert";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import { describeWaiting } from "./waiting_message.ts";

const AT = { item: "7-11", epoch: 3, messageId: "7-11-3000000001" } as const;

Deno.test("describeWaiting() counts buyers, whatever their request ids look like", () => {
  const content = encodeOrderMessage({
    v: 1,
    item: "7-11",
    epoch: 3,
    firstSeq: 3_000_000_001,
    reservedAt: 1_800_000_000_123,
    payBy: 1_800_000_900_123,
    orders: ["[", '["ann",1,', '"t":5', "\\"].map((requestId, at) => ({
      userId: `u_${at}@x.y-z`,
      quantity: 1,
      requestId,
    })),
  });
  assertEquals(describeWaiting({ ...AT, content }, 2), {
    ...AT,
    reservedAt: 1_800_000_000_123,
    sends: 2,
    size: content.length,
    buyers: 4,
  });
});

Deno.test("describeWaiting() tells of a text that nobody can read", () => {
  assertEquals(describeWaiting({ ...AT, content: "??" }, 0), {
    ...AT,
    reservedAt: 0,
    sends: 0,
    size: 2,
    buyers: 0,
  });
});
