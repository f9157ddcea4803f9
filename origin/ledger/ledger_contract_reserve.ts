import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeOrderMessage, encodeOrderMessage } from "../../shared/order_message.ts";
import { formatMessageId, MAX_EPOCH, SEQ_PER_EPOCH } from "../../shared/ticket.ts";
import {
  BUDGET_MS,
  buy,
  decide,
  holdersOf,
  ITEM,
  kinds,
  ledgerTest,
  LIFE,
  type MakeLedger,
  open,
  stockOf,
  WINDOW_MS,
  wish,
} from "./ledger_contract_setup.ts";

/** Who gets a piece, under which number, and what the message says of it. */
export function reserveContract(name: string, makeLedger: MakeLedger): void {
  ledgerTest(
    `${name} reserve() numbers winners from 1 in their order`,
    makeLedger,
    async (test) => {
      await open(test);
      const before = await test.now();
      const outcome = await decide(test, [wish("ann"), wish("bob")]);
      const messageId = formatMessageId(ITEM, 3 * SEQ_PER_EPOCH + 1);
      const payBy = outcome.decisions[0]?.kind === "reserved" ? outcome.decisions[0].payBy : 0;
      assert(payBy >= before + WINDOW_MS && payBy <= before + WINDOW_MS + BUDGET_MS);
      const common = {
        kind: "reserved" as const,
        quantity: 1,
        payBy,
        repeat: false,
        pendingMessage: test.hasOutbox ? messageId : null,
      };
      assertEquals(outcome.decisions, [
        { ...common, seq: 3_000_000_001 },
        { ...common, seq: 3_000_000_002 },
      ]);
      assertEquals(outcome.remaining, 8);
      assertEquals((await buy(test, wish("cid"))).seq, 3_000_000_003);
      assertEquals(await stockOf(test), 7);
    },
  );

  ledgerTest(
    `${name} reserve() leaves a message that names the winners`,
    makeLedger,
    async (test) => {
      await open(test, { terms: { perUserLimit: 3 } });
      const quoted = `q"\\/{'%s` + "~".repeat(50);
      const outcome = await decide(test, [
        wish("ann", { requestId: quoted, quantity: 2 }),
        wish("bob", { quantity: 4 }),
        wish("a.b_c@d-e", { requestId: "\\\\" }),
      ]);
      const messageId = formatMessageId(ITEM, 3_000_000_001);
      const text = await test.messageText(LIFE, messageId);
      assert(text !== null, "the message must wait");
      const message = decodeOrderMessage(text);
      assertEquals(encodeOrderMessage(message), text);
      const payBy = outcome.decisions[0]?.kind === "reserved" ? outcome.decisions[0].payBy : 0;
      assertEquals(message, {
        v: 1,
        item: ITEM,
        epoch: 3,
        firstSeq: 3_000_000_001,
        reservedAt: payBy - WINDOW_MS,
        payBy,
        orders: [
          { userId: "ann", quantity: 2, requestId: quoted },
          { userId: "a.b_c@d-e", quantity: 1, requestId: "\\\\" },
        ],
      });
      assertEquals(
        outcome.messages,
        test.hasOutbox ? [{ ...LIFE, messageId, content: text }] : [],
      );
      assertEquals((await holdersOf(test)).get("ann"), {
        userId: "ann",
        seq: 3_000_000_001,
        quantity: 2,
        requestId: quoted,
        messageId,
        live: true,
        payBy,
      });
    },
  );

  ledgerTest(`${name} reserve() gives a retry its first ticket`, makeLedger, async (test) => {
    await open(test, { remaining: 1 });
    const first = await buy(test, wish("ann"));
    const outcome = await decide(test, [wish("ann"), wish("ann", { lookupOnly: true })]);
    assertEquals(outcome.decisions, [{ ...first, repeat: true }, { ...first, repeat: true }]);
    assertEquals(outcome.remaining, 0);
    assertEquals(await kinds(test, [wish("bob")]), ["sold_out"]);
  });

  ledgerTest(`${name} reserve() sees earlier wishes of its batch`, makeLedger, async (test) => {
    await open(test, { remaining: 2, terms: { perUserLimit: 2 } });
    const { decisions } = await decide(test, [
      wish("ann"),
      wish("ann"),
      wish("ann", { requestId: "other" }),
      wish("ann", { quantity: 2 }),
      wish("bob"),
      wish("cid"),
    ]);
    assertEquals(decisions.map((decision) => decision.kind), [
      "reserved",
      "reserved",
      "already_bought",
      "idempotency_mismatch",
      "reserved",
      "sold_out",
    ]);
    assertEquals(decisions.map((decision) => "seq" in decision ? decision.seq : 0), [
      3_000_000_001,
      3_000_000_001,
      3_000_000_001,
      3_000_000_001,
      3_000_000_002,
      0,
    ]);
    assertEquals(decisions.map((one) => one.kind === "reserved" && one.repeat), [
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  ledgerTest(
    `${name} reserve() sells one piece to 1,000 tries of a user`,
    makeLedger,
    async (test) => {
      await open(test, { remaining: 50 });
      const batches = Array.from({ length: 20 }, (_, batch) => ({
        ...LIFE,
        requests: Array.from({ length: 50 }, (_, place) => {
          const sameId = (batch + place) % 2 === 0;
          return wish("ann", { requestId: sameId ? "same" : `own-${batch}-${place}` });
        }),
      }));
      const outcomes = await Promise.all(
        Array.from(
          { length: 5 },
          (_, call) => test.ledger.reserve(batches.slice(call * 4, call * 4 + 4), BUDGET_MS),
        ),
      );
      const decisions = outcomes.flat().flatMap((outcome) =>
        outcome.kind === "decided" ? outcome.decisions : []
      );
      assertEquals(decisions.length, 1000);
      const seqs = new Set(decisions.map((decision) => "seq" in decision ? decision.seq : 0));
      assertEquals([...seqs], [3_000_000_001]);
      assertEquals(decisions.filter((one) => one.kind === "reserved" && !one.repeat).length, 1);
      assertEquals(await stockOf(test), 49);
    },
  );

  ledgerTest(`${name} reserve() never changes unlimited stock`, makeLedger, async (test) => {
    await open(test, { remaining: -1, terms: { perUserLimit: 1_000_000 } });
    const outcome = await decide(test, [wish("ann", { quantity: 1_000_000 }), wish("bob")]);
    assertEquals(outcome.decisions.map((decision) => decision.kind), ["reserved", "reserved"]);
    assertEquals(outcome.remaining, -1);
    assertEquals(await stockOf(test), -1);
  });

  ledgerTest(`${name} reserve() decides several items apart`, makeLedger, async (test) => {
    const other = { item: "7-12", epoch: 8 } as const;
    const none = { item: "7-13", epoch: 1 } as const;
    await open(test);
    await open(test, { life: other, remaining: 1 });
    const outcomes = await test.ledger.reserve([
      { ...LIFE, requests: [wish("ann")] },
      { ...none, requests: [wish("ann")] },
      { ...other, requests: [wish("ann"), wish("bob")] },
      { ...LIFE, requests: [] },
    ], BUDGET_MS);
    assertEquals(
      outcomes.map((one) => one.kind === "decided" ? one.decisions.map((d) => d.kind) : one.kind),
      [["reserved"], "closed", ["reserved", "sold_out"], []],
    );
    assertEquals(outcomes.map((one) => one.kind === "decided" ? one.remaining : null), [
      9,
      null,
      0,
      9,
    ]);
    assertEquals(await test.ledger.readStock([LIFE, none, other]), [9, null, 0]);
  });

  ledgerTest(`${name} reserve() keeps seqs of 16 digits exact`, makeLedger, async (test) => {
    const life = { item: "123456789012345-234567890123456", epoch: MAX_EPOCH } as const;
    await open(test, { life });
    const { decisions } = await decide(test, [wish("ann"), wish("bob")], life);
    const seqs = decisions.map((decision) => "seq" in decision ? decision.seq : 0);
    const first = MAX_EPOCH * SEQ_PER_EPOCH + 1;
    assertEquals(seqs, [first, first + 1]);
    const text = await test.messageText(life, formatMessageId(life.item, first));
    assertEquals(decodeOrderMessage(text!).firstSeq, first);
    assertEquals((await buy(test, wish("bob"), life)).seq, first + 1);
    const [held] = await test.ledger.findReservations(life, ["bob"]);
    assertEquals(typeof held === "object" && held?.seq, first + 1);
    const release = { ...life, userId: "bob", seq: first + 1, restock: true };
    assertEquals(await test.ledger.release([release]), ["released"]);
  });

  ledgerTest(`${name} reserve() takes 512 wishes and no more`, makeLedger, async (test) => {
    await open(test, { remaining: 600 });
    const crowd = Array.from({ length: 513 }, (_, number) => wish(`user${number}`));
    await assertRejects(() => decide(test, crowd), RangeError, "at most 512");
    const { decisions, remaining } = await decide(test, crowd.slice(1));
    assertEquals(decisions.length, 512);
    assertEquals(remaining, 88);
    const text = await test.messageText(LIFE, formatMessageId(ITEM, 3_000_000_001));
    assertEquals(decodeOrderMessage(text!).orders.length, 512);
    assertEquals((await holdersOf(test, LIFE, 100)).size, 512);
  });
}
