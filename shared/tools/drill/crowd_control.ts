/** What the crowd has seen so far, by its own record. */
export interface CrowdView {
  /** Buys that were answered, and tries that were not. */
  answered: number;
  unanswered: number;
  reserved: number;
  processing: number;
  soldOut: number;
  /** Answers with status 500 and more, by code. */
  refusals: Record<string, number>;
}

/** A crowd of simulated buyers in a process of its own, which writes down what each of them saw. */
export interface CrowdControl {
  /** The process that buys. */
  readonly pid: number;
  /** What it has seen until about half a second ago. */
  view(): Promise<CrowdView>;
  /** Waits until so many buys were answered `reserved` or `processing`. */
  untilWon(count: number, timeoutMs: number): Promise<void>;
}
