import type { OriginCall, OriginPool } from "./origin_pool.ts";
import type { Randomness } from "./randomness.ts";
import type { Timer, Timers } from "./timers.ts";

/** How often an origin is asked whether it is ready, ms; ±20 % so that edges do not ask in step. */
const CHECK_EVERY_MS = 1_000;
/** How often when one was not, and how often those are looked for that are out, ms ±20 %. */
const LOOK_AGAIN_MS = 300;
/** An origin knows how it is within 1,000 ms: it says "not ready" of a part that is later. */
const CHECK_TIMEOUT_MS = 1_500;

/** The cheapest question there is: an origin has the answer at hand. */
const READINESS: OriginCall = { method: "GET", path: "/readyz", timeoutMs: CHECK_TIMEOUT_MS };

/** What the probes need. */
export interface OriginProbesParts {
  pool: Pick<OriginPool, "check" | "probe" | "origins">;
  /** The real question that brings an origin back which was out. */
  question: () => OriginCall;
  timers: Timers;
  randomness: Pick<Randomness, "fraction">;
}

/** Something that is done again and again, with a pause after its end. */
interface Loop {
  run: () => Promise<void>;
  pauseMs: () => number;
  timer: Timer | null;
  running: Promise<void>;
}

/**
 * Looks after the origins while nobody calls them: asks each of them about every second whether it
 * is ready, and tries those that are out. Two loops, so that an origin which does not answer holds
 * up nothing but the next look at it; every look has a deadline.
 */
export class OriginProbes {
  readonly #parts: OriginProbesParts;
  readonly #loops: Loop[];
  #stopped = true;

  constructor(parts: OriginProbesParts) {
    this.#parts = parts;
    const { pool, question } = parts;
    const idle = { timer: null, running: Promise.resolve() };
    this.#loops = [
      { ...idle, run: () => pool.check(READINESS), pauseMs: () => this.#checkPauseMs() },
      { ...idle, run: () => pool.probe(question()), pauseMs: () => LOOK_AGAIN_MS },
    ];
  }

  /** Begins to look, at once. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    for (const loop of this.#loops) this.#turn(loop);
  }

  /** Waits for the looks under way, at most their deadline, and begins no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const loop of this.#loops) {
      if (loop.timer !== null) this.#parts.timers.cancel(loop.timer);
      loop.timer = null;
    }
    await Promise.all(this.#loops.map((loop) => loop.running));
  }

  #turn(loop: Loop): void {
    loop.running = loop.run().then(() => {
      if (this.#stopped) return;
      const pauseMs = loop.pauseMs() * (0.8 + 0.4 * this.#parts.randomness.fraction());
      loop.timer = this.#parts.timers.after(pauseMs, () => this.#turn(loop));
    });
  }

  #checkPauseMs(): number {
    const allWell = this.#parts.pool.origins.every((one) =>
      !one.healthy || (one.ready && !one.leaving)
    );
    return allWell ? CHECK_EVERY_MS : LOOK_AGAIN_MS;
  }
}
