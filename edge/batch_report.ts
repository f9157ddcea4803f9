import type { BoundedLines } from "../shared/bounded_lines.ts";
import { MAX_REQUEST_IDS_LENGTH } from "../shared/identify_requests.ts";
import { BATCH_BOUNDS, Histogram, WAIT_BOUNDS_S } from "../shared/metrics/histogram.ts";
import type { MetricFamily } from "../shared/metrics/metric_family.ts";
import type { RequestContext } from "../shared/request_context.ts";

/** What batches were like, in figures and lines. */
export class BatchReport {
  readonly #buys = new Histogram("dropgate_edge_batch_buys", "Buys in a batch.", BATCH_BOUNDS);
  readonly #tookS = new Histogram(
    "dropgate_edge_batch_duration_seconds",
    "From sending a batch to its answers, second tries included.",
    WAIT_BOUNDS_S,
  );

  /** `lines` get one line per batch while there are few; nobody does when left out. */
  constructor(readonly lines?: Pick<BoundedLines, "info">) {}

  /** Notes the end of a batch; one that failed has lines of its own. */
  note(buys: number, tookMs: number, isAnswered: boolean): void {
    this.#buys.observe(buys);
    this.#tookS.observe(tookMs / 1_000);
    if (!isAnswered) return;
    this.lines?.info("A batch of {buys} buys was answered in {tookMs} ms", () => ({
      buys,
      tookMs: Math.round(tookMs * 10) / 10,
    }));
  }

  families(): MetricFamily[] {
    return [this.#buys.family(), this.#tookS.family()];
  }
}

/** The ids of a batch. A given one for which there is no room is forgotten; its buy gets a made one. */
export function identifyBatch(
  batch: readonly { given: string | null }[],
  requestId: string,
): RequestContext {
  const requestIds: string[] = [];
  let room = MAX_REQUEST_IDS_LENGTH;
  for (const one of batch) {
    if (one.given === null) continue;
    room -= one.given.length + 1;
    if (room >= 0) requestIds.push(one.given);
    else one.given = null;
  }
  return requestIds.length === 0 ? { requestId } : { requestId, requestIds };
}
