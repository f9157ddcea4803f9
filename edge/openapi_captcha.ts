import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { quietAnswerSchema } from "./captcha/quiet_work.ts";
import { sliderAnswerSchema } from "./captcha/track.ts";
import { answers } from "./openapi_answers.ts";
import { askBodySchema } from "./routes/captcha.ts";

const security = [{ session: [] }, { cookie: [] }];
const time = z.iso.datetime().describe("ISO 8601 UTC with milliseconds");
const pixels = z.number().int().min(0).describe("Pixels of the picture");
const png = z.string().describe("A PNG as a data URL");

/** A slider, or the quiet way. */
const challengeSchema = z.union([
  z.object({
    challengeId: z.string(),
    width: pixels,
    height: pixels,
    pieceWidth: pixels,
    pieceHeight: pixels,
    pieceY: pixels,
    background: png,
    piece: png,
    expiresAt: time,
  }),
  z.object({
    challengeId: z.string(),
    waitMs: z.number().int().min(0).describe("An answer is taken after so long"),
    work: z.object({ salt: z.string(), count: z.number().int(), bits: z.number().int() }).describe(
      "For each index below count the least number for which SHA-256 of salt:index:number begins " +
        "with so many zero bits",
    ),
    expiresAt: time,
  }),
]);

const passSchema = z.object({
  pass: z.string().describe("For X-Captcha-Pass; works once"),
  expiresAt: time,
});

/** The captcha. */
export function describeCaptcha(registry: OpenAPIHono["openAPIRegistry"]): void {
  registry.registerPath(createRoute({
    method: "post",
    path: "/api/captcha",
    summary: "Ask for a slider, or for the quiet way",
    description: "May be asked before the sale opens",
    security,
    request: { body: { content: { "application/json": { schema: askBodySchema } } } },
    responses: answers({ 201: ["A challenge, of the kind that was asked for", challengeSchema] }, [
      "invalid",
      "too_large",
      "blocked",
      "unknown_item",
      "ended",
      "unauthenticated",
      "rate_limited",
      "busy",
      "unavailable",
    ]),
  }));
  registry.registerPath(createRoute({
    method: "post",
    path: "/api/captcha/{challengeId}",
    summary: "Answer a challenge: one try, whatever comes of it",
    description: "429 leaves the challenge as it is: the same answer may be sent again later",
    security,
    request: {
      params: z.object({ challengeId: z.string() }),
      body: {
        content: {
          "application/json": { schema: z.union([sliderAnswerSchema, quietAnswerSchema]) },
        },
      },
    },
    responses: answers({ 200: ["A captcha pass", passSchema] }, [
      "invalid",
      "too_large",
      "blocked",
      "unauthenticated",
      "captcha_failed",
      "rate_limited",
      "unavailable",
    ]),
  }));
}
