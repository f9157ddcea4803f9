import { Hono } from "hono";
import { withDeadline } from "../../shared/shutdown.ts";

/** How long a part may take to say that it is there. */
export const HEALTH_TIMEOUT_MS = 1_000;

/** One thing that a process cannot work without. */
export interface HealthCheck {
  /** Say, `ledger`. */
  name: string;
  /** True when it is there; false or a rejection when it is not. */
  isReady(): boolean | Promise<boolean>;
}

/** `/healthz`: the process lives. `/readyz`: everything it needs is there, or which part is not. */
export function healthRoutes(checks: HealthCheck[]): Hono {
  const app = new Hono();
  app.get("/healthz", (c) => c.json({ status: "ok" }, 200, NO_STORE));
  app.get("/readyz", async (c) => {
    const results = await Promise.all(checks.map(run));
    const ready = results.every((result) => result.ok);
    const status = ready ? "ready" : "not_ready";
    return c.json({ status, checks: results }, ready ? 200 : 503, NO_STORE);
  });
  return app;
}

const NO_STORE = { "cache-control": "no-store" };

async function run(check: HealthCheck): Promise<{ name: string; ok: boolean; detail?: string }> {
  const { name } = check;
  try {
    // Called inside a promise, so that a check that throws at once counts as one that rejects.
    const asked = Promise.resolve().then(() => check.isReady());
    const ok = await withDeadline(asked, HEALTH_TIMEOUT_MS, `asking ${name}`);
    return ok ? { name, ok } : { name, ok, detail: `${name} is not ready` };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
