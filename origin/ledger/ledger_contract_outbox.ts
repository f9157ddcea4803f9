import { assertEquals } from "@std/assert";
import { formatMessageId } from "../../shared/ticket.ts";
import {
  buy,
  decide,
  ITEM,
  ledgerTest,
  LIFE,
  type MakeLedger,
  open,
  stockOf,
  wish,
} from "./ledger_contract_setup.ts";

/** Longer than any test takes. */
const LONG_MS = 600_000;

const FIRST_ID = formatMessageId(ITEM, 3_000_000_001);
const SECOND_ID = formatMessageId(ITEM, 3_000_000_002);

/**
 * How messages leave the ledger. Where the queue row is part of the decision nothing ever waits,
 * and every operation of the outbox must say so.
 */
export function outboxContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(
    `${name} reserve() repeats an unsettled message with a retry`,
    makeLedger,
    async (test) => {
      await open(test);
      await buy(test, wish("ann"));
      await buy(test, wish("bob"));
      const contents = await Promise.all([
        test.messageText(LIFE, FIRST_ID),
        test.messageText(LIFE, SECOND_ID),
      ]);
      const again = await decide(test, [wish("bob"), wish("ann"), wish("bob")]);
      const pending = again.decisions.map((one) => one.kind === "reserved" && one.pendingMessage);
      if (!test.hasOutbox) {
        assertEquals(pending, [null, null, null]);
        assertEquals(again.messages, []);
        return;
      }
      assertEquals(pending, [SECOND_ID, FIRST_ID, SECOND_ID]);
      assertEquals(again.messages, [
        { ...LIFE, messageId: SECOND_ID, content: contents[1]! },
        { ...LIFE, messageId: FIRST_ID, content: contents[0]! },
      ]);
      const mixed = await decide(test, [wish("cid"), wish("ann")]);
      assertEquals(mixed.messages.map((message) => message.messageId), [
        formatMessageId(ITEM, 3_000_000_003),
        FIRST_ID,
      ]);
    },
  );

  ledgerTest(`${name} settle() ends the waiting of a message`, makeLedger, async (test) => {
    await open(test);
    await buy(test, wish("ann"));
    await buy(test, wish("bob"));
    await test.ledger.settle([
      { ...LIFE, messageId: FIRST_ID },
      { ...LIFE, messageId: FIRST_ID },
      { ...LIFE, messageId: "7-11-99" },
    ]);
    await test.ledger.settle([{ ...LIFE, messageId: FIRST_ID }]);
    await test.ledger.settle([]);
    const again = await buy(test, wish("ann"));
    assertEquals([again.repeat, again.pendingMessage], [true, null]);
    const waiting = await test.ledger.claimUnsettled([LIFE], 0, 10);
    assertEquals(
      waiting.map((message) => message.messageId),
      test.hasOutbox ? [SECOND_ID] : [],
    );
    assertEquals(await stockOf(test), 8);
  });

  ledgerTest(`${name} settle() makes room in a full outbox`, makeLedger, async (test) => {
    await open(test);
    await buy(test, wish("ann"));
    if (!test.hasOutbox) return;
    const busy = await test.ledger.reserve([{ ...LIFE, requests: [wish("bob")] }], 10_000);
    assertEquals(busy, [{ kind: "busy" }]);
    await test.ledger.settle([{ ...LIFE, messageId: FIRST_ID }]);
    await buy(test, wish("bob"));
  }, { room: 1 });

  ledgerTest(
    `${name} settle() leaves messages of another epoch alone`,
    makeLedger,
    async (test) => {
      await open(test);
      await buy(test, wish("ann"));
      await test.ledger.settle([{ item: ITEM, epoch: 4, messageId: FIRST_ID }]);
      assertEquals((await test.messageText(LIFE, FIRST_ID)) !== null, true);
      await test.ledger.close([{ item: ITEM, epoch: 4 }]);
      await test.ledger.settle([{ ...LIFE, messageId: FIRST_ID }]);
      assertEquals((await test.messageText(LIFE, FIRST_ID)) !== null, true);
    },
  );

  ledgerTest(`${name} claimUnsettled() hides what it claimed`, makeLedger, async (test) => {
    await open(test);
    const { ledger } = test;
    for (const user of ["ann", "bob", "cid"]) await buy(test, wish(user));
    assertEquals(await ledger.claimUnsettled([LIFE], LONG_MS, 10), []);
    const first = await ledger.claimUnsettled([LIFE], 0, 2);
    if (!test.hasOutbox) {
      assertEquals(first, []);
      return;
    }
    const content = await test.messageText(LIFE, FIRST_ID);
    assertEquals(first[0], { ...LIFE, messageId: FIRST_ID, content: content!, attempts: 0 });
    assertEquals(first.map((message) => message.messageId), [FIRST_ID, SECOND_ID]);
    // Claimed or not: nothing has waited that long.
    assertEquals(await ledger.claimUnsettled([LIFE], LONG_MS, 10), []);
    const second = await ledger.claimUnsettled([LIFE], 0, 10);
    const attempts = new Map(second.map((message) => [message.messageId, message.attempts]));
    assertEquals(attempts.get(FIRST_ID), 1);
    assertEquals(attempts.get(formatMessageId(ITEM, 3_000_000_003)), 0);
    await ledger.settle(second);
    assertEquals(await ledger.claimUnsettled([LIFE], 0, 10), []);
  });

  ledgerTest(`${name} claimUnsettled() looks into several items`, makeLedger, async (test) => {
    const other = { item: "7-12", epoch: 2 } as const;
    const none = { item: "7-13", epoch: 1 } as const;
    await open(test);
    await open(test, { life: other });
    await buy(test, wish("ann"));
    await buy(test, wish("ann"), other);
    const claimed = await test.ledger.claimUnsettled([LIFE, none, other], 0, 10);
    assertEquals(
      claimed.map((message) => [message.item, message.epoch]),
      test.hasOutbox ? [[ITEM, 3], ["7-12", 2]] : [],
    );
  });

  ledgerTest(
    `${name} listOutbox() shows what waits, the longest first`,
    makeLedger,
    async (test) => {
      const { ledger } = test;
      const other = { item: "7-112", epoch: 2 } as const;
      const all = { skip: 0, limit: 200 };
      assertEquals(await ledger.listOutbox([{ ...LIFE, ...all }]), [null]);
      assertEquals(await ledger.listOutbox([]), []);
      await open(test);
      await open(test, { life: other });
      const empty = { total: 0, oldestAt: null, messages: [] };
      assertEquals(await ledger.listOutbox([{ ...LIFE, ...all }]), [empty]);
      const since = Math.floor(await test.now()) - 1;
      await decide(test, [wish("ann"), wish("bob", { requestId: '["' })]);
      for (const at of [3, 4, 5]) await buy(test, wish(`user${at}`));
      const [part, none, elsewhere] = await ledger.listOutbox([
        { ...LIFE, ...all },
        { item: ITEM, epoch: 4, ...all },
        { ...other, ...all },
      ]);
      assertEquals([none, elsewhere], [null, empty]);
      assertEquals(part!.total, 4);
      assertEquals(
        part!.messages.map(({ messageId, buyers, epoch, sends }) => [
          messageId,
          buyers,
          epoch,
          sends,
        ]),
        [
          [FIRST_ID, 2, 3, 0],
          ...[3, 4, 5].map((n) => [formatMessageId(ITEM, 3_000_000_000 + n), 1, 3, 0]),
        ],
      );
      const first = part!.messages[0]!;
      assertEquals(part!.oldestAt, first.reservedAt);
      assertEquals(first.reservedAt >= since && first.reservedAt <= since + 60_000, true);
      assertEquals(first.size, (await test.messageText(LIFE, FIRST_ID))!.length);
      const [slice, counted] = await ledger.listOutbox([
        { ...LIFE, skip: 1, limit: 2 },
        { ...LIFE, skip: 0, limit: 0 },
      ]);
      assertEquals(slice!.messages, part!.messages.slice(1, 3));
      assertEquals(counted, { ...part!, messages: [] });
      if (!test.hasOutbox) return;
      await ledger.claimUnsettled([LIFE], 0, 1);
      await ledger.settle(part!.messages.slice(1));
      const [left] = await ledger.listOutbox([{ ...LIFE, ...all }]);
      assertEquals(left, { ...part!, total: 1, messages: [{ ...first, sends: 1 }] });
    },
  );

  ledgerTest(`${name} salvage() reads what an older life left`, makeLedger, async (test) => {
    await open(test);
    await buy(test, wish("ann"));
    await buy(test, wish("bob"));
    const { ledger } = test;
    const content = await test.messageText(LIFE, FIRST_ID);
    assertEquals(await ledger.salvage(LIFE), []);
    const next = { item: ITEM, epoch: 4 };
    await ledger.close([next]);
    const found = await ledger.salvage(next);
    assertEquals(found.length, test.hasOutbox ? 2 : 0);
    if (!test.hasOutbox) return;
    const first = found.find((message) => message.messageId === FIRST_ID);
    assertEquals(first, { ...LIFE, messageId: FIRST_ID, content: content! });
    assertEquals((await ledger.salvage(next)).length, 2);
    await open(test, { life: next });
    assertEquals(await ledger.salvage({ item: ITEM, epoch: 5 }), []);
    assertEquals(await ledger.salvage({ item: "7-13", epoch: 5 }), []);
  });
}
