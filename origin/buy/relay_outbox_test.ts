import { assertEquals } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import type { PublishOutcome } from "../queue/order_queue.ts";
import { relayOutbox, type RelayParts, SEND_CAP } from "./relay_outbox.ts";

function relay(options: {
  attempts: number;
  published?: PublishOutcome;
  queueUp?: boolean;
  writeFails?: boolean;
}) {
  const seen = { published: 0, written: 0, settled: [] as string[], distrusted: 0 };
  const message = {
    item: "1-2" as const,
    epoch: 1,
    messageId: "1-2-1000000001",
    content: encodeOrderMessage({
      v: 1,
      item: "1-2",
      epoch: 1,
      firstSeq: 1_000_000_001,
      reservedAt: 1,
      payBy: 2,
      orders: [{ userId: "ann", quantity: 1, requestId: "k" }],
    }),
    attempts: options.attempts,
  };
  const parts: RelayParts = {
    ledger: {
      isUp: () => true,
      claimUnsettled: () => Promise.resolve([message]),
      settle: (messages) => {
        seen.settled.push(...messages.map(({ messageId }) => messageId));
        return Promise.resolve();
      },
    },
    queue: {
      isUp: () => options.queueUp ?? true,
      publish: (messages) => {
        seen.published += messages.length;
        return Promise.resolve(messages.map(() => options.published ?? "confirmed"));
      },
    },
    book: {
      writeOrders: () => {
        if (options.writeFails) return Promise.reject(new Error("away"));
        seen.written += 1;
        return Promise.resolve({ kind: "written", orders: 1, refused: 0 });
      },
      writeOrdersSingly: () => Promise.reject(new Error("not expected")),
      parkMessage: () => Promise.reject(new Error("not expected")),
    },
    registry: {
      openItems: () => [{ item: "1-2", epoch: 1 }],
      distrust: () => {
        seen.distrusted += 1;
      },
    },
    log: logOf("test"),
    publishTimeoutMs: 1_000,
  };
  return { run: () => relayOutbox(parts), seen };
}

Deno.test("relayOutbox() sends an unsettled message again and settles it on the confirm", async () => {
  const { run, seen } = relay({ attempts: 0 });
  await run();
  assertEquals(seen, { published: 1, written: 0, settled: ["1-2-1000000001"], distrusted: 0 });
});

Deno.test("relayOutbox() leaves what was not confirmed in the outbox", async () => {
  const unconfirmed = relay({ attempts: 1, published: "unconfirmed" });
  await unconfirmed.run();
  assertEquals(unconfirmed.seen.settled, []);
  const returned = relay({ attempts: 1, published: "returned" });
  await returned.run();
  assertEquals(returned.seen.settled, []);
  assertEquals(returned.seen.distrusted, 1);
});

Deno.test("relayOutbox() writes a message at its send cap to the order book itself", async () => {
  const { run, seen } = relay({ attempts: SEND_CAP, queueUp: false });
  await run();
  assertEquals(seen, { published: 0, written: 1, settled: ["1-2-1000000001"], distrusted: 0 });
});

Deno.test("relayOutbox() settles nothing that could neither be sent nor written", async () => {
  const away = relay({ attempts: 0, queueUp: false });
  await away.run();
  assertEquals(away.seen.settled, []);
  const failing = relay({ attempts: SEND_CAP, writeFails: true });
  await failing.run();
  assertEquals(failing.seen.settled, []);
});
