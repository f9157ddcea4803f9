import { AsyncLocalStorage } from "node:async_hooks";

/** Where work comes from. Everything in it stands in every log line that is written meanwhile. */
export interface RequestContext {
  requestId: string;
  /** Ids that callers gave to buys of this batch; left out when none did. */
  requestIds?: readonly string[];
}

/**
 * What is going on in this chain of calls, across `await`. Logs read it (see `startLogging`), and so
 * does whoever hands work on. Entering costs 0.3 µs: once per batch, never once per buy.
 */
export const requestContext = new AsyncLocalStorage<RequestContext>();

/** Runs `work` as part of a request. */
export function withinRequest<T>(context: RequestContext, work: () => T): T {
  return requestContext.run(context, work);
}

/** The id of the request that is going on; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return requestContext.getStore()?.requestId;
}

/**
 * Runs `work` outside of every request: for what a request sets off and what goes on by itself, whose
 * later lines would carry that request's id for ever.
 */
export function outsideRequests<T>(work: () => T): T {
  // Not `exit`, whose timers would find the request again.
  return requestContext.run(undefined as never, work);
}
