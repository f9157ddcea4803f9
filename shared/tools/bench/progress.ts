/** Where progress is shown, injected so that tests can read it. */
export interface ProgressOutput {
  write(text: string): void;
  /** A terminal gets one line that changes; anything else a plain line every two seconds. */
  isTerminal: boolean;
}

const TERMINAL_EVERY_MS = 200;
const PLAIN_EVERY_MS = 2000;
const BAR_WIDTH = 24;
const MIN_RATE_MS = 100;

/** One stage under way. */
export interface Stage {
  /** Shows the end of it. Must be called, also after an error. */
  end(): void;
}

/** Shows how far a stage is. The stage only counts; a timer of its own looks and writes. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #now: () => number;

  constructor(output: ProgressOutput, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  /** A line that stays. */
  say(text: string): void {
    this.#output.write(`${text}\n`);
  }

  /** Follows a count up to `total` (0: unknown), or a time when `totalS` is given instead. */
  begin(label: string, done: () => number, total: number, totalS = 0): Stage {
    const { isTerminal } = this.#output;
    const startedAt = this.#now();
    const line = (): string =>
      progressLine(label, done(), total, this.#now() - startedAt, totalS * 1000);
    const show = (): void => this.#output.write(isTerminal ? `\r${line()}\x1b[K` : `${line()}\n`);
    const timer = setInterval(show, isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS);
    return {
      end: () => {
        clearInterval(timer);
        show();
        if (isTerminal) this.#output.write("\n");
      },
    };
  }
}

/** One line: label, bar, percent, count and rate. */
export function progressLine(
  label: string,
  done: number,
  total: number,
  elapsedMs: number,
  totalMs: number,
): string {
  // What was done before the first look says nothing about a rate.
  const rate = elapsedMs < MIN_RATE_MS ? "" : ` · ${number(done / (elapsedMs / 1000))}/s`;
  const counted = `${number(done)}${rate}`;
  const share = totalMs > 0 ? elapsedMs / totalMs : total > 0 ? done / total : -1;
  if (share < 0) return `${label.padEnd(22)} ${counted}`;
  const part = Math.min(1, share);
  const full = Math.round(part * BAR_WIDTH);
  const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
  return `${label.padEnd(22)} ${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${counted}`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
