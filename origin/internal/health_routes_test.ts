import { assertEquals } from "@std/assert";
import { healthRoutes } from "./health_routes.ts";

Deno.test("/healthz answers whatever is away", async () => {
  const app = healthRoutes([{ name: "ledger", isReady: () => false }]);
  const response = await app.request("/healthz");
  assertEquals([response.status, await response.json()], [200, { status: "ok" }]);
});

Deno.test("/readyz is ready when every part is", async () => {
  const app = healthRoutes([
    { name: "ledger", isReady: () => true },
    { name: "queue", isReady: () => Promise.resolve(true) },
  ]);
  const response = await app.request("/readyz");
  assertEquals(response.status, 200);
  assertEquals(await response.json(), {
    status: "ready",
    checks: [{ name: "ledger", ok: true }, { name: "queue", ok: true }],
  });
});

Deno.test("/readyz says which part is not there", async () => {
  const app = healthRoutes([
    { name: "ledger", isReady: () => true },
    { name: "queue", isReady: () => false },
    { name: "database", isReady: () => Promise.reject(new Error("connection refused")) },
    {
      name: "scripts",
      isReady: () => {
        throw new Error("not loaded");
      },
    },
  ]);
  const response = await app.request("/readyz");
  assertEquals(response.status, 503);
  assertEquals(await response.json(), {
    status: "not_ready",
    checks: [
      { name: "ledger", ok: true },
      { name: "queue", ok: false, detail: "queue is not ready" },
      { name: "database", ok: false, detail: "connection refused" },
      { name: "scripts", ok: false, detail: "not loaded" },
    ],
  });
});
