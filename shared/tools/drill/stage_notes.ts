import { poll } from "../services/poll.ts";
import { type Violation } from "./findings.ts";

const SEEN_TIMEOUT_MS = 10_000;

/** What a drill says about itself while it runs. */
export class StageNotes {
  /** What was injected, what the probe saw, what was measured: in this order of time. */
  readonly lines: string[] = [];
  readonly violations: Violation[] = [];
  /** Faults that an independent look has seen. */
  faultsSeen = 0;

  constructor(readonly signal: AbortSignal, readonly say: (line: string) => void) {}

  injected(what: string): void {
    this.#note(`injected  ${what}`);
  }

  async seen(what: string, look: () => Promise<boolean>, timeoutMs = SEEN_TIMEOUT_MS) {
    const startedAt = performance.now();
    await this.until(`the probe to see: ${what}`, look, timeoutMs);
    this.faultsSeen += 1;
    this.#note(`seen      ${what} (after ${Math.round(performance.now() - startedAt)} ms)`);
  }

  measured(what: string, ms: number, atMostMs: number): void {
    this.#note(`measured  ${what}: ${Math.round(ms)} ms (at most ${atMostMs})`);
    if (ms <= atMostMs) return;
    this.#violate("time", `${what} took ${Math.round(ms)} ms, at most ${atMostMs} ms allowed`);
  }

  counted(what: string, count: number): void {
    this.#note(`counted   ${what}: ${count}`);
  }

  expect(what: string, holds: boolean): void {
    this.#note(`${holds ? "holds    " : "BROKEN   "} ${what}`);
    if (!holds) this.#violate("drill", `not so: ${what}`);
  }

  async until(what: string, look: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const { signal } = this;
    await poll(what, async () => await look() ? true : null, { timeoutMs, everyMs: 50, signal });
  }

  #note(line: string): void {
    this.lines.push(line);
    this.say(line);
  }

  #violate(rule: Violation["rule"], text: string): void {
    this.violations.push({ rule, text });
  }
}
