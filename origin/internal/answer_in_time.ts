import type { MiddlewareHandler } from "hono";
import { DEADLINE_HEADER } from "../../shared/internal_api.ts";
import { problem } from "../../shared/problem.ts";
import { DeadlineError, withDeadline } from "../../shared/shutdown.ts";

/** Longest deadline that is taken from a caller, ms; edges give at most 8 s. */
const MAX_DEADLINE_MS = 60_000;

/**
 * Answers 503 when the caller's deadline has passed, instead of letting it give up: it then knows
 * that this origin lives and waits for a server, and does not ask another one for the same. What was
 * begun goes on until its own limits end it. Calls without a deadline are left alone.
 */
export function answerInTime(): MiddlewareHandler {
  return async function deadlineGuard(c, next) {
    const given = c.req.header(DEADLINE_HEADER);
    if (given === undefined || !/^[1-9]\d{0,8}$/.test(given)) return await next();
    const deadlineMs = Math.min(MAX_DEADLINE_MS, Number(given));
    try {
      await withDeadline(next(), deadlineMs, `answering ${c.req.path}`);
    } catch (error) {
      if (error instanceof DeadlineError) return problem("unavailable", "Not answered in time");
      throw error;
    }
  };
}
