import type { createRoute, z } from "@hono/zod-openapi";
import { type ProblemCode, PROBLEMS } from "../shared/problem.ts";
import { problemSchema } from "./public_api.ts";

/** The answers of a route, as OpenAPI tells of them. */
export type Responses = Parameters<typeof createRoute>[0]["responses"];

/** Answers with JSON bodies, and problems by their codes. */
export function answers(
  bodies: Record<number, [string, z.ZodType]>,
  codes: ProblemCode[],
): Responses {
  const responses: Responses = {};
  for (const [status, [description, schema]] of Object.entries(bodies)) {
    responses[status] = { description, content: { "application/json": { schema } } };
  }
  for (const [status, together] of Map.groupBy(codes, (code) => PROBLEMS[code].status)) {
    responses[status] = {
      description: together.join(", "),
      content: { "application/problem+json": { schema: problemSchema } },
    };
  }
  return responses;
}
