/** The steps of a rehearsal in their order, by the names under which its report shows them. */
export const REHEARSAL_STEPS = [
  "copy",
  "open",
  "rush",
  "write",
  "retry",
  "count",
  "cancel",
  "pay",
  "prove",
  "remove",
] as const;

export type RehearsalStep = (typeof REHEARSAL_STEPS)[number];

/** How an item is rehearsed. Quantities in pieces; −1 is unlimited. */
export interface RehearsedItem {
  productId: number;
  /** What the copy has of it. */
  stock: number;
  /** What the sale has of it. */
  realStock: number;
  /** Buyers who want one piece each. */
  wishes: number;
}

/** What was counted, and whether it is what it must be. */
export interface RehearsalCheck {
  name: string;
  ok: boolean;
  detail: string;
}

/** What was measured. Times in ms. */
export interface RehearsalFigures {
  /** Wishes that were sent, further tries of them included. */
  asked: number;
  /** Different buyers who got a piece in the rush. */
  accepted: number;
  /** From the first batch of the rush to its last answer. */
  rushMs: number;
  acceptedPerS: number;
  askedPerS: number;
  /** From the first batch until every accepted order was written. */
  writtenMs: number;
  writtenPerS: number;
  /** From the end of the rush until every accepted order was written. */
  drainMs: number;
  /** From a batch's start to its answers. */
  batchP50Ms: number;
  batchP95Ms: number;
  batchMaxMs: number;
}

/** What the figures say of the sale with its real stock. Times in ms. */
export interface RehearsalPrediction {
  /** The stock that it is about. */
  pieces: number;
  /** True when the sale's own limit, not the machine, decides how fast it sells. */
  isLimited: boolean;
  sellOutMs: number;
  /** From the sell-out until every order is written. */
  drainMs: number;
}

/** How far a rehearsal has come, and in the end what it found. Plain data. */
export interface RehearsalReport {
  buyers: number;
  items: RehearsedItem[];
  /** What it is at, or was at when it ended. */
  step: RehearsalStep;
  /** Steps that are done and what they took, ms. */
  done: { step: RehearsalStep; tookMs: number }[];
  /** Rising while it runs. */
  progress: { answered: number; accepted: number; written: number };
  checks: RehearsalCheck[];
  figures: RehearsalFigures | null;
  prediction: RehearsalPrediction | null;
  /** Why it broke off; null while it runs and when it came to its end. */
  fault: string | null;
}

/** The report of a rehearsal that has only been planned. */
export function emptyReport(items: RehearsedItem[]): RehearsalReport {
  return {
    buyers: items.reduce((sum, item) => sum + item.wishes, 0),
    items,
    step: "copy",
    done: [],
    progress: { answered: 0, accepted: 0, written: 0 },
    checks: [],
    figures: null,
    prediction: null,
    fault: null,
  };
}
