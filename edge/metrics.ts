import type { BuyBatcher } from "./buy_batcher.ts";
import type { CaptchaService } from "./captcha/captcha_service.ts";
import type { LostAnswers } from "./gate/lost_answers.ts";
import type { Identity } from "./gate/identity.ts";
import { limitMetrics } from "./limits/limit_metrics.ts";
import type { SharedLimits } from "./limits/shared_limits.ts";
import { originMetrics } from "./origin_metrics.ts";
import type { KnownLists } from "./lists/known_lists.ts";
import type { OriginPool } from "./origin_pool.ts";
import type { SaleSnapshot } from "./sale_snapshot.ts";

/** Different outcomes that are counted; what comes after is left out. */
const MAX_OUTCOMES = 64;

/** Counts what became of buys, by outcome. */
export class BuyCounts {
  readonly #byOutcome = new Map<string, number>();

  add(outcome: string): void {
    const count = this.#byOutcome.get(outcome);
    if (count !== undefined) this.#byOutcome.set(outcome, count + 1);
    else if (this.#byOutcome.size < MAX_OUTCOMES) this.#byOutcome.set(outcome, 1);
  }

  entries(): IterableIterator<[string, number]> {
    return this.#byOutcome.entries();
  }
}

/** What the metrics are read from. */
export interface MetricsParts {
  counts: BuyCounts;
  captcha: Pick<CaptchaService, "counts" | "pool">;
  limitCounts: BuyCounts;
  /** Null when this edge counts for itself. */
  sharedLimits: SharedLimits | null;
  batcher: BuyBatcher;
  lostAnswers: LostAnswers;
  identity: Identity;
  pool: OriginPool;
  snapshot: SaleSnapshot;
  lists: Pick<KnownLists, "counts">;
}

/** The metrics in the Prometheus text format. */
export function metricsText(parts: MetricsParts): string {
  const { batcher, pool, snapshot } = parts;
  const ageS = snapshot.ageMs() / 1000;
  const lines = [
    "# HELP dropgate_edge_buys_total Buys answered, by outcome.",
    "# TYPE dropgate_edge_buys_total counter",
  ];
  for (const [outcome, count] of parts.counts.entries()) {
    lines.push(`dropgate_edge_buys_total{outcome="${outcome}"} ${count}`);
  }
  const add = (type: string, name: string, help: string, value: number) => {
    const full = `dropgate_edge_${name}`;
    const shown = value === Infinity ? "+Inf" : value;
    lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, `${full} ${shown}`);
  };
  add("counter", "batches_total", "Batches sent to origins.", batcher.counts.batches);
  add("counter", "batched_buys_total", "Buys sent to origins.", batcher.counts.buys);
  add("counter", "batch_retries_total", "Batches sent a second time.", batcher.counts.retries);
  add("counter", "batch_failures_total", "Tries that failed.", batcher.counts.failures);
  add("gauge", "buys_waiting", "Buys that wait for a batch.", batcher.waitingCount);
  add("gauge", "batches_in_flight", "Batches at origins.", batcher.inFlightCount);
  add("gauge", "origins", "Origins configured.", pool.size);
  add("gauge", "origins_healthy", "Origins that are fit to be called.", pool.healthyCount);
  add("gauge", "snapshot_age_seconds", "Age of the sale snapshot.", ageS);
  add("gauge", "sessions_cached", "Sessions kept verified.", parts.identity.cachedCount);
  add(
    "gauge",
    "lost_answers_remembered",
    "Look-ups that found nothing and are remembered.",
    parts.lostAnswers.rememberedCount,
  );
  const { blockedUsers, blockedNetworks, profiles } = parts.lists.counts;
  add("gauge", "blocked_users", "Users on the block list.", blockedUsers);
  add("gauge", "blocked_networks", "Networks on the block list.", blockedNetworks);
  add("gauge", "user_profiles", "Users with a level or claims set by operators.", profiles);
  const { captcha } = parts;
  lines.push(
    ...originMetrics(pool),
    ...limitMetrics(parts),
    ...captcha.counts.metrics(captcha.pool),
  );
  return lines.join("\n") + "\n";
}
