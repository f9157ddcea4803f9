import { Histogram } from "./histogram.ts";
import { familyBy, type MetricFamily } from "./metric_family.ts";

/** How often the loop is looked at. */
const LOOK_EVERY_MS = 100;

/** The worst look of this long is told, in whole windows: the last one and the one under way. */
const WINDOW_MS = 60_000;

const BOUNDS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

const NAME = "dropgate_event_loop_delay_seconds";

/**
 * How much later than asked a timer of this thread fires: what every request waits besides. Measured
 * with a timer of its own, since the runtime's `monitorEventLoopDelay` tells wrong values.
 */
export class LoopDrift {
  readonly #thread: string;
  readonly #now: () => number;
  readonly #delays = new Histogram(NAME, "How late a timer of a thread fires.", BOUNDS_S);
  readonly #timer: ReturnType<typeof setInterval>;
  #dueAtMs: number;
  #windowFromMs: number;
  #worstMs = 0;
  #worstBeforeMs = 0;

  /** Begins to measure; `now` measures intervals, ms. */
  constructor(thread: string, now: () => number = () => performance.now()) {
    this.#thread = thread;
    this.#now = now;
    this.#windowFromMs = now();
    this.#dueAtMs = this.#windowFromMs + LOOK_EVERY_MS;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** One look, as the timer makes it. */
  look(): void {
    const nowMs = this.#now();
    const lateMs = Math.max(0, nowMs - this.#dueAtMs);
    this.#dueAtMs = nowMs + LOOK_EVERY_MS;
    this.#delays.observe(lateMs / 1_000);
    if (nowMs - this.#windowFromMs >= WINDOW_MS) {
      this.#windowFromMs = nowMs;
      this.#worstBeforeMs = this.#worstMs;
      this.#worstMs = 0;
    }
    this.#worstMs = Math.max(this.#worstMs, lateMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  families(): MetricFamily[] {
    const worstS = Math.max(this.#worstMs, this.#worstBeforeMs) / 1_000;
    return [
      {
        name: NAME,
        type: "histogram",
        help: this.#delays.help,
        samples: this.#delays.samples({ thread: this.#thread }),
      },
      familyBy(
        "gauge",
        "dropgate_event_loop_delay_max_seconds",
        "The latest that a timer of a thread fired within the last one to two minutes.",
        "thread",
        [[this.#thread, worstS]],
      ),
    ];
  }
}
