/** Wrong passwords in a row that lock a name. */
export const LOCKS_AFTER = 5;

const FIRST_LOCK_MS = 30_000;
const LONGEST_LOCK_MS = 15 * 60_000;

/**
 * How long no password of a name is looked at after so many wrong ones in a row, ms: 30 s after the
 * fifth, twice as long after each further one, at most 15 min. Whoever guesses without a pause gets
 * at about 100 passwords a day.
 */
export function lockMs(failed: number): number {
  if (failed < LOCKS_AFTER) return 0;
  return Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** Math.min(failed - LOCKS_AFTER, 10));
}

/**
 * Under what an operator's tries from devices that he signed in with before are counted: no name has
 * such a form, so nobody else can use them up.
 */
export function deviceTries(operatorId: number): string {
  return `#${operatorId}`;
}
