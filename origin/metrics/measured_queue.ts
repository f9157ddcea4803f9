import type { BoundedLines } from "../../shared/bounded_lines.ts";
import { currentTrail } from "../../shared/message_trail.ts";
import { timed } from "../../shared/metrics/histogram.ts";
import { inSpan } from "../../shared/tracing/tracing.ts";
import type { OutboundMessage, PublishingQueue, PublishOutcome } from "../queue/order_queue.ts";
import type { OriginMetrics } from "./origin_metrics.ts";

/**
 * The same queue; publishing is counted, timed and traced, and messages carry where they come from. A
 * message that was not confirmed is told in a line, since whoever sends it again does not know that.
 */
export function measuredQueue(
  queue: PublishingQueue,
  metrics: OriginMetrics,
  lines: BoundedLines,
): PublishingQueue {
  return {
    isUp: () => queue.isUp(),
    publish(messages, timeoutMs) {
      if (messages.length === 0) return queue.publish(messages, timeoutMs);
      return inSpan("publish batch", async () => {
        const given = withTrail(messages);
        const outcomes = await timed(metrics.publishS, () => queue.publish(given, timeoutMs));
        messages.forEach(({ messageId }, at) => note(messageId, outcomes[at], metrics, lines));
        return outcomes;
      }, { attributes: { "messaging.batch.message_count": messages.length } });
    },
  };
}

/** The same queue for the relay, whose messages are counted apart. */
export function countedRelay(queue: PublishingQueue, metrics: OriginMetrics): PublishingQueue {
  return {
    isUp: () => queue.isUp(),
    async publish(messages, timeoutMs) {
      const outcomes = await queue.publish(messages, timeoutMs);
      for (const outcome of outcomes) metrics.relayed.add(outcome);
      return outcomes;
    },
  };
}

function withTrail(messages: OutboundMessage[]): OutboundMessage[] {
  const trail = currentTrail();
  return trail === undefined ? messages : messages.map((message) => ({ ...message, trail }));
}

function note(
  messageId: string,
  outcome: PublishOutcome = "unconfirmed",
  metrics: OriginMetrics,
  lines: BoundedLines,
): void {
  metrics.published.add(outcome);
  if (outcome === "confirmed") return;
  lines.warning("Message {messageId} is {outcome}: a relay goes on with it", () => ({
    messageId,
    outcome,
  }));
}
