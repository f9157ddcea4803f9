/**
 * How long challenges and passes live, and how many anybody may have. Times in ms. The limits of a
 * sale's row are about buying; these are about puzzles, and the same for all sales.
 */

/** People who use a keyboard or a screen reader need time; the contract allows no more. */
export const CHALLENGE_TTL_MS = 120_000;

/** Long enough to be earned before the sale opens. */
export const PASS_TTL_MS = 120_000;

/** A limit as a token bucket: so many at once, then one each `tokenMs`. */
export interface Allowance {
  capacity: number;
  tokenMs: number;
}

/** Puzzles: nobody needs twelve a minute, and a gallery of them would teach a machine. */
export const PUZZLES_PER_USER: Allowance = { capacity: 12, tokenMs: 5_000 };
/** Five hundred people behind one address get theirs in a minute. */
export const PUZZLES_PER_ADDRESS: Allowance = { capacity: 600, tokenMs: 100 };

/** Answers by keyboard, whose tracks say less: enough for a person who fails several times. */
export const KEYBOARD_PER_USER: Allowance = { capacity: 6, tokenMs: 20_000 };
export const KEYBOARD_PER_ADDRESS: Allowance = { capacity: 40, tokenMs: 3_000 };

/**
 * What the easy ways, keyboard and quiet way together, yield per sale and edge. A script finds both
 * easier than a drag: its keys pass nearly always. So a fleet of any size shares what one crowd is
 * expected to need: of 2,000 people about 40 use keys or a screen reader, and they come over
 * minutes. At most 150 passes that live at the start come out of it (60, and one each 2 s of the
 * 180 s in which they can be begun), where it was one per account; `bench fair` counts it. At one a
 * second 200 scripts with an account each would get twice their share. Each edge has a bucket of
 * its own. The price: a fleet can keep it empty, and then honest people who use the keyboard or the
 * quiet way are told to wait, again and again, with no place in a queue.
 */
export const EASY_PER_SALE: Allowance = { capacity: 60, tokenMs: 2_000 };

/** Sales that are counted at a time; far more than anybody publishes at once. */
export const EASY_SALES = 1_024;

/** Buckets per kind of limit: at 16 bytes each, 4 MB for all four tables. */
export const LIMIT_ENTRIES = 65_536;

/** Open challenges that one edge keeps: about 300 bytes each. */
export const MAX_CHALLENGES = 20_000;

/** Of one user at a time; a fresh one takes the place of the oldest. */
export const MAX_CHALLENGES_PER_USER = 3;

/** Tracks that one edge remembers: 44 bytes each; looked through in 0.2 ms. */
export const MAX_SEEN_TRACKS = 10_000;

/** Puzzles drawn ahead: about 14 KB each as text. */
export const POOL_SIZE = 256;

/** How long somebody waits for a puzzle when none is ready, and how many may. */
export const POOL_WAIT_MS = 1_000;
export const MAX_POOL_WAITERS = 64;
