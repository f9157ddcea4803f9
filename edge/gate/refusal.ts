import { problem, type ProblemCode } from "../../shared/problem.ts";
import { plainProblem } from "../answers.ts";
import type { LimitName } from "../limits/sharing_config.ts";
import type { RefusalPeriod } from "../sale_index.ts";

/**
 * The period of everything that a limit refuses. It is no stretch of time that buyers share: for
 * each of them it begins and ends with his own tries.
 */
export const LIMITED: RefusalPeriod = { name: "limited", sinceMs: -Infinity };

/**
 * The same for the slider alone. Who has bought already is told so, whatever his request id: he
 * would solve a puzzle only to hear it then.
 */
export const UNPROVEN: RefusalPeriod = { name: "unproven", sinceMs: -Infinity };

/** Why a buy goes no further. A value, never an exception. */
export interface Refusal {
  code: ProblemCode;
  detail?: string;
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** Which limit it was, where one refused. */
  limit?: LimitName;
  /**
   * Set when a buyer whose answer was lost must not hear this before the origin was asked: the
   * stretch of time in which the refusal holds.
   */
  recoverable: RefusalPeriod | null;
}

/** A refusal that is the same for everybody. */
export function refusal(code: ProblemCode, detail?: string): Refusal {
  return detail === undefined ? { code, recoverable: null } : { code, detail, recoverable: null };
}

/** The response of a refusal. */
export function refusalResponse({ code, detail, extra, headers }: Refusal): Response {
  if (detail === undefined && extra === undefined && headers === undefined) {
    return plainProblem(code);
  }
  return problem(code, detail, extra, headers);
}

/** A refusal by a limit: when the next try will be let through, in `waitMs` ≥ 1. */
export function rateLimited(limit: LimitName, waitMs: number): Refusal {
  return {
    code: "rate_limited",
    extra: { retryAfterMs: waitMs },
    headers: { "retry-after": String(Math.ceil(waitMs / 1_000)) },
    limit,
    recoverable: LIMITED,
  };
}
