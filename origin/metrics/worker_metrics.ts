import type { Clock } from "../../shared/clock.ts";
import { Counter } from "../../shared/metrics/counter.ts";
import { BATCH_BOUNDS, Histogram, WAIT_BOUNDS_S } from "../../shared/metrics/histogram.ts";
import { JobCounts } from "../../shared/metrics/job_counts.ts";
import {
  family,
  type MetricFamily,
  type MetricSource,
} from "../../shared/metrics/metric_family.ts";
import type { Recorded } from "../orders/record_message.ts";

/** Bounds for the age of what is written, seconds: a rush may leave a backlog of minutes. */
const AGE_BOUNDS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** What a worker counts of its own work, since its start. */
export class WorkerMetrics implements MetricSource {
  readonly name = "worker";
  readonly jobs: JobCounts;
  readonly messages = new Counter(
    "dropgate_worker_messages_total",
    "Messages recorded, by what became of them.",
    "result",
    ["written", "known", "split", "parked"],
  );
  readonly retries = new Counter(
    "dropgate_worker_retries_total",
    "Tries to write a message that the database refused for a reason of its own.",
    "fault",
    ["deadlock", "lock_timeout", "unavailable", "other"],
  );
  readonly transactionS = new Histogram(
    "dropgate_worker_transaction_duration_seconds",
    "The transaction of one message.",
    WAIT_BOUNDS_S,
  );
  readonly messageOrders = new Histogram(
    "dropgate_worker_message_orders",
    "Orders in a message that was written.",
    BATCH_BOUNDS,
  );
  readonly orderAgeS = new Histogram(
    "dropgate_worker_message_age_seconds",
    "From the ledger's decision about a message to its end here.",
    AGE_BOUNDS_S,
  );
  readonly refunds = new Counter(
    "dropgate_worker_refunds_total",
    "Tries to give money back, by how they ended.",
    "result",
    ["refunded", "failed"],
  );
  readonly openings = new Counter(
    "dropgate_worker_openings_total",
    "Openings and recoveries of ledgers, by how they ended.",
    "result",
    ["opened", "failed"],
  );
  orders = 0;
  refused = 0;
  parked = 0;
  clashed = 0;
  cancelled = 0;
  stockEvents = 0;
  /** When the ledger decided the messages in hand, ms; as many as there are shards. */
  readonly inHand = new Set<{ reservedAt: number }>();

  constructor(readonly clock: Clock) {
    this.jobs = new JobCounts("worker", clock);
  }

  /** Notes what became of a message. */
  recorded(recorded: Recorded): void {
    this.messages.add(recorded.kind);
    if (recorded.kind === "parked") this.parked += 1;
    if (recorded.kind === "known" || recorded.kind === "parked") return;
    const { orders, refused } = recorded.kind === "written" ? recorded : recorded.split;
    this.orders += orders;
    this.refused += refused;
    if (orders > 0) this.messageOrders.observe(orders);
    if (recorded.kind !== "split") return;
    this.parked += recorded.split.parked.length;
    this.clashed += recorded.split.clashes.length;
  }

  read(): MetricFamily[] {
    const total = (name: string, help: string, value: number) =>
      family("counter", `dropgate_worker_${name}_total`, help, value);
    const { messages, retries, refunds, openings } = this;
    return [
      ...[messages, retries, refunds, openings].map((counter) => counter.family()),
      ...[this.transactionS, this.messageOrders, this.orderAgeS].map((one) => one.family()),
      total("orders", "Orders written.", this.orders),
      total("refused", "Tickets that were recorded as refused.", this.refused),
      total("parked", "Messages, and tickets of messages, that nobody could write.", this.parked),
      total("clashes", "Tickets that showed their ledger wrong.", this.clashed),
      total("cancelled", "Unpaid orders that this worker ended.", this.cancelled),
      total("stock_events", "Stock events that a ledger has heard of.", this.stockEvents),
      family(
        "gauge",
        "dropgate_worker_lag_seconds",
        "Age of the oldest message in hand; 0 with none.",
        this.#lagS(),
      ),
      family("gauge", "dropgate_worker_messages_in_hand", "Messages in hand.", this.inHand.size),
      ...this.jobs.families(),
    ];
  }

  #lagS(): number {
    let oldest = Infinity;
    for (const { reservedAt } of this.inHand) {
      if (reservedAt > 0) oldest = Math.min(oldest, reservedAt);
    }
    return oldest === Infinity ? 0 : Math.max(0, this.clock() - oldest) / 1_000;
  }
}
