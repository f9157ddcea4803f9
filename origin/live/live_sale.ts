import type { ProcessReport } from "../../shared/process_report.ts";
import type { LiveFrame } from "./live_frame.ts";
import type { Watcher } from "./live_desk.ts";
import { HistoryRing } from "./live_history.ts";
import { RateMeter, recentLatency } from "./live_rates.ts";
import { type FrameParts, makeFrame } from "./make_frame.ts";

/** What a round has for a frame. */
export type RoundParts =
  & Pick<
    FrameParts,
    "nowMs" | "keeperMs" | "sale" | "salesVersion" | "shared" | "own" | "series"
  >
  & { ended: ProcessReport[] };

/** A sale that is followed: who watches it, its last frame, and what charts need. */
export class LiveSale {
  /** At most as many as the desk lets in. */
  readonly watchers = new Set<Watcher>();
  readonly history = new HistoryRing();
  readonly #meter: RateMeter;
  last: LiveFrame | null = null;
  lastText = "";
  #id = 0;

  /** `seenAt`: when somebody last looked, ms. */
  constructor(readonly saleId: number, public seenAt: number) {
    this.#meter = new RateMeter(saleId);
  }

  /** Makes the next frame and hands it to everybody who watches. */
  addFrame({ ended, ...parts }: RoundParts): void {
    const { series, shared, keeperMs } = parts;
    const { saleId } = this;
    this.#id += 1;
    this.last = makeFrame({
      ...parts,
      id: this.#id,
      // Without reports there is nothing new: the next frame with some tells of the whole stretch.
      rates: shared.reports === null ? null : this.#meter.take(series, keeperMs),
      latency: recentLatency(series, saleId, keeperMs),
      totals: series.totals(saleId, ended),
    });
    this.lastText = JSON.stringify(this.last);
    this.history.add(this.last);
    for (const watcher of this.watchers) watcher.frame(this.last.id, this.lastText);
  }
}
