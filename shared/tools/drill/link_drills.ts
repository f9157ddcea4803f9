import type { Drill, ServerName, Stage } from "./drill.ts";
import type { Direction, FaultyLink } from "./faulty_link.ts";
import { untilReserved } from "./selling.ts";
import {
  areRecorded,
  loseLedger,
  MARK_TIMEOUT_MS,
  partsOf,
  seenUnsettled,
  untilReopened,
} from "./stage_looks.ts";
import { RETURN } from "./wire_marks.ts";

/** How long each form of a cut lasts. */
const CUT_MS = 3_000;

/** How long the two ends of a mended link may take to use it again: pauses between tries included. */
const USED_AGAIN_MS = 15_000;

/** A crowd that lasts for the three forms. */
const SALE = { stock: 10_000, buyers: 12_000, buyersPerSecond: 120 };

/** Wires that are broken together, by the names of their ends. */
type Wires = (stage: Stage) => FaultyLink[];

function sum(links: FaultyLink[], direction: Direction): number {
  return links.reduce((total, link) => total + link.heldBack[direction], 0);
}

/** Mends the links and waits until bytes pass both ways on each. */
async function mend(stage: Stage, links: FaultyLink[]): Promise<void> {
  for (const link of links) link.restore();
  const before = links.map(({ passed }) => ({ ...passed }));
  await stage.until(
    "bytes pass again",
    () =>
      Promise.resolve(
        links.every(({ passed }, at) =>
          passed.to_server > before[at]!.to_server && passed.to_client > before[at]!.to_client
        ),
      ),
    USED_AGAIN_MS,
  );
}

/** Lets nothing pass in one direction; both ends believe that they are connected. */
async function loseOneWay(stage: Stage, links: FaultyLink[], direction: Direction): Promise<void> {
  const before = sum(links, direction);
  for (const link of links) link.silence(direction);
  stage.injected(`nothing passes ${direction.replace("_", " ")} for ${CUT_MS} ms`);
  await stage.seen(
    `bytes are lost on the way ${direction.replace("_", " ")}`,
    () => Promise.resolve(sum(links, direction) > before),
    CUT_MS,
  );
  await stage.pause(CUT_MS);
  stage.counted(`bytes lost ${direction.replace("_", " ")}`, sum(links, direction) - before);
  await mend(stage, links);
}

/** Ends all connections and lets nobody connect. */
async function cutOff(stage: Stage, links: FaultyLink[]): Promise<void> {
  const refused = () => links.reduce((total, link) => total + link.refused, 0);
  const before = refused();
  for (const link of links) link.cut();
  stage.injected(`the connections are ended and refused for ${CUT_MS} ms`);
  await stage.seen(
    "connections are ended or turned away",
    () => Promise.resolve(refused() > before),
    CUT_MS,
  );
  await stage.pause(CUT_MS);
  stage.counted("connections ended or turned away", refused() - before);
  await mend(stage, links);
}

function cutDrill(name: string, between: string, promise: string, wires: Wires): Drill {
  return {
    name,
    fault: `the link between ${between} fails: one way, the other way, both`,
    promise,
    plan: SALE,
    takesS: 18,
    async inject(stage) {
      await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
      const links = wires(stage);
      await loseOneWay(stage, links, "to_server");
      await loseOneWay(stage, links, "to_client");
      await cutOff(stage, links);
      await untilReserved(stage, "buyers to hear `reserved` again");
    },
  };
}

/** The wire of the first origin: the other one goes on, and the two disagree. */
function ofOneOrigin(peer: ServerName): Wires {
  return (stage) => [stage.link("origin-1", peer)];
}

/** The wires of all workers: whichever of them is at work. */
function ofWorkers(peer: ServerName): Wires {
  return (stage) => partsOf(stage, "worker").map((name) => stage.link(name, peer));
}

/** How long Redis is far away, and how far: there and back. */
const LATENCY_MS = 200;
const LATENCY_LASTS_MS = 10_000;

const SLOW_REDIS: Drill = {
  name: "redis-200-ms-away",
  fault: "every byte to and from Redis takes 100 ms each way, for 10 s",
  promise: "buys are slow, or refused in time, and none is decided after its buyer was answered",
  plan: SALE,
  takesS: 18,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const before = await stage.crowd.view();
    for (const link of stage.linksTo("redis")) link.delay(LATENCY_MS / 2);
    stage.injected(`${LATENCY_MS} ms there and back to Redis`);
    await stage.seen("an answer through the wire takes so long", async () => {
      return await pingThrough(stage.link("origin-1", "redis")) >= LATENCY_MS;
    });
    await stage.pause(LATENCY_LASTS_MS);
    const after = await stage.crowd.view();
    stage.counted("reserved meanwhile", after.reserved - before.reserved);
    stage.counted("not answered meanwhile", after.unanswered - before.unanswered);
    stage.expect("buys were reserved meanwhile", after.reserved > before.reserved);
    for (const link of stage.linksTo("redis")) link.restore();
    await untilReserved(stage, "buyers to hear `reserved` again");
  },
};

/** How long Redis takes to answer somebody on this wire, ms; any answer will do. */
async function pingThrough(link: FaultyLink): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: link.port });
  const startedAt = performance.now();
  await connection.write(new TextEncoder().encode("PING\r\n"));
  await connection.read(new Uint8Array(64));
  return performance.now() - startedAt;
}

/** How long a publish is on the wire: less than two heartbeats, more than a recovery takes. */
const PUBLISH_LATE_MS = 8_000;

const REOPENED_TIMEOUT_MS = 20_000;

const LATE_PUBLISH: Drill = {
  name: "publish-arrives-late",
  fault:
    "an origin's publish is on the wire for 8 s; its epoch is lost and a new one opens meanwhile",
  promise: "the broker returns what an older epoch publishes: it becomes no order and no promise",
  plan: { ...SALE, buyersPerSecond: 60 },
  takesS: 15,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const link = stage.link("origin-1", "amqp");
    link.delay(PUBLISH_LATE_MS, "to_server");
    stage.injected(`what origin-1 publishes takes ${PUBLISH_LATE_MS} ms`);
    const late = await seenUnsettled(stage, "the outbox has messages without orders", false);
    stage.counted("messages on the wire", late.length);
    let returned = false;
    const returning = link.silenceAt(RETURN, REOPENED_TIMEOUT_MS).then(() => returned = true);
    returning.catch(() => {});
    const { openEpoch } = await stage.probe.item();
    await loseLedger(stage);
    stage.injected("the ledger is thrown away, and recovered in a new epoch");
    await untilReopened(stage, openEpoch, REOPENED_TIMEOUT_MS);
    await stage.seen(
      "the broker gives a message back to origin-1",
      () => Promise.resolve(returned),
      REOPENED_TIMEOUT_MS,
    );
    const known = await areRecorded(stage, late.map(({ messageId }) => messageId));
    stage.expect("no late message is recorded", !known.includes(true));
    link.restore();
    await untilReserved(stage, "buyers to hear `reserved` in the new epoch");
  },
};

/** Links that are cut, silent in one direction, or slow. */
export const LINK_DRILLS: readonly Drill[] = [
  cutDrill(
    "cut-edge-origin",
    "the edge and an origin",
    "buys go to the other origin, and a buy that was sent twice is one buy",
    (stage) => [stage.link("edge", "origin-1")],
  ),
  {
    ...cutDrill(
      "cut-origin-redis",
      "an origin and Redis",
      "a decision whose answer was lost is found again by its key",
      ofOneOrigin("redis"),
    ),
    short: true,
  },
  cutDrill(
    "cut-origin-rabbitmq",
    "an origin and RabbitMQ",
    "nobody hears `reserved` without a confirm; the relay hands over what was not confirmed",
    ofOneOrigin("amqp"),
  ),
  cutDrill(
    "cut-origin-mysql",
    "an origin and MySQL",
    "buys go on with what the origin knows",
    ofOneOrigin("mysql"),
  ),
  cutDrill(
    "cut-worker-redis",
    "the workers and Redis",
    "orders are written on, and nobody mistakes a broken link for a lost ledger",
    ofWorkers("redis"),
  ),
  cutDrill(
    "cut-worker-rabbitmq",
    "the workers and RabbitMQ",
    "batches come again and are written once",
    ofWorkers("amqp"),
  ),
  cutDrill(
    "cut-worker-mysql",
    "the workers and MySQL",
    "a worker holds what it cannot write, and writes it once",
    ofWorkers("mysql"),
  ),
  SLOW_REDIS,
  LATE_PUBLISH,
];
