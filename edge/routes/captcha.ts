import type { Context, Hono } from "hono";
import { z } from "zod";
import { type Clock, isoTime } from "../../shared/clock.ts";
import { problem, type ProblemCode } from "../../shared/problem.ts";
import { json, plainProblem } from "../answers.ts";
import type { WarningLog } from "../calm_log.ts";
import type { Caller, CaptchaDesk, Verdict } from "../captcha/captcha_desk.ts";
import { quietAnswerSchema } from "../captcha/quiet_work.ts";
import { sliderAnswerSchema } from "../captcha/track.ts";
import { type Parsed, parseWith } from "../gate/buy_body.ts";
import { clientAddress } from "../gate/client_address.ts";
import type { ClientAddress, GateParts } from "../gate/gate_parts.ts";
import { type Refusal, refusal, refusalResponse } from "../gate/refusal.ts";
import { cameByHttps } from "../public_origin.ts";
import { readBody } from "../read_body.ts";
import type { SaleIndex } from "../sale_index.ts";
import type { SaleSnapshot } from "../sale_snapshot.ts";

/** What the captcha's addresses need. */
export interface CaptchaRoutesParts
  extends Pick<GateParts, "identity" | "blocklist" | "suspicion"> {
  desk: CaptchaDesk;
  index: SaleIndex;
  snapshot: Pick<SaleSnapshot, "loaded">;
  clock: Clock;
  /** A log that bears being written to by anybody. */
  log: WarningLog;
}

/** The kinds of challenge that may be asked for. */
export const CHALLENGE_KINDS = ["slider", "wait"] as const;

/** The body of a request for a challenge. */
export const askBodySchema = z.object({
  saleId: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  kind: z.enum(CHALLENGE_KINDS).default("slider").describe(
    "wait: for whoever cannot see a picture; a little work for the device, and some seconds",
  ),
});

/** Asking for a challenge, and answering one. */
export function addCaptchaRoutes(app: Hono, parts: CaptchaRoutesParts): void {
  const { desk, snapshot, suspicion, clock, log } = parts;

  app.post("/api/captcha", async (c) => {
    if (!snapshot.loaded) return plainProblem("unavailable");
    const body = await bodyOf(c, () => askBodySchema);
    if ("refused" in body) return refusalResponse(body.refused);
    const { saleId, kind } = body.value;
    const address = clientAddress(c);
    const refused = saleRefusal(saleId, address, parts);
    if (refused !== null) return plainProblem(refused);
    const caller = callerOf(c, address, parts);
    if (typeof caller === "string") return plainProblem(caller);
    if (kind === "wait") {
      const asked = desk.askToWait(caller, saleId);
      if (asked.kind === "limited") return tooMany(asked.waitMs);
      return json({ ...asked.wait, expiresAt: isoTime(asked.wait.expiresAt) }, 201);
    }
    const asked = await desk.askSlider(caller, saleId);
    if (asked === null) return plainProblem("busy");
    if (asked.kind === "limited") return tooMany(asked.waitMs);
    return json({ ...asked.puzzle, expiresAt: isoTime(asked.puzzle.expiresAt) }, 201);
  });

  app.post("/api/captcha/:challengeId", async (c) => {
    const isWait = (body: unknown) =>
      typeof body === "object" && body !== null && "solutions" in body;
    const body = await bodyOf<Answer>(
      c,
      (raw) => isWait(raw) ? quietAnswerSchema : sliderAnswerSchema,
    );
    if ("refused" in body) return refusalResponse(body.refused);
    const address = clientAddress(c);
    if (parts.blocklist.blocksAddress(address)) return plainProblem("blocked");
    const caller = callerOf(c, address, parts);
    if (typeof caller === "string") return plainProblem(caller);
    let verdict: Verdict;
    try {
      verdict = await judge(desk, caller, c.req.param("challengeId"), body.value);
    } catch (error) {
      log.warning("Cannot read a challenge: {error}", { error: String(error) });
      return plainProblem("unavailable");
    }
    if (verdict.kind === "limited") return tooMany(verdict.waitMs);
    if (verdict.kind === "passed") {
      return json({ pass: verdict.pass, expiresAt: isoTime(verdict.expiresAt) });
    }
    suspicion.noteCaptchaFailed(caller.userId, address, clock());
    return plainProblem("captcha_failed");
  });
}

type Answer = z.infer<typeof quietAnswerSchema> | z.infer<typeof sliderAnswerSchema>;

async function judge(
  desk: CaptchaDesk,
  caller: Caller,
  challengeId: string,
  answer: Answer,
): Promise<Verdict> {
  return "solutions" in answer
    ? desk.judgeWait(caller, challengeId, answer.solutions)
    : await desk.judgeSlider(caller, challengeId, answer);
}

/** Let through again after `waitMs`. */
function tooMany(waitMs: number): Response {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  return problem("rate_limited", undefined, { retryAfterMs }, {
    "retry-after": String(Math.ceil(retryAfterMs / 1_000)),
  });
}

/** The body by the schema that fits it, or why it is refused. */
async function bodyOf<T>(
  c: Context,
  schemaFor: (raw: unknown) => z.ZodType<T>,
): Promise<{ value: T } | { refused: Refusal }> {
  let text: string | null;
  try {
    text = await readBody(c.req.raw);
  } catch {
    return { refused: refusal("invalid") };
  }
  if (text === null) return { refused: refusal("too_large") };
  let parsed: Parsed<T>;
  try {
    const raw: unknown = JSON.parse(text);
    parsed = parseWith(raw, schemaFor(raw));
  } catch {
    parsed = { errors: [{ path: "", message: "The body must be JSON" }] };
  }
  if ("value" in parsed) return parsed;
  return { refused: { code: "invalid", extra: { errors: parsed.errors }, recoverable: null } };
}

/** Why nobody at this address gets a challenge for this sale. A sale to come is fine. */
function saleRefusal(
  saleId: number,
  address: ClientAddress,
  { blocklist, index, clock }: CaptchaRoutesParts,
): ProblemCode | null {
  if (blocklist.blocksAddress(address)) return "blocked";
  const sale = index.sales.get(saleId);
  if (sale === undefined) return "unknown_item";
  return sale.facts.closed || clock() >= sale.facts.endsAt ? "ended" : null;
}

function callerOf(
  c: Context,
  address: ClientAddress,
  { identity, blocklist }: CaptchaRoutesParts,
): Caller | ProblemCode {
  const session = identity.writer(c.req.raw.headers, cameByHttps(c));
  if (session === null) return "unauthenticated";
  if (blocklist.blocksUser(session.userId)) return "blocked";
  return { userId: session.userId, address };
}
