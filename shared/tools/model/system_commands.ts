import fc from "fast-check";
import {
  type AnyKind,
  type CommandKind,
  indexes,
  RECOVERY_POINTS,
  stops,
  users,
} from "./commands.ts";
import { LOSSES } from "./losses.ts";
import {
  canBeWrong,
  redeliver,
  redeliverChanged,
  redeliverTail,
  strayArrives,
  wrongLedger,
} from "./forged_messages.ts";
import { changeStock } from "./money_jobs.ts";
import { PAYMENT_WINDOW_S } from "./profile.ts";
import { checkPolls } from "./at_rest.ts";
import { deliver, recover, restore, sweep, watch, workOff } from "./worker_jobs.ts";
import type { World } from "./world.ts";

/** Points of a delivery, and of a round of stock events. */
const SHORT_JOB_POINTS = 8;

function kind<P>(one: CommandKind<P>): AnyKind {
  return one;
}

const wasDelivered = (world: World) => world.delivered.length > 0;
const none = fc.constant(null);

/** What workers, sweepers and operators do. */
export const WORKER_COMMANDS: AnyKind[] = [
  kind({
    name: "deliver",
    weight: 9,
    parameters: stops(SHORT_JOB_POINTS),
    run: async (world, stop) => void await deliver(world, stop),
  }),
  kind({ name: "deliver all", weight: 5, parameters: none, run: (world) => workOff(world) }),
  kind({
    name: "redeliver",
    weight: 4,
    parameters: fc.record({ index: indexes, stop: stops(SHORT_JOB_POINTS) }),
    can: wasDelivered,
    run: (world, { index, stop }) => redeliver(world, index, stop),
  }),
  kind({
    name: "redeliver with another text",
    weight: 2,
    parameters: indexes,
    can: wasDelivered,
    run: redeliverChanged,
  }),
  kind({
    name: "redeliver the end of a batch",
    weight: 3,
    parameters: indexes,
    can: wasDelivered,
    run: redeliverTail,
  }),
  kind({
    name: "expire and sweep",
    weight: 3,
    parameters: fc.record({
      seconds: fc.constantFrom(30, PAYMENT_WINDOW_S, 2 * PAYMENT_WINDOW_S),
      stop: stops(SHORT_JOB_POINTS),
    }),
    run(world, { seconds, stop }) {
      world.now += seconds * 1_000;
      return sweep(world, stop);
    },
  }),
  kind({
    name: "restore stock",
    weight: 6,
    parameters: stops(SHORT_JOB_POINTS),
    run: restore,
  }),
  kind({
    name: "top up",
    weight: 2,
    parameters: fc.integer({ min: 1, max: 3 }),
    run: (world, delta) => changeStock(world, `change-${world.next()}`, delta),
  }),
  kind({
    name: "take back",
    weight: 3,
    parameters: fc.integer({ min: 1, max: 3 }),
    run: (world, delta) => changeStock(world, `change-${world.next()}`, -delta),
  }),
  kind({
    name: "ask for all tickets",
    weight: 1,
    parameters: none,
    run: (world) => checkPolls(world),
  }),
];

/** What breaks, and how it is mended. */
export const FAULT_COMMANDS: AnyKind[] = [
  kind({
    name: "recover",
    weight: 7,
    parameters: fc.record({
      stop: stops(RECOVERY_POINTS),
      isForced: fc.constantFrom(false, false, true),
    }),
    async run(world, { stop, isForced }) {
      await watch(world);
      await recover(world, stop, isForced);
    },
  }),
  kind({
    name: "a held process goes on",
    weight: 14,
    parameters: fc.record({ index: indexes, stop: stops(RECOVERY_POINTS) }),
    can: (world) => world.held.length > 0,
    run: (world, { index, stop }) => world.thaw(index, stop),
  }),
  kind({
    name: "close by mistake",
    weight: 1,
    parameters: none,
    run: (world) => LOSSES.closed(world),
  }),
  kind({
    name: "stray of an epoch that is over",
    weight: 1,
    parameters: users,
    can: (world) => world.model.book.ledgerEpoch > 1,
    run: strayArrives,
  }),
  kind({
    name: "message of a wrong ledger",
    weight: 1,
    parameters: users,
    can: canBeWrong,
    run: wrongLedger,
  }),
  kind({
    name: "ledger lost: flushed",
    weight: 1,
    needsServers: true,
    parameters: none,
    run: (world) => LOSSES.flushed(world),
  }),
  kind({
    name: "ledger copied",
    weight: 2,
    needsServers: true,
    parameters: none,
    async run({ profile, model }) {
      await profile.servers?.copy(model.primary);
      model.copied = model.ledger.copy();
    },
  }),
  kind({
    name: "ledger back with old data",
    weight: 4,
    needsServers: true,
    parameters: none,
    can: ({ model }) => model.copied !== null,
    async run({ profile, model }) {
      await profile.servers?.restore(model.primary);
      model.ledger.life = structuredClone(model.copied);
      model.ledger.rename();
    },
  }),
  kind({
    name: "demoted and promoted",
    weight: 1,
    needsServers: true,
    parameters: none,
    run: (world) => LOSSES.renamed(world),
  }),
  kind({
    name: "failover",
    weight: 1,
    needsServers: true,
    parameters: none,
    run: (world) => LOSSES["failed over"](world),
  }),
];
