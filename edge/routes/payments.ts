import type { Hono } from "hono";
import { EDGE_KEY_HEADER } from "../../shared/internal_api.ts";
import { problem } from "../../shared/problem.ts";
import { plainProblem } from "../answers.ts";
import { readRawBody } from "../read_body.ts";
import { handOn, type OriginAskingParts } from "./origin_answers.ts";

/** Most bytes of a notification. */
export const MAX_NOTICE_BYTES = 64 * 1024;

/** How long an origin may take to record a payment; asked at most twice. */
const WEBHOOK_TIMEOUT_MS = 8_000;

/**
 * Headers that belong to one connection, to this host or to a browser. `authorization` is not one of
 * them: some providers show a password in it.
 */
const OWN_HEADERS = new Set([
  "host",
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "content-length",
  "accept-encoding",
  "cookie",
  EDGE_KEY_HEADER,
]);

/**
 * What payment providers tell. The body goes to an origin byte for byte and so do the headers,
 * since every provider signs in its own way; the edge holds no key to check with.
 */
export function addPaymentsRoutes(app: Hono, parts: OriginAskingParts): void {
  app.post("/api/payments/webhook", async (c) => {
    let body: Uint8Array<ArrayBuffer> | null;
    try {
      body = await readRawBody(c.req.raw, MAX_NOTICE_BYTES);
    } catch {
      return problem("invalid", "The body did not arrive");
    }
    if (body === null) return plainProblem("too_large");
    const call = {
      method: "POST",
      path: "/internal/payments/webhook",
      body,
      headers: providerHeaders(c.req.raw.headers),
      timeoutMs: WEBHOOK_TIMEOUT_MS,
    } as const;
    const passes = [200, 400, 401, 404, 413, 422];
    return handOn(call, { what: "hand a payment on", passes, twice: true }, parts);
  });
}

/** The sender's headers without those that no origin may take from outside. */
export function providerHeaders(headers: Headers): Headers {
  const passed = new Headers();
  for (const [name, value] of headers) {
    const internal = name.startsWith("dropgate-") && name !== "dropgate-signature";
    if (!internal && !OWN_HEADERS.has(name)) passed.set(name, value);
  }
  return passed;
}
