import { Hono } from "hono";
import { z } from "zod";
import { SANDBOX_ACTIONS } from "../../shared/internal_api.ts";
import { problem } from "../../shared/problem.ts";
import type { SandboxDesk } from "../payments/sandbox_desk.ts";
import { readJson } from "./payment_routes.ts";

const actionSchema = z.object({ action: z.enum(SANDBOX_ACTIONS) });

/** What the sandbox's page asks, below `/internal`; only there where the sandbox is the gateway. */
export function sandboxRoutes(sandbox: SandboxDesk): Hono {
  const app = new Hono();

  app.get("/sandbox/:link", async (c) => {
    const view = await sandbox.show(c.req.param("link"));
    return view ? c.json(view) : problem("not_found", "This link was not made here");
  });

  app.post("/sandbox/:link", async (c) => {
    const asked = await readJson(c, actionSchema);
    if (!asked) return problem("invalid", `The action is one of ${SANDBOX_ACTIONS.join(", ")}`);
    const notices = await sandbox.pay(c.req.param("link"), asked.action);
    return notices ? c.json({ notices }) : problem("not_found", "This link was not made here");
  });

  return app;
}
