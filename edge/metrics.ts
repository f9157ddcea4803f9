import {
  family,
  familyBy,
  histogramFamily,
  type MetricFamily,
  withZeros,
} from "../shared/metrics/metric_family.ts";
import { BUY_OUTCOMES, LATENCY_BOUNDS_MS } from "../shared/process_report.ts";
import type { BuyBatcher } from "./buy_batcher.ts";
import type { CaptchaService } from "./captcha/captcha_service.ts";
import type { EdgeRequests } from "./edge_requests.ts";
import type { LostAnswers } from "./gate/lost_answers.ts";
import type { Identity } from "./gate/identity.ts";
import { limitMetrics } from "./limits/limit_metrics.ts";
import type { SharedLimits } from "./limits/shared_limits.ts";
import { originMetrics } from "./origin_metrics.ts";
import type { KnownLists } from "./lists/known_lists.ts";
import type { OriginPool } from "./origin_pool.ts";
import type { SaleCounts } from "./reports/sale_counts.ts";
import type { SaleSnapshot } from "./sale_snapshot.ts";

/** What the metrics are read from. */
export interface MetricsParts {
  counts: SaleCounts;
  requests: EdgeRequests;
  captcha: Pick<CaptchaService, "counts" | "pool">;
  /** Null when this edge counts for itself. */
  sharedLimits: SharedLimits | null;
  batcher: BuyBatcher;
  lostAnswers: LostAnswers;
  identity: Identity;
  pool: OriginPool;
  snapshot: SaleSnapshot;
  lists: Pick<KnownLists, "counts">;
}

/** Seconds, without what dividing leaves behind the last digit. */
const LATENCY_BOUNDS_S = LATENCY_BOUNDS_MS.map((ms) => Number((ms / 1_000).toFixed(6)));

/** What an edge tells of itself. */
export function edgeMetrics(parts: MetricsParts, isReady: boolean): MetricFamily[] {
  const { captcha, counts, pool } = parts;
  return [
    familyBy(
      "counter",
      "dropgate_edge_buys_total",
      "Buys answered, by outcome.",
      "outcome",
      withZeros(BUY_OUTCOMES, counts.outcomes()),
    ),
    latencyFamily(counts),
    family("gauge", "dropgate_edge_ready", "Whether this edge says that it is ready.", +isReady),
    ...parts.requests.families(),
    ...batchFamilies(parts.batcher),
    ...knowledgeFamilies(parts),
    ...originMetrics(pool),
    ...limitMetrics(parts),
    ...captcha.counts.metrics(captcha.pool),
  ];
}

function latencyFamily(counts: SaleCounts): MetricFamily {
  const { classes, sumMs } = counts.latency();
  return histogramFamily(
    "dropgate_edge_buy_duration_seconds",
    "From a buy's arrival to its answer, of those that an origin was asked about.",
    { bounds: LATENCY_BOUNDS_S, counts: classes, sum: sumMs / 1_000 },
  );
}

function batchFamilies(batcher: BuyBatcher): MetricFamily[] {
  const { batches, buys, retries, failures } = batcher.counts;
  const total = (name: string, help: string, value: number) =>
    family("counter", `dropgate_edge_${name}_total`, help, value);
  return [
    total("batches", "Batches sent to origins.", batches),
    total("batched_buys", "Buys sent to origins.", buys),
    total("batch_retries", "Batches sent a second time.", retries),
    total("batch_failures", "Tries that failed.", failures),
    ...batcher.report.families(),
    family(
      "gauge",
      "dropgate_edge_buys_waiting",
      "Buys that wait for a batch.",
      batcher.waitingCount,
    ),
    family(
      "gauge",
      "dropgate_edge_batches_in_flight",
      "Batches at origins.",
      batcher.inFlightCount,
    ),
  ];
}

function knowledgeFamilies(parts: MetricsParts): MetricFamily[] {
  const { pool, snapshot, identity, lostAnswers } = parts;
  const { blockedUsers, blockedNetworks, profiles } = parts.lists.counts;
  const gauge = (name: string, help: string, value: number) =>
    family("gauge", `dropgate_edge_${name}`, help, value);
  return [
    gauge("origins", "Origins configured.", pool.size),
    gauge("origins_healthy", "Origins that are fit to be called.", pool.healthyCount),
    gauge("snapshot_age_seconds", "Age of the sale snapshot.", snapshot.ageMs() / 1_000),
    gauge("sessions_cached", "Sessions kept verified.", identity.cachedCount),
    gauge(
      "lost_answers_remembered",
      "Look-ups that found nothing and are remembered.",
      lostAnswers.rememberedCount,
    ),
    gauge("blocked_users", "Users on the block list.", blockedUsers),
    gauge("blocked_networks", "Networks on the block list.", blockedNetworks),
    gauge("user_profiles", "Users with a level or claims set by operators.", profiles),
  ];
}
