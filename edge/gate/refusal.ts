import { problem, type ProblemCode } from "../../shared/problem.ts";
import { plainProblem } from "../answers.ts";
import type { RefusalPeriod } from "../sale_index.ts";

/** Why a buy goes no further. A value, never an exception. */
export interface Refusal {
  code: ProblemCode;
  detail?: string;
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
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
