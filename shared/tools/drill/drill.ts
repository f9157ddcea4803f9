import type { LaunchedSystem } from "../launch/launch_system.ts";
import type { PartProcess } from "../launch/part_process.ts";
import type { ServiceHandle } from "../services/service_handle.ts";
import type { CrowdControl } from "./crowd_control.ts";
import type { FaultyLink } from "./faulty_link.ts";
import type { Probe } from "./probe.ts";

/** A promise to buyers or sellers, as design and README name them. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8";

/** The servers behind a system. */
export type ServerName = "redis" | "amqp" | "mysql";

/** What a drill sells and to whom. */
export interface DrillPlan {
  origins: number;
  workers: number;
  /** Pieces put on sale; −1 is unlimited. */
  stock: number;
  /** Distinct buyers of the crowd; with more than `stock` the sale sells out. */
  buyers: number;
  /** New buyers per second. */
  buyersPerSecond: number;
  /** Seconds that a buyer has to pay. */
  paymentWindowS: number;
  /** Shares of winners (0 to 1) who pay, who cancel, and who let their hold expire: the rest waits. */
  paying: number;
  cancelling: number;
}

/** What is used where a drill says nothing. */
export const USUAL_PLAN: DrillPlan = {
  origins: 2,
  workers: 2,
  stock: 2_000,
  buyers: 3_000,
  buyersPerSecond: 250,
  paymentWindowS: 600,
  paying: 0.3,
  cancelling: 0.1,
};

/** The world of one drill: a system of real processes, and the hands that break it. */
export interface Stage {
  readonly seed: number;
  /** Uniform in [0, 1), from the seed. */
  random(): number;
  readonly plan: DrillPlan;
  readonly sale: { saleId: number; productId: number };
  /** Begins the names of this drill's Redis keys and queues. */
  readonly namespace: string;
  /** The private servers, past every link. */
  readonly servers: Record<ServerName, ServiceHandle>;
  readonly system: LaunchedSystem;
  /** A process by its name: `origin-1`, `origin-2`, `worker-1`, `worker-2`, `edge`. */
  part(name: string): PartProcess;
  /**
   * The wire between one process and one of its servers (`origin-1` to `redis`), or between the edge
   * and an origin (`edge` to `origin-1`). Every byte of it passes here.
   */
  link(part: string, peer: ServerName | string): FaultyLink;
  /** All wires to one server. */
  linksTo(peer: ServerName): FaultyLink[];
  /** Looks at the servers directly, past every link and every process of Dropgate. */
  readonly probe: Probe;
  /** The crowd, which runs from before `inject` until after it. */
  readonly crowd: CrowdControl;
  /**
   * Runs `rabbitmqctl` on the private broker and resolves to what it printed; takes 1 to 2 s.
   * @throws with its output when it fails.
   */
  rabbitctl(args: string[]): Promise<string>;
  /** Calls the admin API past every link. */
  admin(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Notes what was injected; printed with the result. */
  injected(what: string): void;
  /**
   * Waits until an independent look shows that the fault is really there, and notes it. A drill
   * that saw no fault fails.
   * @throws when it is not seen in time.
   */
  seen(what: string, look: () => Promise<boolean>, timeoutMs?: number): Promise<void>;
  /** Notes a time that the promises bound; the drill fails when it is above `atMostMs`. */
  measured(what: string, ms: number, atMostMs: number): void;
  /** Notes a count that is printed with the result. */
  counted(what: string, count: number): void;
  /** Fails the drill with this reason when `holds` is false. */
  expect(what: string, holds: boolean): void;
  /** Waits so many ms: for faults that last. */
  pause(ms: number): Promise<void>;
  /** Waits until a look succeeds, or fails the drill. */
  until(what: string, look: () => Promise<boolean>, timeoutMs: number): Promise<void>;
}

/** One fault drill: what it breaks, and what must hold all the same. */
export interface Drill {
  /** What people type: lower case words with hyphens. */
  name: string;
  /** One line: what is injected. */
  fault: string;
  /** The promise that it proves, one line, as README's table has it. */
  promise: string;
  /** Differences from `USUAL_PLAN`. */
  plan?: Partial<DrillPlan>;
  /** About how long it takes, s. */
  takesS: number;
  /** True for those that also run with `deno task test`. */
  short?: boolean;
  /** True for those that `drill all --seeds` repeats: kills, stale Redis, payment against cancel. */
  repeated?: boolean;
  /**
   * Breaks something while the crowd buys, and mends it. Whatever it leaves broken (links, paused
   * processes, stopped servers) is mended by the stage afterwards. Then the crowd ends, the system
   * comes to rest, and the invariants are checked.
   */
  inject(stage: Stage): Promise<void>;
}
