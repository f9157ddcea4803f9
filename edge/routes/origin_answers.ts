import { DEADLINE_HEADER } from "../../shared/internal_api.ts";
import { jsonText, plainProblem } from "../answers.ts";
import type { WarningLog } from "../calm_log.ts";
import {
  type OriginAnswer,
  type OriginCall,
  OriginFailure,
  type OriginPool,
} from "../origin_pool.ts";

/** What the way there and back may take: an origin that gives up says so before the edge does. */
const WAY_MS = 100;

/** What asking an origin needs. */
export interface OriginAskingParts {
  pool: OriginPool;
  log: WarningLog;
}

/** How to ask. */
export interface Asking {
  /** What it is about, for the log: "read orders". */
  what: string;
  /** Statuses that are handed on as they are; every other one is 503. */
  passes: readonly number[];
  /** Asks another origin when one gave no answer: only for what may be done twice. */
  twice: boolean;
}

/**
 * Asks an origin and hands its answer on. A 503 of it says that a server behind it is away, and one
 * that is late waits for such a server: it still decides buys, so it is not counted as failing.
 */
export async function handOn(
  call: OriginCall,
  { what, passes, twice }: Asking,
  parts: OriginAskingParts,
): Promise<Response> {
  const answer = await ask(call, { what, twice }, parts);
  if (answer && (passes.includes(answer.status) || answer.status === 503)) return relayed(answer);
  if (answer) parts.log.warning("Cannot {what}: status {status}", { what, status: answer.status });
  return plainProblem("unavailable");
}

/** The same for callers that read the answer themselves; null when no origin gave one. */
export async function ask(
  call: OriginCall,
  { what, twice }: Pick<Asking, "what" | "twice">,
  { pool, log }: OriginAskingParts,
): Promise<OriginAnswer | null> {
  const headers = new Headers(call.headers);
  headers.set(DEADLINE_HEADER, String(Math.max(1, call.timeoutMs - WAY_MS)));
  const patient = { ...call, headers, accepts: [503], mayBeLate: true };
  try {
    return await pool.call(patient).catch((error: unknown) => {
      if (!twice || !(error instanceof OriginFailure) || error.origin === null) throw error;
      if (!pool.takeRetry()) throw error;
      return pool.call(patient, error.origin);
    });
  } catch (error) {
    log.warning("Cannot {what}: {error}", { what, error: String(error) });
    return null;
  }
}

function relayed({ status, text, retryAfter }: OriginAnswer): Response {
  const response = jsonText(text, status);
  if (status >= 400) response.headers.set("content-type", "application/problem+json");
  if (retryAfter !== null) response.headers.set("retry-after", retryAfter);
  if (status === 401) response.headers.set("www-authenticate", "Dropgate-Signature");
  return response;
}
