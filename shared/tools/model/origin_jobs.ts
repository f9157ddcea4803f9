import type { BuyAnswer, InternalBuy } from "../../internal_api.ts";
import { parseItemKey } from "../../item.ts";
import { formatTicket } from "../../ticket.ts";
import { BatchBuyDesk } from "../../../origin/buy/buy_desk.ts";
import { relayOutbox } from "../../../origin/buy/relay_outbox.ts";
import type { Decision, ReserveOutcome } from "../../../origin/ledger/stock_ledger.ts";
import type { PublishingQueue, PublishOutcome } from "../../../origin/queue/order_queue.ts";
import { type Actor, stepped, type Stop } from "./actor.ts";
import { expectSame } from "./broken_promise.ts";
import type { Wire } from "./broker.ts";
import { ledgerMirror, queueMirror } from "./mirrors.ts";
import type { Origin, World } from "./world.ts";

/** Time enough for every batch that shall not be late. */
const BUDGET_MS = 10_000;

/** What buyers wish, without the item. */
export interface Wish {
  user: string;
  key: string;
  quantity: number;
  lookUp: boolean;
  /** The name of the captcha pass that comes along; none where the sale did not ask for one. */
  pass?: string | null;
}

/** How a batch of buys goes. */
export interface BuyCourse {
  wire: Wire;
  stop: Stop | null;
  /** How long the origin has, ms. */
  budgetMs?: number;
}

/** A batch of buys at one origin, by the real desk; the answers are held against the model. */
export async function buy(
  world: World,
  origin: Origin,
  wishes: Wish[],
  { wire, stop, budgetMs = BUDGET_MS }: BuyCourse,
): Promise<void> {
  const { profile, model, clock, log } = world;
  if (origin.isAwake) await world.refresh(origin);
  const { server, epoch, barredUsers } = origin;
  expectSame("the epoch that an origin uses", origin.registry.find(profile.item)?.openEpoch, epoch);
  const { saleId, productId } = parseItemKey(profile.item);
  const buys = wishes.map(({ user, key, quantity, lookUp, pass }): InternalBuy => {
    const lookupOnly = lookUp ? 1 : 0;
    return pass
      ? [saleId, productId, user, quantity, key, lookupOnly, ...world.pass(pass)]
      : [saleId, productId, user, quantity, key, lookupOnly];
  });
  await world.act("origin", stop, async (actor) => {
    let outcome: ReserveOutcome | null = null;
    const published = new Map<string, PublishOutcome>();
    const mirror = ledgerMirror(model, model.ledgers[server]!, (seen) => outcome = seen);
    const desk = new BatchBuyDesk({
      ledger: stepped(actor, profile.ledgers[server]!, mirror),
      queue: queueBehind(world, actor, wire, published),
      registry: {
        find: (item) => origin.registry.find(item),
        distrust(refused) {
          origin.registry.distrust(refused);
          if (origin.epoch === refused.epoch) origin.epoch = 0;
        },
      },
      restrict: (saleId, userId) => origin.barred.restriction(saleId, userId),
      clock,
      log,
    });
    const { answers } = await desk.decide({ v: 1, budgetMs, buys });
    if (actor.isDead) return;
    const isRefused = (outcome as ReserveOutcome | null)?.kind === "closed" ||
      [...published.values()].includes("returned");
    expectSame("going on with a refused epoch", isRefused && origin.epoch === epoch, false);
    // A busy machine may even give the waiting up before it hears that it was too late.
    if (model.expectsLate && outcome === null && epoch > 0) outcome = { kind: "late" };
    const isBarred = (user: string) => barredUsers.has(user);
    const expected = expectedAnswers(world, buys, { outcome, published, isBarred });
    expectSame("the answers", answers, expected);
    const isBehind = actor.wasHeld || server !== model.primary || epoch !== model.book.openEpoch;
    const isHandedOver = (ticket: string) => model.isHandedOver(ticket);
    buys.forEach((buy, at) => model.told.hear(buy, answers[at]!, { isHandedOver, isBehind }));
  });
}

/** The queue of one origin, behind a wire; `published` hears what became of each message. */
function queueBehind(
  { profile, model }: World,
  actor: Actor,
  wire: Wire,
  published: Map<string, PublishOutcome>,
): PublishingQueue {
  return stepped<PublishingQueue>(actor, {
    isUp: () => true,
    async publish(messages) {
      const outcomes = await profile.broker.publish(messages, wire);
      messages.forEach(({ messageId }, at) => published.set(messageId, outcomes[at]!));
      return outcomes;
    },
  }, queueMirror(model));
}

/** What an origin knew when it answered. */
interface Known {
  outcome: ReserveOutcome | null;
  published: Map<string, PublishOutcome>;
  isBarred: (user: string) => boolean;
}

function expectedAnswers(
  { profile }: World,
  buys: InternalBuy[],
  { outcome, published, isBarred }: Known,
): BuyAnswer[] {
  if (outcome === null || outcome.kind === "closed") return buys.map(() => ({ outcome: "paused" }));
  if (outcome.kind === "late") return buys.map(() => ({ outcome: "unavailable" }));
  if (outcome.kind === "busy") return buys.map(() => ({ outcome: "busy" }));
  return buys.map(([, , user, , , isLookUp], at) => {
    const decision = outcome.decisions[at]!;
    const isNew = decision.kind === "unknown_buyer" ||
      (decision.kind === "reserved" && !decision.repeat);
    if (isBarred(user) && isLookUp === 0 && isNew) return { outcome: "blocked" };
    return answerTo(decision, (seq) => formatTicket(profile.item, user, seq), published);
  });
}

function answerTo(
  decision: Decision,
  ticketOf: (seq: number) => string,
  published: Map<string, PublishOutcome>,
): BuyAnswer {
  switch (decision.kind) {
    case "reserved": {
      const { pendingMessage, payBy, repeat } = decision;
      const ticket = ticketOf(decision.seq);
      const isSafe = pendingMessage === null || published.get(pendingMessage) === "confirmed";
      return isSafe
        ? { outcome: "reserved", ticket, payBy, repeat }
        : { outcome: "processing", ticket };
    }
    case "already_bought":
    case "order_ended":
    case "idempotency_mismatch":
      return { outcome: decision.kind, ticket: ticketOf(decision.seq) };
    case "over_limit":
      return { outcome: "invalid" };
    default:
      return { outcome: decision.kind };
  }
}

/** A round of the relay. Every unsettled message counts as having waited long enough. */
export async function relay(world: World, wire: Wire, stop: Stop | null): Promise<void> {
  await world.refresh(world.awake);
  await world.act("relay", stop, async (actor) => {
    const { ledger, book } = world.parts(actor);
    await relayOutbox({
      ledger: {
        isUp: () => true,
        claimUnsettled: (items, _olderThanMs, limit) => ledger.claimUnsettled(items, 0, limit),
        settle: (messages) => ledger.settle(messages),
      },
      queue: queueBehind(world, actor, wire, new Map()),
      book,
      registry: world.awake.registry,
      log: world.log,
      publishTimeoutMs: 1_000,
    });
  });
}
