import { requestContext } from "./request_context.ts";
import { isRequestId } from "./request_id.ts";
import { traceparent } from "./tracing/tracing.ts";

/**
 * Where a message comes from, for logs and traces. It travels beside the message, never inside of it:
 * the message's text is written once, by the ledger, and known by its hash.
 */
export interface MessageTrail {
  /** Of the batch that it was decided in. */
  requestId: string;
  /** Ids that callers gave to buys of that batch; left out when none did. */
  requestIds?: readonly string[];
  /** The span that handed it over; left out where no trace is kept. */
  traceparent?: string;
}

/** The trail of what is handed over now; undefined outside of a request. */
export function currentTrail(): MessageTrail | undefined {
  const context = requestContext.getStore();
  if (context === undefined) return undefined;
  const parent = traceparent();
  return parent === undefined ? context : { ...context, traceparent: parent };
}

/** Ids in a trail; a batch has no more buys. */
const MAX_IDS = 512;

/** Reads a trail that came with a message; null for what is none. Never throws. */
export function readTrail(text: string | null | undefined): MessageTrail | null {
  if (!text) return null;
  try {
    const { requestId, requestIds, traceparent } = JSON.parse(text) as Record<string, unknown>;
    if (typeof requestId !== "string" || !isRequestId(requestId)) return null;
    return {
      requestId,
      ...(areRequestIds(requestIds) ? { requestIds } : {}),
      ...(typeof traceparent === "string" && traceparent.length < 64 ? { traceparent } : {}),
    };
  } catch {
    return null;
  }
}

function areRequestIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MAX_IDS &&
    value.every((id) => typeof id === "string" && isRequestId(id));
}
