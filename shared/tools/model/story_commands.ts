import fc from "fast-check";
import type { OrderModel } from "./book_model.ts";
import {
  type AnyKind,
  type CommandKind,
  indexes,
  RECOVERY_POINTS,
  stops,
  users,
} from "./commands.ts";
import { type Loss, LOSSES } from "./losses.ts";
import { cancel, changeStock } from "./money_jobs.ts";
import { buy } from "./origin_jobs.ts";
import { PAYMENT_WINDOW_S } from "./profile.ts";
import { recover, restore, sweep, watch, workOff } from "./worker_jobs.ts";
import type { World } from "./world.ts";

/** The point of a round of stock events at which the ledger has heard of them and nobody knows. */
const AFTER_RELEASE = 4;

function unpaidOrders({ model }: World): OrderModel[] {
  return [...model.book.orders.values()].filter(({ status }) => status === "unpaid");
}

function kind<P>(one: CommandKind<P>): AnyKind {
  return one;
}

/** The ledger gets lost, somebody notices, and a coordinator opens the next one. */
async function loseAndRecover(world: World, loss: Loss): Promise<void> {
  await LOSSES[loss](world);
  await watch(world);
  await recover(world, null);
}

/** Short stories of several steps that single commands would seldom come to in that order. */
export const STORY_COMMANDS: AnyKind[] = [
  kind({
    name: "a hold expires",
    weight: 3,
    parameters: users,
    async run(world, user) {
      const wish = { user, key: `hold-${world.next()}`, quantity: 1, lookUp: false };
      await buy(world, world.awake, [wish], { wire: "good", stop: null });
      await workOff(world);
      world.now += 2 * PAYMENT_WINDOW_S * 1_000;
      await sweep(world, null);
      await restore(world, null);
    },
  }),
  kind({
    name: "a restorer dies, and its buyer comes back",
    weight: 2,
    parameters: indexes,
    can: (world) => unpaidOrders(world).length > 0,
    async run(world, index) {
      const orders = unpaidOrders(world);
      const { ticket, userId: user } = orders[index % orders.length]!;
      await cancel(world, ticket);
      await restore(world, { at: AFTER_RELEASE, how: "die" });
      const wish = { user, key: `again-${world.next()}`, quantity: 1, lookUp: false };
      await buy(world, world.awake, [wish], { wire: "good", stop: null });
      await restore(world, null);
    },
  }),
  kind({
    name: "lost and recovered",
    weight: 6,
    parameters: fc.constantFrom<Loss>("closed", "renamed", "flushed", "failed over"),
    run: loseAndRecover,
  }),
  kind({
    name: "the broker is away for a while",
    weight: 1,
    needsServers: true,
    parameters: fc.array(users, { minLength: 3, maxLength: 5 }),
    async run(world, users) {
      for (const user of users) {
        const wish = { user, key: `away-${world.next()}`, quantity: 1, lookUp: false };
        await buy(world, world.awake, [wish], { wire: "lost", stop: null });
      }
    },
  }),
  kind({
    name: "two coordinators",
    weight: 2,
    parameters: fc.record({ first: stops(RECOVERY_POINTS), second: stops(RECOVERY_POINTS) }),
    async run(world, { first, second }) {
      await recover(world, first, true);
      await recover(world, second, true);
      if (world.held.length > 0) await world.thaw(0, null);
    },
  }),
  kind({
    name: "a take-back is overtaken",
    weight: 1,
    parameters: fc.record({ delta: fc.integer({ min: 1, max: 2 }), at: fc.constantFrom(4, 6) }),
    can: ({ model }) => model.book.openEpoch > 0 && model.book.stock > model.book.sold,
    async run(world, { delta, at }) {
      const held = world.held.length;
      await changeStock(world, `change-${world.next()}`, -delta);
      await restore(world, { at, how: "freeze" });
      await loseAndRecover(world, "closed");
      if (world.held.length > held) await world.thaw(world.held.length - 1, null);
    },
  }),
];
