import type { Context, Hono } from "hono";
import { type Clock, isoTime } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import { problem } from "../../shared/problem.ts";
import { json, plainProblem, unauthenticated } from "../answers.ts";
import { demoLoginSchema, parseJsonBody } from "../gate/buy_body.ts";
import { bearerToken, type Identity, sessionCookie } from "../gate/identity.ts";
import type { ShopTokenCheck } from "../gate/shop_tokens.ts";
import { cameByHttps } from "../public_origin.ts";
import { readBody } from "../read_body.ts";

/** What signing in needs. */
export interface SessionRoutesParts {
  identity: Identity;
  /** Null when the edge was given no way to check the shop's tokens. */
  checkShopToken: ShopTokenCheck | null;
  demo: boolean;
  clock: Clock;
  log: Log;
}

/** The exchange of a shop token for a session, who is signed in, and the demo sign-in. */
export function addSessionRoutes(app: Hono, parts: SessionRoutesParts): void {
  const { identity, checkShopToken, clock, log } = parts;

  const begin = (c: Context, userId: string, level: number): Response => {
    const issued = identity.issue(userId, level);
    return json(
      { token: issued.token, expiresAt: isoTime(issued.session.expiresAt) },
      200,
      { "set-cookie": sessionCookie(issued, clock(), cameByHttps(c)) },
    );
  };

  app.get("/api/session", (c) => {
    const session = identity.reader(c.req.raw.headers);
    if (session === null) return json({ userId: null });
    const { userId, level, expiresAt } = session;
    return json({ userId, level, expiresAt: isoTime(expiresAt) });
  });

  app.post("/api/session", async (c) => {
    const token = bearerToken(c.req.header("authorization") ?? "");
    if (token === null) return unauthenticated("Send the shop's token as Authorization: Bearer");
    if (checkShopToken === null) return unauthenticated("No shop is connected");
    try {
      const customer = await checkShopToken(token);
      if (customer === null) return unauthenticated("This token cannot be used");
      return begin(c, customer.userId, customer.level);
    } catch (error) {
      log.error("Cannot check shop tokens: {error}", { error: String(error) });
      return plainProblem("unavailable");
    }
  });

  if (!parts.demo) return;

  app.post("/dev/login", async (c) => {
    const text = await readBody(c.req.raw).catch(() => "");
    if (text === null) return plainProblem("too_large");
    const body = parseJsonBody(text, demoLoginSchema);
    if ("errors" in body) return problem("invalid", undefined, { errors: body.errors });
    return begin(c, body.value.userId, body.value.level);
  });
}
