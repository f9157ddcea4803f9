import type { Context } from "hono";
import type { Log } from "./log.ts";
import { currentRequestId } from "./request_context.ts";
import { givenRequestId, REQUEST_ID_HEADER, type RequestIds } from "./request_id.ts";

/**
 * Writes the one line about a request that failed in a way that nobody foresaw, stack included, and
 * returns its answer with the id that the line has. To be called by an app's `onError` only: whatever
 * fails below it throws and logs nothing.
 */
export function answerFailure(
  log: Pick<Log, "error">,
  ids: RequestIds,
  error: Error,
  c: Context,
  answer: Response,
): Response {
  const requestId = currentRequestId() ?? givenRequestId(c.req.raw.headers) ?? ids.next();
  const { method, path } = c.req;
  log.error("{method} {path} failed: {error}", {
    method,
    path,
    error: error.stack ?? String(error),
    requestId,
  });
  answer.headers.set(REQUEST_ID_HEADER, requestId);
  return answer;
}
