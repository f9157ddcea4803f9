import type { Clock } from "../../shared/clock.ts";
import {
  family,
  familyBy,
  type MetricFamily,
  type MetricSource,
} from "../../shared/metrics/metric_family.ts";
import { remembered } from "../../shared/metrics/remembered_source.ts";
import { sumWaiting } from "../admin/waiting_messages.ts";
import type { AdminParts } from "../admin/admin_parts.ts";
import type { WebhookBook } from "../webhook/webhook_book.ts";

/** What is asked of servers is asked at most this often, however often somebody scrapes. */
const ASK_EVERY_MS = 5_000;

/** What the state of the whole system is read from; every origin tells the same. */
export interface StateParts extends Pick<AdminParts, "ledger" | "registry" | "messages"> {
  payments: Pick<AdminParts["payments"], "listPayments">;
  queue: Pick<AdminParts["queue"], "depth">;
  backlog: Pick<AdminParts["backlog"], "isOver" | "limit">;
  webhook?: Pick<WebhookBook, "status">;
  clock: Clock;
}

/**
 * Sources that tell how the system stands: the ledger, the queue and the database apart, because
 * these figures are wanted most when one of them is away.
 */
export function stateMetrics(parts: StateParts): MetricSource[] {
  const { clock, webhook } = parts;
  const asked = (name: string, read: () => Promise<MetricFamily[]>) =>
    remembered({ name, read }, ASK_EVERY_MS, clock);
  return [
    { name: "sales", read: () => salesFamilies(parts) },
    asked("outbox", () => outboxFamilies(parts)),
    asked("queue", () => queueFamilies(parts)),
    asked("database", () => recordFamilies(parts)),
    ...(webhook === undefined ? [] : [asked("webhook", () => webhookFamilies(webhook, clock()))]),
  ];
}

function salesFamilies({ registry, backlog, clock }: StateParts): MetricFamily[] {
  const { loadedAt, sales } = registry.current();
  const nowMs = clock();
  const running = sales.filter(({ status, endsAt }) => status !== "closed" && endsAt > nowMs);
  const items = running.reduce((sum, sale) => sum + sale.items.length, 0);
  const open = running.reduce(
    (sum, sale) => sum + sale.openEpochs.filter(({ openEpoch }) => openEpoch > 0).length,
    0,
  );
  return [
    familyBy(
      "gauge",
      "dropgate_origin_items",
      "Items of published sales that are not over.",
      "state",
      [
        ["open", open],
        ["closed", items - open],
      ],
    ),
    family(
      "gauge",
      "dropgate_origin_sales_age_seconds",
      "Since when the sales were not read from the database.",
      loadedAt === 0 ? Infinity : Math.max(0, nowMs - loadedAt) / 1_000,
    ),
    family(
      "gauge",
      "dropgate_queue_messages_max",
      "Messages that may wait before new buys hear busy.",
      backlog.limit,
    ),
    family(
      "gauge",
      "dropgate_queue_over_limit",
      "Whether new buys hear busy because the queue is too long.",
      Number(backlog.isOver()),
    ),
  ];
}

async function outboxFamilies(parts: StateParts): Promise<MetricFamily[]> {
  const { messages, oldestAt } = await sumWaiting(parts);
  const ageMs = oldestAt === null ? 0 : Math.max(0, parts.clock() - oldestAt);
  return [
    family(
      "gauge",
      "dropgate_outbox_messages",
      "Messages that the ledger decided and nobody has taken over yet.",
      messages,
    ),
    family("gauge", "dropgate_outbox_age_seconds", "Age of the oldest of them.", ageMs / 1_000),
  ];
}

async function queueFamilies({ queue }: StateParts): Promise<MetricFamily[]> {
  const { ready, consumers } = await queue.depth();
  return [
    family("gauge", "dropgate_queue_messages", "Messages that wait for a worker.", ready),
    family("gauge", "dropgate_queue_consumers", "Consumers of all its shards.", consumers),
  ];
}

async function recordFamilies({ messages, payments }: StateParts): Promise<MetricFamily[]> {
  const [parked, due] = await Promise.all([
    messages.listParked("parked", 1, 1),
    payments.listPayments({ state: "refund_due" }, 1, 1),
  ]);
  return [
    family(
      "gauge",
      "dropgate_messages_parked",
      "Messages that nobody could write, and that an operator has to decide about.",
      parked.total,
    ),
    family("gauge", "dropgate_refunds_due", "Payments that are to be given back.", due.total),
  ];
}

async function webhookFamilies(
  webhook: Pick<WebhookBook, "status">,
  nowMs: number,
): Promise<MetricFamily[]> {
  const { url, lag, attempts, failed } = await webhook.status();
  const ageS = lag.oldestAt === null ? 0 : Math.max(0, nowMs - lag.oldestAt) / 1_000;
  const gauge = (name: string, help: string, value: number) =>
    family("gauge", `dropgate_webhook_${name}`, help, value);
  return [
    gauge("configured", "Whether a worker has an address to tell the shop.", Number(url !== null)),
    gauge("lag_events", "Events that the shop was not told yet, as far as counted.", lag.events),
    gauge("lag_seconds", "Age of the oldest of them.", ageS),
    gauge("tries", "Failed tries of the delivery that is under way.", attempts),
    gauge("given_up", "Deliveries that were given up and not sent since.", failed),
  ];
}
