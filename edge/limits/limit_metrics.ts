import {
  family,
  familyBy,
  type MetricFamily,
  withZeros,
} from "../../shared/metrics/metric_family.ts";
import type { SaleCounts } from "../reports/sale_counts.ts";
import type { SharedLimits } from "./shared_limits.ts";
import { LIMIT_NAMES } from "./sharing_config.ts";

/** What limits did. */
export function limitMetrics(
  { counts, sharedLimits }: {
    counts: Pick<SaleCounts, "limits">;
    /** Null when this edge counts for itself. */
    sharedLimits: Pick<SharedLimits, "counts"> | null;
  },
): MetricFamily[] {
  const limited = familyBy(
    "counter",
    "dropgate_edge_limited_total",
    "Buys refused by a limit, by the limit that refused.",
    "limit",
    withZeros(LIMIT_NAMES, counts.limits()),
  );
  if (sharedLimits === null) return [limited];
  const { questions, failures, tries, unasked } = sharedLimits.counts;
  const total = (name: string, help: string, value: number) =>
    family("counter", `dropgate_edge_shared_limit_${name}_total`, help, value);
  return [
    limited,
    total("questions", "Questions to the Redis of the limits.", questions),
    total("failures", "Questions to it without an answer in time.", failures),
    total("tries", "Buys that were asked for.", tries),
    total("unasked", "Buys that were not, because it was away or busy.", unasked),
  ];
}
