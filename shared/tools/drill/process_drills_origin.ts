import type { Drill, Stage } from "./drill.ts";
import {
  firstAt,
  killPart,
  MARK_TIMEOUT_MS,
  outboxOf,
  partsOf,
  reservationsOf,
  rowsOf,
  seenUnsettled,
  type Unsettled,
  untilReady,
  untilRecorded,
  untilSettled,
} from "./stage_looks.ts";
import { ANSWERS, callOf, CONFIRM, publishOf } from "./wire_marks.ts";

/** Longest that the messages of a killed origin may wait for another one's relay. */
const TAKEOVER_MS = 15_000;

/** Waits before it gives up on a takeover, so that a late one is measured and not just missed. */
const TAKEOVER_PATIENCE_MS = 30_000;

const NAME = "origin-1";

/** A crowd that the database keeps up with, also on a busy machine. */
const CROWD = { buyersPerSecond: 120 };

/** Kills the origin, mends its wire and measures when its messages have been handed over. */
async function killAndHandOver(
  stage: Stage,
  peer: "redis" | "amqp",
  messages: Unsettled[],
): Promise<void> {
  const { at } = await killPart(stage, NAME);
  stage.link(NAME, peer).restore();
  await untilSettled(stage, messages, TAKEOVER_PATIENCE_MS);
  stage.measured("takeover of the killed origin's messages", performance.now() - at, TAKEOVER_MS);
  await untilRecorded(stage, messages, TAKEOVER_PATIENCE_MS);
  await untilReady(stage, NAME);
}

const BEFORE_DEDUCTING: Drill = {
  name: "origin-killed-before-deducting",
  fault: "kill -9 of an origin while its call of the ledger is on the wire",
  promise: "a buy that was never decided takes nothing; the edge asks another origin",
  plan: CROWD,
  takesS: 8,
  repeated: true,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const link = stage.link(NAME, "redis");
    const heldBefore = link.heldBack.to_server;
    await link.silenceAt(callOf("deduct", "before"), MARK_TIMEOUT_MS);
    stage.injected(`the call of ${NAME} for a batch of buys is held back`);
    await stage.seen(
      "the call never reached Redis",
      () => Promise.resolve(link.heldBack.to_server > heldBefore),
    );
    await killPart(stage, NAME);
    link.restore();
    const { reserved } = await stage.crowd.view();
    await untilReady(stage, NAME);
    await stage.crowd.untilWon(reserved + 100, MARK_TIMEOUT_MS);
  },
};

const BEFORE_PUBLISHING: Drill = {
  name: "origin-killed-before-publishing",
  fault: "kill -9 of an origin between its deduction and its publish",
  promise:
    "what the ledger has deducted becomes orders: another origin sends it, or its relay does",
  plan: CROWD,
  takesS: 10,
  short: true,
  repeated: true,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    await stage.link(NAME, "amqp").silenceAt(publishOf("before"), MARK_TIMEOUT_MS);
    stage.injected(`the publish of ${NAME} is held back`);
    const messages = await seenUnsettled(stage, "the outbox has messages without orders", false);
    stage.counted("messages deducted and not published", messages.length);
    await killAndHandOver(stage, "amqp", messages);
  },
};

const BEFORE_THE_CONFIRM: Drill = {
  name: "origin-killed-before-the-confirm",
  fault: "kill -9 of an origin between its publish and the broker's confirm",
  promise: "a message that arrived without its sender learning of it is written once",
  plan: CROWD,
  takesS: 10,
  short: true,
  repeated: true,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    await stage.link(NAME, "amqp").silenceAt(CONFIRM, MARK_TIMEOUT_MS);
    stage.injected(`the confirm for ${NAME} is held back`);
    const messages = await seenUnsettled(stage, "the outbox has messages with orders", true);
    stage.counted("messages recorded and not confirmed", messages.length);
    await killAndHandOver(stage, "amqp", messages);
  },
};

const BEFORE_ANSWERING: Drill = {
  name: "origin-killed-before-answering",
  fault: "kill -9 of the only origin between the broker's confirm and its answer to the edge",
  promise: "a buyer who got no answer asks again and gets the very same ticket",
  plan: { ...CROWD, origins: 1 },
  takesS: 10,
  repeated: true,
  async inject(stage) {
    const name = partsOf(stage, "origin")[0]!;
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const link = stage.link("edge", name);
    await link.silenceAt(ANSWERS, MARK_TIMEOUT_MS);
    stage.injected(`the answers of ${name} are held back`);
    let unheard = 0;
    await stage.seen(
      "everything is settled and written, and buyers know nothing of it",
      async () => {
        const given = await reservationsOf(stage);
        const written = await rowsOf(stage, given);
        const { reserved, processing } = await stage.crowd.view();
        unheard = written - reserved - processing;
        return written === given.count && (await outboxOf(stage)).length === 0 && unheard > 0;
      },
    );
    stage.counted("orders whose buyers were not answered", unheard);
    await killPart(stage, name);
    link.restore();
    await untilReady(stage, name);
    const { reserved } = await stage.crowd.view();
    await stage.crowd.untilWon(reserved + 100, MARK_TIMEOUT_MS);
  },
};

const RELAY: Drill = {
  name: "relay-killed",
  fault: "kill -9 of the origin whose relay has claimed a message and is about to send it",
  promise: "a claim ends by itself: the other origin's relay sends the message",
  takesS: 22,
  repeated: true,
  plan: CROWD,
  async inject(stage) {
    await stage.crowd.untilWon(50, MARK_TIMEOUT_MS);
    const link = stage.link(NAME, "amqp");
    await link.silenceAt(publishOf("before"), MARK_TIMEOUT_MS);
    stage.injected(`the publish of ${NAME} is held back, so that a relay has to send it`);
    const [message] = await seenUnsettled(stage, "the outbox has a message without orders", false);
    if (!message) return;
    link.restore();
    const claimant = await firstAt(
      stage,
      partsOf(stage, "origin"),
      "amqp",
      publishOf("before", message.firstSeq),
    );
    stage.injected(`what ${claimant} sends again is held back`);
    await stage.seen("a relay has claimed the message", async () => {
      const claims = await stage.probe.redis(["HGET", stage.probe.key("sends"), message.messageId]);
      return Number(claims) >= 1;
    });
    const { at } = await killPart(stage, claimant);
    stage.link(claimant, "amqp").restore();
    await untilSettled(stage, [message], TAKEOVER_PATIENCE_MS);
    stage.measured("takeover of the relay", performance.now() - at, TAKEOVER_MS);
    await untilRecorded(stage, [message], TAKEOVER_PATIENCE_MS);
    await untilReady(stage, claimant);
  },
};

/** Kills of origins at every step of a buy, and of the relay. */
export const ORIGIN_KILL_DRILLS: readonly Drill[] = [
  BEFORE_DEDUCTING,
  BEFORE_PUBLISHING,
  BEFORE_THE_CONFIRM,
  BEFORE_ANSWERING,
  RELAY,
];
