/** Where lines go; a terminal also gets a line that changes. */
export interface ScreenOutput {
  write(text: string): void;
  isTerminal: boolean;
}

/** Waits that are shorter need no word. */
const QUIET_MS = 2_000;
const EVERY_MS = 500;

/** What a person at the terminal sees: lines that stay, and during long waits what is waited for. */
export class DrillScreen {
  readonly #timer: ReturnType<typeof setInterval> | null;
  #phase = "";
  #since: number;
  #isDrawn = false;

  constructor(readonly output: ScreenOutput, readonly now: () => number = () => performance.now()) {
    this.#since = now();
    this.#timer = output.isTerminal ? setInterval(() => this.draw(), EVERY_MS) : null;
  }

  /** A line that stays. */
  say(line: string): void {
    this.#wipe();
    this.output.write(`${line}\n`);
  }

  /** What is waited for from now on; empty for nothing. */
  phase(what: string): void {
    this.#wipe();
    this.#phase = what;
    this.#since = this.now();
  }

  /** Shows what is waited for, once that has lasted; called by its own timer. */
  draw(): void {
    const ms = this.now() - this.#since;
    if (this.#phase === "" || ms < QUIET_MS) return;
    this.output.write(`\r  … ${this.#phase}, ${Math.floor(ms / 1_000)} s\x1b[K`);
    this.#isDrawn = true;
  }

  close(): void {
    this.#wipe();
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #wipe(): void {
    if (this.#isDrawn) this.output.write("\r\x1b[K");
    this.#isDrawn = false;
  }
}

/** The standard output of this process. */
export function terminalOutput(): ScreenOutput {
  const encoder = new TextEncoder();
  return {
    isTerminal: Deno.stdout.isTerminal(),
    write(text) {
      const bytes = encoder.encode(text);
      let sent = 0;
      while (sent < bytes.length) sent += Deno.stdout.writeSync(bytes.subarray(sent));
    },
  };
}
