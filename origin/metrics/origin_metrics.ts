import { Counter } from "../../shared/metrics/counter.ts";
import { BATCH_BOUNDS, Histogram, WAIT_BOUNDS_S } from "../../shared/metrics/histogram.ts";
import {
  family,
  type MetricFamily,
  type MetricSource,
} from "../../shared/metrics/metric_family.ts";
import { BUY_OUTCOMES } from "../../shared/process_report.ts";
import { AdminRequests } from "./admin_requests.ts";

/** What an origin counts of its own work, since its start. */
export class OriginMetrics implements MetricSource {
  readonly name = "origin";
  /** Answers to edges; `unknown_buyer` is a look-up that found nothing. */
  readonly buys = new Counter(
    "dropgate_origin_buys_total",
    "Buys decided, by outcome.",
    "outcome",
    BUY_OUTCOMES.slice(0, 5),
  );
  readonly batchBuys = new Histogram(
    "dropgate_origin_batch_buys",
    "Buys in a batch.",
    BATCH_BOUNDS,
  );
  readonly batchS = new Histogram(
    "dropgate_origin_batch_duration_seconds",
    "From a batch to its answers.",
    WAIT_BOUNDS_S,
  );
  readonly ledgerS = new Histogram(
    "dropgate_origin_ledger_call_duration_seconds",
    "A ledger's decision about a batch.",
    WAIT_BOUNDS_S,
  );
  readonly publishS = new Histogram(
    "dropgate_origin_publish_duration_seconds",
    "From publishing a batch's messages to the broker's word on them.",
    WAIT_BOUNDS_S,
  );
  readonly published = new Counter(
    "dropgate_origin_published_total",
    "Messages published, by what the broker said.",
    "outcome",
    ["confirmed", "returned", "unconfirmed"],
  );
  readonly relayed = new Counter(
    "dropgate_origin_relayed_total",
    "Messages that a relay sent again, by what the broker said.",
    "outcome",
    ["confirmed", "returned", "unconfirmed"],
  );
  readonly admin = new AdminRequests();
  ledgerFailures = 0;
  /** Requests that failed in a way that nobody foresaw. */
  failedRequests = 0;

  read(): MetricFamily[] {
    const { buys, batchBuys, batchS, ledgerS, publishS, published, relayed } = this;
    const all = [buys, batchBuys, batchS, ledgerS, publishS, published, relayed];
    return [
      ...all.map((one) => one.family()),
      family(
        "counter",
        "dropgate_origin_ledger_failures_total",
        "Batches that the ledger did not answer.",
        this.ledgerFailures,
      ),
      family(
        "counter",
        "dropgate_origin_failed_requests_total",
        "Requests that met an unexpected error.",
        this.failedRequests,
      ),
      ...this.admin.families(),
    ];
  }
}
