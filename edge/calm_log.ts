import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";

/** The part of a log that is written to once per failed request or batch. */
export type WarningLog = Pick<Log, "warning">;

/** How long a text is silent after it was written, ms. */
const SILENCE_MS = 1_000;

/** Different texts that are told apart; they stand in the code, so there are far fewer. */
const MAX_TEXTS = 64;

interface Spoken {
  untilMs: number;
  unsaid: number;
}

/**
 * A log that writes each text at most once a second and then says how often it was left out:
 * origins that are away must not fill a disk at the rate of the crowd.
 */
export function calmLog(log: WarningLog, clock: Clock): WarningLog {
  const spoken = new Map<string, Spoken>();

  function warning(text: string, properties: Record<string, unknown> = {}): void {
    const nowMs = clock();
    const before = spoken.get(text);
    if (before && nowMs < before.untilMs) {
      before.unsaid += 1;
      return;
    }
    const unsaid = before?.unsaid ?? 0;
    if (before || spoken.size < MAX_TEXTS) {
      spoken.set(text, { untilMs: nowMs + SILENCE_MS, unsaid: 0 });
    }
    if (unsaid === 0) log.warning(text, properties);
    else log.warning(`${text} ({unsaid} more like it were not written)`, { ...properties, unsaid });
  }

  return { warning } as WarningLog;
}
