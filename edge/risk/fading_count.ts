/** A count that loses one every `fadeMs`, down to nothing, and never grows above `most`. */
export class FadingCount {
  #count = 0;
  #atMs = 0;

  constructor(readonly fadeMs: number, readonly most: number) {}

  /** What is left of it. */
  at(nowMs: number): number {
    // A clock that was set back must not make the count grow.
    const passedMs = Math.max(0, nowMs - this.#atMs);
    return Math.max(0, this.#count - passedMs / this.fadeMs);
  }

  add(nowMs: number): void {
    this.#count = Math.min(this.most, this.at(nowMs) + 1);
    this.#atMs = nowMs;
  }
}
