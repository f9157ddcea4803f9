import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";

/** The part of a log that is written to once per failed request or batch. */
export type WarningLog = Pick<Log, "warning">;

/** The same, for failures of the edge itself besides. */
export type CalmLog = Pick<Log, "warning" | "error">;

/** How long a text is silent after it was written, ms. */
const SILENCE_MS = 1_000;

/** Different texts that are told apart, at each level; they stand in the code, so there are fewer. */
const MAX_TEXTS = 64;

interface Spoken {
  untilMs: number;
  unsaid: number;
}

/**
 * A log that writes each text at most once a second and then says how often it was left out:
 * origins that are away must not fill a disk at the rate of the crowd.
 */
export function calmLog(log: CalmLog, clock: Clock): CalmLog {
  const writerOf = (level: keyof CalmLog) => {
    const spoken = new Map<string, Spoken>();
    return (text: string, properties: Record<string, unknown> = {}): void => {
      const nowMs = clock();
      const before = spoken.get(text);
      if (before && isSilent(before, nowMs)) {
        before.unsaid += 1;
        return;
      }
      const unsaid = before?.unsaid ?? 0;
      if (before || spoken.size < MAX_TEXTS) {
        spoken.set(text, { untilMs: nowMs + SILENCE_MS, unsaid: 0 });
      }
      if (unsaid === 0) log[level](text, properties);
      else {log[level](`${text} ({unsaid} more like it were not written)`, {
          ...properties,
          unsaid,
        });}
    };
  };
  return { warning: writerOf("warning"), error: writerOf("error") } as CalmLog;
}

/** A silence further away than any lasts is one of before the clock was set back. */
function isSilent({ untilMs }: Spoken, nowMs: number): boolean {
  return nowMs < untilMs && untilMs - nowMs <= SILENCE_MS;
}
