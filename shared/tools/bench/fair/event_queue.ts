/** A time that is only counted: what happens next happens at once. */
export class EventQueue {
  /** A binary heap by time, then by order of coming. */
  readonly #heap: { atMs: number; order: number; run: () => void }[] = [];
  #order = 0;
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `run` after a while; a negative one is none. */
  after(waitMs: number, run: () => void): void {
    this.at(this.#nowMs + Math.max(0, waitMs), run);
  }

  at(atMs: number, run: () => void): void {
    // Whole, as every clock of the system is.
    const entry = { atMs: Math.max(this.#nowMs, Math.round(atMs)), order: this.#order++, run };
    let at = this.#heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, this.#heap[parent]!)) break;
      this.#heap[at] = this.#heap[parent]!;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  /** Lets everything happen up to a time; what is later never does. Returns how much happened. */
  runUntil(endMs: number): number {
    let events = 0;
    while (this.#heap.length > 0 && this.#heap[0]!.atMs <= endMs) {
      const { atMs, run } = this.#take();
      this.#nowMs = atMs;
      run();
      events += 1;
    }
    return events;
  }

  #take(): { atMs: number; run: () => void } {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    const { length } = this.#heap;
    if (length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(this.#heap[child + 1]!, this.#heap[child]!)) child += 1;
      if (!isBefore(this.#heap[child]!, last)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = last;
    return first;
  }
}

type Entry = { atMs: number; order: number };

function isBefore(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
