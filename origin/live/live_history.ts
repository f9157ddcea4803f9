import type { LiveFrame } from "./live_frame.ts";

/** Ten minutes at about one frame a second. */
export const MAX_HISTORY = 640;

/**
 * What charts show of the last ten minutes, column by column; a column's nulls are what was not
 * known. `reasons` has a column for each refusal that came in that time.
 */
export interface LiveHistory {
  /** Seconds since 1970. */
  at: number[];
  accepted: (number | null)[];
  known: (number | null)[];
  refused: (number | null)[];
  reasons: Record<string, (number | null)[]>;
  left: (number | null)[];
  written: (number | null)[];
  waiting: (number | null)[];
  p50Ms: (number | null)[];
  p99Ms: (number | null)[];
}

/** The last frames of a sale, as far as charts need them; at most `MAX_HISTORY`. */
export class HistoryRing {
  readonly #points: Pick<LiveFrame, "at" | "left" | "perSecond" | "latency" | "queue">[] = [];

  add({ at, left, perSecond, latency, queue }: LiveFrame): void {
    this.#points.push({ at, left, perSecond, latency, queue });
    if (this.#points.length > MAX_HISTORY) this.#points.shift();
  }

  columns(): LiveHistory {
    const points = this.#points;
    const codes = new Set(points.flatMap(({ perSecond }) => Object.keys(perSecond?.reasons ?? {})));
    const reasons = [...codes].map((code): [string, (number | null)[]] => [
      code,
      points.map(({ perSecond }) => perSecond && (perSecond.reasons[code] ?? 0)),
    ]);
    return {
      at: points.map(({ at }) => Date.parse(at) / 1_000),
      accepted: points.map(({ perSecond }) => perSecond && perSecond.accepted),
      known: points.map(({ perSecond }) => perSecond && perSecond.known),
      refused: points.map(({ perSecond }) => perSecond && perSecond.refused),
      reasons: Object.fromEntries(reasons),
      left: points.map(({ left }) => left),
      written: points.map(({ perSecond }) => perSecond && perSecond.written),
      waiting: points.map(({ queue }) => queue.messages),
      p50Ms: points.map(({ latency }) => latency.p50Ms),
      p99Ms: points.map(({ latency }) => latency.p99Ms),
    };
  }
}
