import { assertEquals } from "@std/assert";
import type { InternalBuy } from "../../shared/internal_api.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import type { Decision, ReserveBatch, ReserveOutcome } from "../ledger/stock_ledger.ts";
import type { OutboundMessage, PublishOutcome } from "../queue/order_queue.ts";
import { BatchBuyDesk, type Restrict } from "./buy_desk.ts";
import type { RegisteredItem } from "./sale_registry.ts";

const SEQ = 1_000_000_001;

function reserved(seq: number, pendingMessage: string | null, repeat = false): Decision {
  return { kind: "reserved", seq, quantity: 1, payBy: 5_000, repeat, pendingMessage };
}

function decided(decisions: Decision[], messageIds: string[] = []): ReserveOutcome {
  return {
    kind: "decided",
    decisions,
    remaining: 7,
    messages: messageIds.map((messageId) => ({
      item: "1-2",
      epoch: 1,
      messageId,
      content: `content of ${messageId}`,
    })),
  };
}

/** A desk between a scripted ledger and a scripted queue; records what it asks of them. */
function desk(script: {
  outcomes?: ReserveOutcome[] | Error;
  published?: PublishOutcome[] | Error;
  ledgerUp?: boolean;
  queueUp?: boolean;
  restrict?: Restrict;
  itemCount?: number;
}) {
  const seen = {
    batches: [] as ReserveBatch[],
    published: [] as OutboundMessage[],
    settled: [] as string[],
    distrusted: [] as ItemEpoch[],
  };
  const parts = {
    ledger: {
      isUp: () => script.ledgerUp ?? true,
      reserve(batches: ReserveBatch[]) {
        seen.batches.push(...batches);
        return script.outcomes instanceof Error
          ? Promise.reject(script.outcomes)
          : Promise.resolve(script.outcomes ?? []);
      },
      settle(messages: { messageId: string }[]) {
        seen.settled.push(...messages.map((message) => message.messageId));
        return Promise.resolve();
      },
    },
    queue: {
      isUp: () => script.queueUp ?? true,
      publish(messages: OutboundMessage[]) {
        seen.published.push(...messages);
        return script.published instanceof Error
          ? Promise.reject(script.published)
          : Promise.resolve(script.published ?? messages.map(() => "confirmed" as const));
      },
    },
    registry: {
      find: (item: string) =>
        item === "1-2" || item === "1-3" || item === "1-9"
          ? {
            sale: { items: Array.from({ length: script.itemCount ?? 1 }) },
            openEpoch: item === "1-9" ? 0 : 1,
          } as RegisteredItem
          : undefined,
      distrust: (item: ItemEpoch) => {
        seen.distrusted.push({ item: item.item, epoch: item.epoch });
      },
    },
    restrict: script.restrict ?? (() => null),
    clock: () => 1_000,
    log: logOf("test"),
  };
  const decide = (buys: InternalBuy[]) =>
    new BatchBuyDesk(parts).decide({ v: 1, budgetMs: 1_500, buys });
  return { decide, seen };
}

const buy = (productId: number, userId: string): InternalBuy => [1, productId, userId, 1, "k", 0];

Deno.test("BatchBuyDesk says reserved for what the queue confirmed, and settles it", async () => {
  const { decide, seen } = desk({ outcomes: [decided([reserved(SEQ, "m1")], ["m1"])] });
  const { answers, stock } = await decide([buy(2, "ann")]);
  assertEquals(answers, [
    { outcome: "reserved", ticket: `1-2-ann-${SEQ}`, payBy: 5_000, repeat: false },
  ]);
  assertEquals(stock, [{ saleId: 1, productId: 2, stock: 7 }]);
  assertEquals(seen.published.map((message) => message.content), ["content of m1"]);
  assertEquals(seen.settled, ["m1"]);
});

for (const outcome of ["unconfirmed", "returned"] as const) {
  Deno.test(`BatchBuyDesk never says reserved for what was ${outcome}`, async () => {
    const { decide, seen } = desk({
      outcomes: [decided([reserved(SEQ, "m1"), reserved(9, null, true)], ["m1"])],
      published: [outcome],
    });
    const { answers } = await decide([buy(2, "ann"), buy(2, "bob")]);
    assertEquals(answers[0], { outcome: "processing", ticket: `1-2-ann-${SEQ}` });
    assertEquals(answers[1]?.outcome, "reserved", "settled earlier, so it needs no confirm");
    assertEquals(seen.settled, []);
    assertEquals(seen.distrusted, outcome === "returned" ? [{ item: "1-2", epoch: 1 }] : []);
  });
}

Deno.test("BatchBuyDesk says processing when publishing throws", async () => {
  const { decide } = desk({
    outcomes: [decided([reserved(SEQ, "m1")], ["m1"])],
    published: new Error("no channel"),
  });
  const { answers } = await decide([buy(2, "ann")]);
  assertEquals(answers[0]?.outcome, "processing");
});

Deno.test("BatchBuyDesk publishes an older message again for a repeated request", async () => {
  const { decide, seen } = desk({
    outcomes: [decided([reserved(SEQ, "old", true)], ["old"])],
  });
  const { answers } = await decide([buy(2, "ann")]);
  assertEquals(seen.published.map((message) => message.messageId), ["old"]);
  assertEquals(answers[0], {
    outcome: "reserved",
    ticket: `1-2-ann-${SEQ}`,
    payBy: 5_000,
    repeat: true,
  });
});

Deno.test("BatchBuyDesk asks once per item and answers in the order of the buys", async () => {
  const { decide, seen } = desk({
    outcomes: [
      decided([{ kind: "sold_out" }, { kind: "already_bought", seq: SEQ }]),
      decided([{ kind: "over_limit" }]),
    ],
  });
  const { answers } = await decide([
    buy(2, "ann"),
    buy(3, "bob"),
    buy(404, "cat"),
    buy(2, "dan"),
    buy(9, "eve"),
  ]);
  assertEquals(seen.batches.map((batch) => [batch.item, batch.requests.length]), [
    ["1-2", 2],
    ["1-3", 1],
  ]);
  assertEquals(answers, [
    { outcome: "sold_out" },
    { outcome: "invalid" },
    { outcome: "unknown_item" },
    { outcome: "already_bought", ticket: `1-2-dan-${SEQ}` },
    { outcome: "paused" },
  ]);
});

Deno.test("BatchBuyDesk deducts nothing while the ledger or the queue is known to be away", async () => {
  for (const away of [{ ledgerUp: false }, { queueUp: false }]) {
    const { decide, seen } = desk(away);
    const { answers } = await decide([buy(2, "ann")]);
    assertEquals(answers, [{ outcome: "unavailable" }]);
    assertEquals(seen.batches, []);
  }
});

Deno.test("BatchBuyDesk refuses a batch that the ledger did not decide", async () => {
  const cases = [
    [{ kind: "closed" }, "paused"],
    [{ kind: "late" }, "unavailable"],
    [{ kind: "busy" }, "busy"],
  ] as const;
  for (const [outcome, expected] of cases) {
    const { decide, seen } = desk({ outcomes: [outcome] });
    const { answers, stock } = await decide([buy(2, "ann"), buy(2, "bob")]);
    assertEquals(answers.map((answer) => answer.outcome), [expected, expected]);
    assertEquals(stock, []);
    assertEquals(seen.distrusted.length, outcome.kind === "closed" ? 1 : 0);
  }
});

Deno.test("BatchBuyDesk answers unavailable when the ledger throws", async () => {
  const { decide } = desk({ outcomes: new Error("timeout") });
  const { answers } = await decide([buy(2, "ann")]);
  assertEquals(answers, [{ outcome: "unavailable" }]);
});

Deno.test("BatchBuyDesk only looks a restricted buyer up, and tells him of what he has", async () => {
  const { decide, seen } = desk({
    restrict: (_saleId, userId) => userId.startsWith("r") ? "busy" : null,
    outcomes: [decided([
      { kind: "unknown_buyer" },
      { kind: "sold_out" },
      reserved(SEQ, null, true),
      { kind: "unknown_buyer" },
      { kind: "already_bought", seq: SEQ },
    ])],
  });
  const { answers } = await decide([
    buy(2, "rita"),
    buy(2, "ann"),
    buy(2, "rob"),
    [1, 2, "ruth", 1, "k", 1],
    buy(2, "rex"),
  ]);
  assertEquals(seen.batches[0]?.requests.map((request) => request.lookupOnly), [
    true,
    false,
    true,
    true,
    true,
  ]);
  assertEquals(answers, [
    { outcome: "busy" },
    { outcome: "sold_out" },
    { outcome: "reserved", ticket: `1-2-rob-${SEQ}`, payBy: 5_000, repeat: true },
    { outcome: "unknown_buyer" },
    { outcome: "already_bought", ticket: `1-2-rex-${SEQ}` },
  ]);
});

const PASS_ID = "abcdefghijklmnopqrstuv";

for (const itemCount of [1, 2]) {
  Deno.test(`BatchBuyDesk hands on a pass of a sale with ${itemCount} items`, async () => {
    const { decide, seen } = desk({
      itemCount,
      outcomes: [decided([
        reserved(SEQ, null),
        { kind: "captcha_required" },
        { kind: "unknown_buyer" },
      ])],
    });
    const { answers } = await decide([
      buy(2, "ann"),
      [1, 2, "bob", 1, "k", 0, PASS_ID, 5_000],
      [1, 2, "cid", 1, "k", 1, PASS_ID, 5_000],
    ]);
    assertEquals(seen.batches[0]?.requests.map(({ pass }) => pass), [
      null,
      { passId: PASS_ID, expiresAt: 5_000, isShared: itemCount > 1 },
      null,
    ]);
    assertEquals(answers.map(({ outcome }) => outcome), [
      "reserved",
      "captcha_required",
      "unknown_buyer",
    ]);
  });
}

Deno.test("BatchBuyDesk spends no pass of a restricted buyer", async () => {
  const { decide, seen } = desk({
    restrict: () => "blocked",
    outcomes: [decided([{ kind: "unknown_buyer" }])],
  });
  const { answers } = await decide([[1, 2, "bob", 1, "k", 0, PASS_ID, 5_000]]);
  assertEquals(seen.batches[0]?.requests, [
    { userId: "bob", requestId: "k", quantity: 1, lookupOnly: true, pass: null },
  ]);
  assertEquals(answers, [{ outcome: "blocked" }]);
});
