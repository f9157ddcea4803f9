import { BrokenPromiseError } from "./broken_promise.ts";

/** Steps of a chain of promises between a signal and everything that follows from it: plenty. */
const PROMISE_STEPS = 100;

/** Where a process stops: at which point of its way, and whether it goes on one day. */
export interface Stop {
  /** Points are counted from 1; each call of a part has one before it and one after it. */
  at: number;
  how: "freeze" | "die";
}

/** Ends whatever a process that was killed had still to do. */
export class ProcessDiedError extends Error {
  override name = "ProcessDiedError";
}

/**
 * One run of a job in a process of its own: a batch of buys, a round of the relay, a recovery. It
 * can be killed, or held for any time, between any two calls of the parts that it works with;
 * meanwhile everybody else goes on.
 */
export class Actor {
  #points = 0;
  #running = 0;
  #gate: PromiseWithResolvers<void> | null = null;
  #dead = false;
  #wasHeld = false;
  #finished = false;
  #error: unknown = null;
  #changed = Promise.withResolvers<void>();
  #stop: Stop | null;

  constructor(readonly name: string, stop: Stop | null) {
    this.#stop = stop;
  }

  /** Held at a point, and not yet let go. */
  get isFrozen(): boolean {
    return this.#gate !== null;
  }

  /** Held back at some time since it began. */
  get wasHeld(): boolean {
    return this.#wasHeld;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Runs the job until it ends, dies or is held. @throws what the job rejected with. */
  async start(job: () => Promise<void>): Promise<void> {
    job().catch((error: unknown) => {
      if (!(error instanceof ProcessDiedError)) this.fail(error);
    }).finally(() => {
      this.#finished = true;
      this.#tell();
    });
    await this.#untilStill();
  }

  /** Lets a held process go on: until it ends, or until the next stop, counted from here. */
  async thaw(stop: Stop | null): Promise<void> {
    this.#points = 0;
    this.#stop = stop;
    const gate = this.#gate;
    this.#gate = null;
    gate?.resolve();
    await this.#untilStill();
  }

  /** Kills a held process. */
  async kill(): Promise<void> {
    this.#dead = true;
    await this.thaw(null);
  }

  /** One call of a part. @throws {ProcessDiedError} when the process dies before or after it. */
  async step<T>(call: () => Promise<T>): Promise<T> {
    await this.point();
    this.#running += 1;
    let result: T;
    try {
      result = await call();
    } finally {
      this.#running -= 1;
      this.#tell();
    }
    await this.point();
    return result;
  }

  /** A place where the process may be held or killed. */
  async point(): Promise<void> {
    if (this.#dead) throw new ProcessDiedError(this.name);
    this.#points += 1;
    if (this.#gate) await this.#gate.promise;
    else if (this.#points === this.#stop?.at) {
      if (this.#stop.how === "die") {
        this.#dead = true;
      } else {
        this.#gate = Promise.withResolvers();
        this.#wasHeld = true;
        this.#tell();
        await this.#gate.promise;
      }
    }
    if (this.#dead) throw new ProcessDiedError(this.name);
  }

  /** Notes what the job itself may swallow: a part that did not do what its model says. */
  fail(error: unknown): void {
    this.#error ??= error;
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #untilStill(): Promise<void> {
    while (true) {
      // What is on its way through promises alone has arrived then; a timer would cost 1 ms.
      for (let at = 0; at < PROMISE_STEPS; at += 1) await null;
      if (this.#gate !== null || (this.#finished && this.#running === 0)) break;
      await this.#changed.promise;
    }
    const error = this.#error;
    this.#error = null;
    if (error !== null) throw error;
  }
}

/** What a model does about one call of the part that it mirrors. */
export interface Mirror {
  /** Before the real call. */
  before?(name: string, args: unknown[]): void;
  /** After it, with its result. @throws {BrokenPromiseError} when that is not the model's. */
  after(name: string, args: unknown[], result: unknown): void;
  /** After a call that failed: what that means for the test. */
  failed?(name: string, error: unknown): unknown;
}

/**
 * A part as one process uses it: every call is a step of that process, and the model hears of it at
 * the moment at which it happened.
 */
export function stepped<T extends object>(actor: Actor, part: T, mirror: Mirror): T {
  return new Proxy(part, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      // Whether a server answers within its time is no matter of these tests.
      if (name === "isUp") return () => true;
      return (...args: unknown[]) =>
        actor.step(async () => {
          try {
            mirror.before?.(String(name), args);
            const result = await value.apply(target, args);
            mirror.after(String(name), args, result);
            return result;
          } catch (error) {
            const told = mirror.failed?.(String(name), error) ?? error;
            if (told instanceof BrokenPromiseError) actor.fail(told);
            throw told;
          }
        });
    },
  });
}
