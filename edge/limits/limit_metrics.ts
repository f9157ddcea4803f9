import type { BuyCounts } from "../metrics.ts";
import type { SharedLimits } from "./shared_limits.ts";

/** What limits did, in the Prometheus text format, a line each. */
export function limitMetrics(
  { limitCounts, sharedLimits }: {
    limitCounts: BuyCounts;
    /** Null when this edge counts for itself. */
    sharedLimits: Pick<SharedLimits, "counts"> | null;
  },
): string[] {
  const refused = "dropgate_edge_limited_total";
  const lines = [
    `# HELP ${refused} Buys refused by a limit, by the limit that refused.`,
    `# TYPE ${refused} counter`,
    ...[...limitCounts.entries()].map(([limit, count]) => `${refused}{limit="${limit}"} ${count}`),
  ];
  if (sharedLimits === null) return lines;
  const { questions, failures, tries, unasked } = sharedLimits.counts;
  const add = (name: string, help: string, value: number) => {
    const full = `dropgate_edge_shared_limit_${name}_total`;
    lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} counter`, `${full} ${value}`);
  };
  add("questions", "Questions to the Redis of the limits.", questions);
  add("failures", "Questions to it without an answer in time.", failures);
  add("tries", "Buys that were asked for.", tries);
  add("unasked", "Buys that were not, because it was away or busy.", unasked);
  return lines;
}
