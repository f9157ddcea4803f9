import fc from "fast-check";
import type { Stop } from "./actor.ts";
import type { Profile } from "./profile.ts";
import type { World } from "./world.ts";

/** How often each command ran. */
export type Counts = Map<string, number>;

/** One kind of command: what it needs, and what it does. */
export interface CommandKind<P> {
  name: string;
  /** How often it is drawn, against the others. */
  weight: number;
  parameters: fc.Arbitrary<P>;
  /** Whether it makes sense by now; default: always. */
  can?: (world: World, parameters: P) => boolean;
  run: (world: World, parameters: P) => Promise<void>;
  /** Only where the ledger is on servers of its own. */
  needsServers?: boolean;
}

/** A command of a sequence, as fast-check runs, shrinks and prints it. */
export class SaleCommand<P> implements fc.AsyncCommand<World, World> {
  constructor(
    readonly kind: CommandKind<P>,
    readonly parameters: P,
    readonly counts: Counts,
  ) {}

  check(world: Readonly<World>): boolean {
    return this.kind.can?.(world as World, this.parameters) ?? true;
  }

  async run(world: World): Promise<void> {
    const { name, run } = this.kind;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    await run(world, this.parameters);
    await world.check();
  }

  toString(): string {
    return `${this.kind.name}(${JSON.stringify(this.parameters) ?? ""})`;
  }
}

/** A kind with the type of its parameters hidden, so that a list can hold different ones. */
// deno-lint-ignore no-explicit-any
export type AnyKind = CommandKind<any>;

/** What fast-check draws commands from; a weight of n stands n times in it. */
export function drawable(
  kinds: AnyKind[],
  profile: Profile,
  counts: Counts,
): fc.Arbitrary<SaleCommand<unknown>>[] {
  return kinds.filter((kind) => profile.servers !== null || !kind.needsServers)
    .flatMap((kind) => {
      counts.set(kind.name, 0);
      const one = kind.parameters.map((parameters) => new SaleCommand(kind, parameters, counts));
      return Array.from({ length: kind.weight }, () => one);
    });
}

/** No stop most of the time; else a death, or a pause of any length. */
export function stops(most: number): fc.Arbitrary<Stop | null> {
  const stop = fc.record({
    at: fc.integer({ min: 1, max: most }),
    how: fc.constantFrom<Stop["how"]>("freeze", "die"),
  });
  return fc.option(stop, { freq: 2, nil: null });
}

/** Points of the longest recovery. */
export const RECOVERY_POINTS = 30;

/** Few, so that they meet again and again. */
export const users = fc.constantFrom("ann", "bob", "cy", "dee", "eve");
/** Which of those that are there, counted round and round. */
export const indexes = fc.nat({ max: 20 });
