import { BoundedLines, type LineLog } from "../../shared/bounded_lines.ts";
import type { MetricSource } from "../../shared/metrics/metric_family.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { DecidingLedger } from "../ledger/stock_ledger.ts";
import type { PublishingQueue } from "../queue/order_queue.ts";
import { measuredDesk } from "./measured_desk.ts";
import { measuredLedger } from "./measured_ledger.ts";
import { countedRelay, measuredQueue } from "./measured_queue.ts";
import { OriginMetrics } from "./origin_metrics.ts";
import { stateMetrics, type StateParts } from "./state_metrics.ts";

/** What is measured. */
export interface MeasuringParts extends Omit<StateParts, "ledger" | "queue"> {
  ledger: StateParts["ledger"] & DecidingLedger;
  queue: StateParts["queue"];
  /** What the desk publishes to. */
  routes: PublishingQueue;
  /** True where the ledger's commit is the hand-over. */
  handsOver: boolean;
  /** Sources besides: of connections, of the process. */
  sources: readonly MetricSource[];
  log: LineLog;
}

/** The parts of the buy path with their measuring around them. */
export interface MeasuredOrigin {
  metrics: OriginMetrics;
  ledger: DecidingLedger;
  queue: PublishingQueue;
  relayQueue: PublishingQueue;
  desk(desk: BuyDesk): BuyDesk;
  /** All that `/metrics` tells beside `metrics`. */
  sources: MetricSource[];
}

/** Puts measuring around the parts of the buy path; what they do stays what it is. */
export function measureOrigin(parts: MeasuringParts): MeasuredOrigin {
  const metrics = new OriginMetrics();
  const lines = new BoundedLines(parts.log, parts.clock);
  return {
    metrics,
    ledger: measuredLedger(parts.ledger, metrics, parts.handsOver),
    queue: measuredQueue(parts.routes, metrics, lines),
    relayQueue: countedRelay(parts.routes, metrics),
    desk: (desk) => measuredDesk(desk, metrics, lines),
    sources: [...stateMetrics(parts), ...parts.sources],
  };
}
