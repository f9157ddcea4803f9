import fc from "fast-check";
import type { Wire } from "./broker.ts";
import { type AnyKind, type CommandKind, indexes, stops, users } from "./commands.ts";
import { applyStored, cancel, pay, payAgain, type PaymentCourse, refund } from "./money_jobs.ts";
import { buy, relay, type Wish } from "./origin_jobs.ts";
import type { World } from "./world.ts";

const wires = fc.constantFrom<Wire>(
  "good",
  "good",
  "good",
  "good",
  "good",
  "lost",
  "confirm_lost",
  "late",
  "late",
);

const keys = fc.constantFrom("k1", "k2");

/** Few, so that they come again and again; an edge would let each serve one buyer only. */
const passes = fc.constantFrom(null, null, null, "p1", "p2", "p3", "p4", "p5");

const wishes: fc.Arbitrary<Wish> = fc.record({
  user: users,
  key: keys,
  quantity: fc.constantFrom(1, 1, 1, 1, 2, 2, 3),
  lookUp: fc.constantFrom(false, false, false, false, false, false, true),
  pass: passes,
});

/** Points of a batch of buys: before and after deciding, publishing, settling. */
const BUY_POINTS = 6;

/** How long a wish that comes too late is on its way, and how long its buyer waits, ms. */
const LATE_MS = 12;
const LATE_BUDGET_MS = 4;

function kind<P>(one: CommandKind<P>): AnyKind {
  return one;
}

/** The ticket that an index means. */
function ticketAt(world: World, index: number) {
  const issued = [...world.model.told.issued.values()];
  return issued[index % issued.length]!;
}

const hasTickets = (world: World) => world.model.told.issued.size > 0;

/** What buyers do, and the origins that serve them. */
export const BUYER_COMMANDS: AnyKind[] = [
  kind({
    name: "buy",
    weight: 14,
    parameters: fc.record({
      wishes: fc.array(wishes, { minLength: 1, maxLength: 4 }),
      wire: wires,
      stop: stops(BUY_POINTS),
    }),
    run: (world, { wishes, wire, stop }) => buy(world, world.awake, wishes, { wire, stop }),
  }),
  kind({
    name: "retry with the same key",
    weight: 5,
    parameters: fc.record({
      index: indexes,
      wire: wires,
      stop: stops(BUY_POINTS),
      pass: passes,
    }),
    can: hasTickets,
    run(world, { index, wire, stop, pass }) {
      const { userId: user, requestId: key, quantity } = ticketAt(world, index);
      const wish = { user, key, quantity, lookUp: false, pass };
      return buy(world, world.awake, [wish], { wire, stop });
    },
  }),
  kind({
    name: "buy with another key",
    weight: 2,
    parameters: fc.record({ index: indexes, wire: wires, pass: passes }),
    can: hasTickets,
    run(world, { index, wire, pass }) {
      const { userId: user, quantity } = ticketAt(world, index);
      const wish = { user, key: `other-${index}`, quantity, lookUp: false, pass };
      return buy(world, world.awake, [wish], { wire, stop: null });
    },
  }),
  kind({
    name: "buy at an origin that is behind",
    weight: 4,
    parameters: fc.record({
      wishes: fc.array(wishes, { minLength: 1, maxLength: 2 }),
      wire: wires,
      stop: stops(BUY_POINTS),
    }),
    run: (world, { wishes, wire, stop }) => buy(world, world.sleeper, wishes, { wire, stop }),
  }),
  kind({
    name: "that origin catches up",
    weight: 2,
    parameters: fc.constant(null),
    run: (world) => world.refresh(world.sleeper),
  }),
  kind({
    name: "buy too late",
    weight: 1,
    parameters: fc.record({ wishes: fc.array(wishes, { minLength: 1, maxLength: 2 }) }),
    run: (world, { wishes }) => buyTooLate(world, wishes),
  }),
  kind({
    name: "cancel by buyer",
    weight: 6,
    parameters: indexes,
    can: hasTickets,
    run: (world, index) => cancel(world, ticketAt(world, index).ticket),
  }),
  kind({
    name: "pay",
    weight: 6,
    parameters: fc.record({
      index: indexes,
      course: fc.constantFrom<PaymentCourse>(
        "right",
        "right",
        "right",
        "wrong_amount",
        "same_event",
        "same_payment",
      ),
    }),
    can: hasTickets,
    run: (world, { index, course }) => pay(world, ticketAt(world, index), course),
  }),
  kind({
    name: "payment told again",
    weight: 2,
    parameters: indexes,
    can: (world) => world.notices.length > 0,
    run: (world, index) => payAgain(world, world.notices[index % world.notices.length]!),
  }),
  kind({
    name: "stored payments applied",
    weight: 1,
    parameters: fc.constant(null),
    run: (world) => applyStored(world),
  }),
  kind({
    name: "refunds",
    weight: 1,
    parameters: fc.boolean(),
    run: (world, fails) => refund(world, fails),
  }),
  kind({
    name: "late arrival",
    weight: 5,
    parameters: indexes,
    needsServers: true,
    can: (world) => world.profile.broker.onTheWay.length > 0,
    run(world, index) {
      const { broker } = world.profile;
      broker.arrive(index % broker.onTheWay.length);
      return Promise.resolve();
    },
  }),
  kind({
    name: "relay round",
    weight: 4,
    needsServers: true,
    parameters: fc.record({
      wire: wires,
      rounds: fc.constantFrom(1, 1, 2, 6, 7),
      stop: stops(BUY_POINTS),
    }),
    async run(world, { wire, rounds, stop }) {
      for (let at = 1; at < rounds; at += 1) await relay(world, wire, null);
      await relay(world, wire, stop);
    },
  }),
];

/** A wish that is decided after its buyer has stopped waiting changes nothing. */
async function buyTooLate(world: World, wishes: Wish[]): Promise<void> {
  const { model, profile } = world;
  model.expectsLate = true;
  const course = { wire: "good", stop: null } as const;
  try {
    // A ledger in the same process comes too late when its turn does: time flies.
    if (profile.servers) profile.servers.delayWishes(LATE_MS);
    else world.msPerReading = LATE_BUDGET_MS;
    await buy(world, world.awake, wishes, { ...course, budgetMs: LATE_BUDGET_MS });
  } finally {
    profile.servers?.delayWishes(0);
    world.msPerReading = 0;
    model.expectsLate = false;
  }
}
