import type { Delivery } from "../../../origin/queue/order_queue.ts";
import { cancelUnpaid } from "../../../origin/worker/cancel_unpaid.ts";
import { recordOrders } from "../../../origin/worker/record_orders.ts";
import {
  recoverLedger,
  RecoveryAbandonedError,
  ROUTES_SETTLE_MS,
} from "../../../origin/worker/recover_ledger.ts";
import { restoreStock } from "../../../origin/worker/restore_stock.ts";
import type { Actor, Stop } from "./actor.ts";
import { expectSame } from "./broken_promise.ts";
import { nameOf } from "./broker.ts";
import type { World } from "./world.ts";

/** Most deliveries worked off in one go: far more than a sequence makes. */
const MAX_DELIVERIES = 1_000;

/** A worker takes the next delivery. False when there was none. */
export async function deliver(world: World, stop: Stop | null): Promise<boolean> {
  const { broker } = world.profile;
  const held = await broker.take();
  if (!held) return false;
  const { delivery } = held;
  if (delivery.kind === "orders") world.delivered.push(delivery);
  await world.act("worker", stop, async (actor) => {
    await record(world, actor, delivery);
    if (!await broker.acknowledge(held) || world.model.start.hasOutbox) return;
    expectSame("what was acknowledged", nameOf(delivery), world.model.queue.shift());
  });
  return true;
}

/** The worker's real handler, in a process of its own. */
export async function record(world: World, actor: Actor, delivery: Delivery): Promise<void> {
  const handler = recordOrders({
    ...world.parts(actor),
    log: world.log,
    signal: new AbortController().signal,
  });
  await handler(delivery);
  // A crash here is one between the commit and the acknowledgement.
  await actor.point();
}

/** Workers write everything that waits. */
export async function workOff(world: World): Promise<void> {
  for (let at = 0; at < MAX_DELIVERIES; at += 1) {
    if (!await deliver(world, null)) return;
  }
}

/** A round that tells the ledger of stock events. */
export function restore(world: World, stop: Stop | null): Promise<void> {
  return world.act("restorer", stop, async (actor) => {
    const { ledger, book } = world.parts(actor);
    await restoreStock({ ledger, book, log: world.log });
  });
}

/** The sweep of unpaid orders whose time is over. */
export function sweep(world: World, stop: Stop | null): Promise<void> {
  return world.act("sweeper", stop, async (actor) => {
    await cancelUnpaid({
      unpaid: world.parts(actor).unpaid,
      log: world.log,
      signal: new AbortController().signal,
      onCancelled: () => {},
    });
  });
}

/** Closes an open item whose ledger is not of its epoch any more. */
export function watch(world: World): Promise<void> {
  return world.act("watcher", null, async (actor) => {
    const { ledger, book } = world.parts(actor);
    const epoch = world.model.book.openEpoch;
    const open = { item: world.profile.item, epoch };
    if (epoch === 0) return;
    const [stock] = await ledger.readStock([open]);
    if (stock === null) await book.closeItems([open]);
  });
}

/**
 * A coordinator opens the item, unless it is open. `isForced`: it looked before somebody else
 * opened it, and goes on all the same. Workers run while it waits for the queue.
 */
export function recover(world: World, stop: Stop | null, isForced = false): Promise<void> {
  return world.act("coordinator", stop, async (actor) => {
    const { ledger, queue, book } = world.parts(actor);
    if (!isForced && world.model.book.openEpoch > 0) return;
    try {
      await recoverLedger(world.profile.item, {
        ledger,
        queue,
        book,
        log: world.log,
        async sleep(ms) {
          await actor.point();
          if (ms !== ROUTES_SETTLE_MS) await workOff(world);
        },
      });
    } catch (error) {
      // Given up: the next try begins with a new epoch.
      if (!(error instanceof RecoveryAbandonedError)) throw error;
    }
  });
}
