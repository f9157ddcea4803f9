/** Wall-clock time in milliseconds since 1970 (UTC). Injected, so that tests set the time. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();

/** An ISO 8601 UTC time with milliseconds, the only form in which times leave Dropgate. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
