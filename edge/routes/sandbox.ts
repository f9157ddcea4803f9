import type { Context, Hono } from "hono";
import {
  SANDBOX_ACTIONS,
  type SandboxAction,
  type SandboxNotice,
  type SandboxView,
} from "../../shared/internal_api.ts";
import type { PageStore } from "../pages/page_store.tsx";
import { readBody } from "../read_body.ts";
import { ask, type OriginAskingParts } from "./origin_answers.ts";

/** How long an origin may take; asked at most twice. */
const SANDBOX_TIMEOUT_MS = 5_000;

/** How often the page looks again while its buyer waits to come late, s. */
const LATE_LOOK_S = "3";

/** What became of a payment that lets its buyer go straight back to the sale. */
const WENT_THROUGH = ["applied", "known", "stored"];

/** What the sandbox's page needs. */
export interface SandboxRoutesParts extends OriginAskingParts {
  pages: PageStore;
}

/** The page on which buyers of a demo pay: `/sandbox/pay/{link}`. Only with `DEMO`. */
export function addSandboxRoutes(app: Hono, parts: SandboxRoutesParts): void {
  const { pages } = parts;

  app.get("/sandbox/pay/:link", async (c) => {
    const view = await readView(c, parts);
    if (typeof view === "string") return failed(view, c, pages);
    const comesLate = c.req.query("late") !== undefined;
    const waits = comesLate && view.status === "unpaid";
    return pages.sandbox(asked(c), { view, comesLate }, waits ? { refresh: LATE_LOOK_S } : {});
  });

  app.post("/sandbox/pay/:link", async (c) => {
    const text = await readBody(c.req.raw).catch(() => null);
    const action = readAction(new URLSearchParams(text ?? "").get("action"));
    if (action === null) return c.redirect(c.req.path, 303);
    const call = {
      method: "POST",
      path: internalPath(c),
      body: JSON.stringify({ action }),
      timeoutMs: SANDBOX_TIMEOUT_MS,
    } as const;
    const answer = await ask(call, { what: "pay in the sandbox", twice: true }, parts);
    if (answer?.status === 404) return failed("not_found", c, pages);
    if (answer?.status !== 200) return failed("unavailable", c, pages);
    const { notices } = JSON.parse(answer.text) as { notices: SandboxNotice[] };
    const view = await readView(c, parts);
    if (typeof view === "string") return failed(view, c, pages);
    const went = notices.every(({ outcome }) => WENT_THROUGH.includes(outcome));
    if (action === "pay" && went) return c.redirect(`/sales/${view.saleId}`, 303);
    return pages.sandbox(asked(c), { view, comesLate: false, notices }, {});
  });
}

/** The path without the URL, which cannot be read when a client names an impossible host. */
function asked(c: Context): { request: Request; path: string } {
  return { request: c.req.raw, path: c.req.path };
}

function internalPath(c: Context): string {
  return `/internal/sandbox/${encodeURIComponent(c.req.param("link") ?? "")}`;
}

async function readView(
  c: Context,
  parts: SandboxRoutesParts,
): Promise<SandboxView | "not_found" | "unavailable"> {
  const call = { method: "GET", path: internalPath(c), timeoutMs: SANDBOX_TIMEOUT_MS } as const;
  const answer = await ask(call, { what: "read a sandbox payment", twice: true }, parts);
  if (answer?.status === 404) return "not_found";
  return answer?.status === 200 ? JSON.parse(answer.text) : "unavailable";
}

function readAction(text: string | null): SandboxAction | null {
  return SANDBOX_ACTIONS.find((action) => action === text) ?? null;
}

function failed(why: "not_found" | "unavailable", c: Context, pages: PageStore): Response {
  return (why === "not_found" ? pages.notFound : pages.away).respond(c.req.raw);
}
