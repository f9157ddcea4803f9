import type { Context, Hono } from "hono";
import type { Clock } from "../../shared/clock.ts";
import type { WarningLog } from "../calm_log.ts";
import { type Identity, sessionCookie } from "../gate/identity.ts";
import { returnPath } from "../gate/return_path.ts";
import { KeySetError } from "../gate/shop_keys.ts";
import type { ShopTokenCheck } from "../gate/shop_tokens.ts";
import type { PageStore } from "../pages/page_store.tsx";
import { cameByHttps } from "../public_origin.ts";
import { readBody } from "../read_body.ts";

/** What the shop's form needs. */
export interface HandOverParts {
  identity: Identity;
  pages: PageStore;
  /** Null when the edge was given no way to check the shop's tokens. */
  checkShopToken: ShopTokenCheck | null;
  clock: Clock;
  /** A log that bears being written to by anybody. */
  log: WarningLog;
}

/** Most characters of a foreign origin that are logged. */
const MAX_LOGGED_ORIGIN = 200;

/**
 * `POST /session`: a form on the shop's page brings its customer here signed in. Fields are `token`
 * and `returnTo`, a path of this host. What goes wrong is told on a page, since a person is looking.
 */
export function addHandOverRoutes(app: Hono, parts: HandOverParts): void {
  const { identity, pages, checkShopToken, clock, log } = parts;

  app.post("/session", async (c) => {
    const request = c.req.raw;
    if (!identity.isHandOver(request.headers, cameByHttps(c))) {
      await request.body?.cancel().catch(() => {});
      const origin = (request.headers.get("origin") ?? "none").slice(0, MAX_LOGGED_ORIGIN);
      log.warning("A form of origin {origin} wanted to sign somebody in: see SHOP_ORIGINS", {
        origin,
      });
      return pages.signInForeign.respond(request);
    }
    const form = await readForm(c);
    const token = form?.get("token") ?? null;
    if (token === null || checkShopToken === null) return pages.signInFailed.respond(request);
    try {
      const customer = await checkShopToken(token);
      if (customer === null) return pages.signInFailed.respond(request);
      const issued = identity.issue(customer.userId, customer.level, customer.claims);
      return new Response(null, {
        status: 303,
        headers: {
          location: returnPath(form!.get("returnTo")),
          "set-cookie": sessionCookie(issued, clock(), cameByHttps(c)),
          "cache-control": "no-store",
        },
      });
    } catch (error) {
      if (!(error instanceof KeySetError)) throw error;
      log.warning("Cannot check shop tokens: {error}", { error: String(error) });
      return pages.away.respond(request);
    }
  });
}

/** The fields of a form, or null for any other body, a broken one and one that is too large. */
async function readForm(c: Context): Promise<URLSearchParams | null> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    await c.req.raw.body?.cancel().catch(() => {});
    return null;
  }
  const text = await readBody(c.req.raw).catch(() => null);
  return text === null ? null : new URLSearchParams(text);
}
