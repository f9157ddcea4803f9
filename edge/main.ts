import { systemClock } from "../shared/clock.ts";
import { exitWithReason } from "../shared/env.ts";
import { listen } from "../shared/listen.ts";
import { logOf, startLogging } from "../shared/log.ts";
import { ShutdownStack } from "../shared/shutdown.ts";
import { stopOnSignals } from "../shared/stop_on_signals.ts";
import { createEdgeApp } from "./app.ts";
import { readEdgeProcessConfig } from "./config.ts";
import type { Origin } from "./origin_pool.ts";
import { readStaticFiles } from "./pages/assets.ts";
import { systemRandomness } from "./randomness.ts";

/** Requests under way get this long to finish; then the process ends all the same. */
const DRAIN_TIMEOUT_MS = 10_000;

async function main(): Promise<void> {
  const config = readEdgeProcessConfig(Deno.env.toObject());
  await startLogging("info");
  const log = logOf("edge");
  const stack = new ShutdownStack(log);
  const origins: Origin[] = config.originUrls.map((url) => ({
    url,
    call: (request) => fetch(request),
  }));
  const edge = createEdgeApp({
    config,
    origins,
    staticFiles: await readStaticFiles(new URL("../static/", import.meta.url)),
    clock: systemClock,
    randomness: systemRandomness(),
    log,
  });
  if (config.shopTokens === null && !config.demo) {
    log.warning("Neither JWT_JWKS_URL nor JWT_HS256_KEY is set: nobody can sign in");
  }
  stack.push("edge", () => edge.stop());
  await edge.start();
  const server = listen(
    { hostname: config.host, port: config.port, variable: "EDGE_PORT" },
    (request) => edge.app.fetch(request),
  );
  stack.push("server", () => server.shutdown());
  stopOnSignals({
    drain() {
      edge.drain();
      return stack.run(DRAIN_TIMEOUT_MS);
    },
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    exit: Deno.exit,
  });
  const { hostname, port } = server.addr;
  log.info("Edge listens on http://{hostname}:{port}", { hostname, port });
}

if (import.meta.main) await main().catch((error) => exitWithReason(error, Deno.exit));
