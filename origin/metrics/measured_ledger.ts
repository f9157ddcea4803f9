import { currentTrail } from "../../shared/message_trail.ts";
import { timed } from "../../shared/metrics/histogram.ts";
import { inSpan } from "../../shared/tracing/tracing.ts";
import type { DecidingLedger, ReserveBatch } from "../ledger/stock_ledger.ts";
import type { OriginMetrics } from "./origin_metrics.ts";

/**
 * The same ledger; its decisions are timed and traced. Where the decision's commit is the hand-over
 * (`handsOver`), batches carry where they come from, so that the queue's rows do.
 */
export function measuredLedger(
  ledger: DecidingLedger,
  metrics: OriginMetrics,
  handsOver: boolean,
): DecidingLedger {
  return {
    isUp: () => ledger.isUp(),
    settle: (messages) => ledger.settle(messages),
    reserve: (batches, budgetMs) =>
      inSpan("ledger reserve", async () => {
        try {
          const given = handsOver ? withTrail(batches) : batches;
          return await timed(metrics.ledgerS, () => ledger.reserve(given, budgetMs));
        } catch (error) {
          metrics.ledgerFailures += 1;
          throw error;
        }
      }, { attributes: { "dropgate.items": batches.length } }),
  };
}

function withTrail(batches: ReserveBatch[]): ReserveBatch[] {
  const trail = currentTrail();
  return trail === undefined ? batches : batches.map((batch) => ({ ...batch, trail }));
}
