/** Whether a sale asks buyers for the slider. */
export type CaptchaPolicy = "always" | "suspicious" | "off";

/** How fast buys are let through. Each bound is 1…10⁹. */
export interface SaleLimits {
  /** Buys per second let through for the whole sale, and how many at once. */
  ratePerSecond: number;
  burst: number;
  /** Tries per minute of one user, and of one address. */
  userPerMinute: number;
  ipPerMinute: number;
}

/** Limits of a sale whose operator set none. */
export const DEFAULT_LIMITS: SaleLimits = {
  ratePerSecond: 1000,
  burst: 2000,
  userPerMinute: 5,
  ipPerMinute: 600,
};

/** Seconds that a buyer has to pay when the operator set nothing else. */
export const DEFAULT_PAYMENT_WINDOW_S = 900;

/**
 * Unpaid orders of one buyer that may expire in a sale before he loses the right to hold anything in
 * it, when the operator set nothing else.
 */
export const DEFAULT_MAX_EXPIRED_HOLDS = 3;

/** What buyers see of a sale's course. */
export type SaleState = "upcoming" | "open" | "sold_out" | "paused" | "ended";

/** What decides a sale's state. Times in ms; `soldOut` when no item has a piece left. */
export interface SaleCourse {
  startsAt: number;
  endsAt: number;
  closed: boolean;
  paused: boolean;
  soldOut: boolean;
}

/** The state at a moment: an end is final, a pause hides the rest, the start comes before stock. */
export function saleState(course: SaleCourse, nowMs: number): SaleState {
  if (course.closed || nowMs >= course.endsAt) return "ended";
  if (course.paused) return "paused";
  if (nowMs < course.startsAt) return "upcoming";
  return course.soldOut ? "sold_out" : "open";
}
