import type { Context, Hono } from "hono";
import { type Clock, isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import { type Claims, pickClaims } from "../../shared/claims.ts";
import { json, plainProblem, unauthenticated } from "../answers.ts";
import type { WarningLog } from "../calm_log.ts";
import { demoLoginSchema, parseJsonBody } from "../gate/buy_body.ts";
import type { Profiles } from "../gate/gate_parts.ts";
import { bearerToken, type Identity, noSessionCookies, sessionCookie } from "../gate/identity.ts";
import { KeySetError } from "../gate/shop_keys.ts";
import type { ShopTokenCheck } from "../gate/shop_tokens.ts";
import { cameByHttps } from "../public_origin.ts";
import { readBody } from "../read_body.ts";

/** What signing in needs. */
export interface SessionRoutesParts {
  identity: Identity;
  profiles: Profiles;
  /** Null when the edge was given no way to check the shop's tokens. */
  checkShopToken: ShopTokenCheck | null;
  demo: boolean;
  clock: Clock;
  /** A log that bears being written to by anybody. */
  log: WarningLog;
}

/** The exchange of a shop token for a session, who is signed in, sign-out, and the demo sign-in. */
export function addSessionRoutes(app: Hono, parts: SessionRoutesParts): void {
  const { identity, profiles, checkShopToken, clock, log } = parts;

  const begin = (c: Context, userId: string, level: number, claims?: Claims): Response => {
    const issued = identity.issue(userId, level, claims);
    return json(
      { token: issued.token, expiresAt: isoTime(issued.session.expiresAt) },
      200,
      { "set-cookie": sessionCookie(issued, clock(), cameByHttps(c)) },
    );
  };

  app.get("/api/session", (c) => {
    const session = identity.reader(c.req.raw.headers, cameByHttps(c));
    if (session === null) return json({ userId: null });
    const { level, claims = {} } = profiles.profileOf(session);
    const { userId, expiresAt } = session;
    return json({ userId, level, claims, expiresAt: isoTime(expiresAt) });
  });

  // Takes the cookie away. The token in it lives on until its end, as no edge keeps a list of them.
  app.delete("/api/session", (c) => {
    const { headers } = c.req.raw;
    if (!identity.isOwnRequest(headers, cameByHttps(c))) return plainProblem("unauthenticated");
    const response = json({ userId: null });
    for (const cookie of noSessionCookies()) response.headers.append("set-cookie", cookie);
    return response;
  });

  app.post("/api/session", async (c) => {
    const token = bearerToken(c.req.header("authorization") ?? "");
    if (token === null) return unauthenticated("Send the shop's token as Authorization: Bearer");
    if (checkShopToken === null) return unauthenticated("No shop is connected");
    try {
      const customer = await checkShopToken(token);
      if (customer === null) return unauthenticated("This token cannot be used");
      return begin(c, customer.userId, customer.level, customer.claims);
    } catch (error) {
      if (!(error instanceof KeySetError)) throw error;
      log.warning("Cannot check shop tokens: {error}", { error: String(error) });
      return plainProblem("unavailable");
    }
  });

  if (!parts.demo) return;

  app.post("/dev/login", async (c) => {
    const text = await readBody(c.req.raw).catch(() => "");
    if (text === null) return plainProblem("too_large");
    const body = parseJsonBody(text, demoLoginSchema);
    if ("errors" in body) return problem("invalid", undefined, { errors: body.errors });
    const { userId, level, claims = {} } = body.value;
    return begin(c, userId, level, pickClaims(claims, Object.keys(claims)));
  });
}
