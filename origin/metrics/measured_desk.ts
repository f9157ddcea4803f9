import type { BoundedLines } from "../../shared/bounded_lines.ts";
import type { InternalAnswers, InternalBuys } from "../../shared/internal_api.ts";
import { inSpan } from "../../shared/tracing/tracing.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { OriginMetrics } from "./origin_metrics.ts";

/** The same desk; every batch is counted, timed, traced and, while they are few, told in a line. */
export function measuredDesk(desk: BuyDesk, metrics: OriginMetrics, lines: BoundedLines): BuyDesk {
  return {
    async decide(request: InternalBuys): Promise<InternalAnswers> {
      const buys = request.buys.length;
      const startedAt = performance.now();
      const result = await inSpan("decide batch", () => desk.decide(request), {
        attributes: { "dropgate.buys": buys },
      });
      const tookMs = performance.now() - startedAt;
      const outcomes = countOutcomes(result);
      metrics.batchBuys.observe(buys);
      metrics.batchS.observe(tookMs / 1_000);
      for (const [outcome, count] of outcomes) metrics.buys.add(outcome, count);
      lines.info("Decided {buys} buys in {tookMs} ms: {outcomes}", () => ({
        buys,
        tookMs: Math.round(tookMs * 10) / 10,
        outcomes: [...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(", "),
      }));
      return result;
    },
  };
}

/** By outcome as edges count them: what the same key had made before is `known`. */
function countOutcomes({ answers }: InternalAnswers): Map<string, number> {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const outcome = answer.outcome === "reserved" && answer.repeat ? "known" : answer.outcome;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}
