/** How often the meter looks. */
const EVERY_MS = 20;
/** Less than this is a timer's own coarseness. */
const FLOOR_MS = 4;
/** Moments that are remembered, the latest ones: an hour in which every look is late. */
const MAX_MOMENTS = 180_000;

/** How late this process itself was, so that its own stalls are not blamed on what it measures. */
export class DriftMeter {
  readonly #moments: { at: number; lateMs: number }[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #dueAt: number;

  constructor(readonly now: () => number = Date.now) {
    this.#dueAt = now() + EVERY_MS;
    this.#timer = setInterval(() => this.look(), EVERY_MS);
  }

  /** Notes how late it is; called by its own timer. */
  look(): void {
    const at = this.now();
    const lateMs = at - this.#dueAt;
    this.#dueAt = at + EVERY_MS;
    if (lateMs < FLOOR_MS) return;
    if (this.#moments.length >= MAX_MOMENTS) this.#moments.shift();
    this.#moments.push({ at, lateMs });
  }

  /** The sum of what it was late between two times (ms UTC), being late right now included. */
  within(from: number, to: number): number {
    let sum = this.#dueAt <= to ? Math.max(0, this.now() - this.#dueAt) : 0;
    for (let index = this.#moments.length - 1; index >= 0; index -= 1) {
      const { at, lateMs } = this.#moments[index]!;
      if (at < from) break;
      if (at - lateMs <= to) sum += lateMs;
    }
    return Math.round(sum);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
