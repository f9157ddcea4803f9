/**
 * Every refusal that leaves Dropgate, in the form of RFC 9457. The order of this table is the
 * precedence: when two refusals apply to one request, the one that stands first is the answer.
 */
export const PROBLEMS = {
  invalid: { status: 400, title: "The request is not valid" },
  too_large: { status: 413, title: "The request is too large" },
  blocked: { status: 403, title: "This account or address is blocked" },
  unknown_item: { status: 404, title: "There is no such sale or product" },
  not_found: { status: 404, title: "There is nothing here" },
  method_not_allowed: { status: 405, title: "This address does not take that method" },
  not_started: { status: 425, title: "The sale has not started" },
  ended: { status: 410, title: "The sale has ended" },
  paused: { status: 503, title: "The sale is paused for a moment" },
  sold_out: { status: 409, title: "Sold out" },
  unauthenticated: { status: 401, title: "Sign in first" },
  forbidden: { status: 403, title: "You may not do this" },
  not_eligible: { status: 403, title: "This sale is not open to this account" },
  rate_limited: { status: 429, title: "Too many tries" },
  captcha_required: { status: 428, title: "Solve the slider first" },
  captcha_failed: { status: 422, title: "The slider was not solved" },
  idempotency_mismatch: {
    status: 422,
    title: "The same Idempotency-Key was used with another quantity",
  },
  order_ended: { status: 409, title: "The order of this Idempotency-Key has ended" },
  already_bought: { status: 409, title: "You already have a reservation for this product" },
  not_cancellable: { status: 409, title: "This order cannot be cancelled" },
  not_payable: { status: 409, title: "This order cannot be paid now" },
  wrong_amount: { status: 422, title: "The order asks for another amount or currency" },
  conflict: { status: 409, title: "This does not fit the present state" },
  busy: { status: 503, title: "Too many buyers at once" },
  unavailable: { status: 503, title: "A part of the system is away" },
  internal: { status: 500, title: "Something went wrong on our side" },
} as const;

/** A stable code by which programs tell refusals apart. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Seconds that a refused caller should wait, for the refusals that pass by themselves. */
export const RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = {
  paused: 2,
  busy: 1,
  unavailable: 2,
};

/** The body of a refusal. `extra` members (a ticket, times, field errors) stand beside it. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail?: string;
  [extra: string]: unknown;
}

/** The body for a code. */
export function problemBody(
  code: ProblemCode,
  detail?: string,
  extra?: Record<string, unknown>,
): ProblemBody {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:dropgate:problem:${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...extra,
  };
}

/** The response for a code, with `Retry-After` where waiting helps. */
export function problem(
  code: ProblemCode,
  detail?: string,
  extra?: Record<string, unknown>,
  headers: Record<string, string> = {},
): Response {
  const body = problemBody(code, detail, extra);
  const retryAfter = RETRY_AFTER_S[code];
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
      ...headers,
    },
  });
}
