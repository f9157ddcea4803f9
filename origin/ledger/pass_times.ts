/**
 * How far the ledger's clock may be from those of the edges: for so long after its end a pass is
 * still taken, since it was checked by another clock and has been under way. Wide, because an edge
 * that sees the end has refused it long before.
 */
export const PASS_SLACK_MS = 60_000;

/**
 * A pass that ends later than this from now is not taken. Edges give passes of two minutes; this
 * bounds how long any pass is remembered.
 */
export const PASS_MAX_AHEAD_MS = 600_000;

/**
 * How long after its end a spent pass is remembered: one slack longer than it is taken, so that a
 * clock which is set back by less than a slack lets none in twice.
 */
export const PASS_MEMORY_MS = 2 * PASS_SLACK_MS;

/** Whether a pass with this end is taken at `now`, the ledger's clock. */
export function isPassInTime(expiresAt: number, now: number): boolean {
  return now < expiresAt + PASS_SLACK_MS && expiresAt <= now + PASS_MAX_AHEAD_MS;
}
