import type { z } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import type { CatalogRefusal } from "../catalog/catalog.ts";

/** Faults of one request that are told one by one. */
const MAX_ERRORS = 50;

/** What to answer when a request breaks its schema: every fault with its path. */
export function refuseInvalid(
  result: { success: true } | { success: false; target: string; error: z.ZodError },
): Response | undefined {
  if (result.success) return undefined;
  // An id that can be no id is the id of nothing.
  if (result.target === "param") return problem("not_found", "There is nothing with such an id");
  const errors = result.error.issues.slice(0, MAX_ERRORS).map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
  }));
  const first = errors[0];
  const detail = first && (first.path === "" ? first.message : `${first.path}: ${first.message}`);
  return problem("invalid", detail, { errors });
}

/** Where the fault of a refused change lies in its body; the others lie in the present state. */
const FAULTY_FIELDS: Partial<Record<CatalogRefusal["kind"], string>> = {
  unknown_product: "items",
  different_currency: "items",
  window: "endsAt",
};

/** What to answer when the catalog refused a change. */
export function refuseChange(
  result: { kind: "not_found" } | { kind: "refused"; refusal: CatalogRefusal },
): Response {
  if (result.kind === "not_found") return problem("not_found");
  const { kind, detail } = result.refusal;
  const path = FAULTY_FIELDS[kind];
  return path === undefined
    ? problem("conflict", detail)
    : problem("invalid", detail, { errors: [{ path, message: detail }] });
}
