import { systemClock } from "../shared/clock.ts";
import { exitWithReason } from "../shared/env.ts";
import { logOf, readLogLevel, startLogging } from "../shared/log.ts";
import { ConnectionStates } from "../shared/metrics/connection_states.ts";
import { startProcessMetrics } from "../shared/metrics/process_metrics.ts";
import { DRAIN_TIMES, readSupervision, ServingProcess } from "../shared/serving_process.ts";
import { ShutdownStack } from "../shared/shutdown.ts";
import { createEdgeApp, type EdgeDeps } from "./app.ts";
import { openRedisCaptcha } from "./captcha/redis_sharing.ts";
import { readEdgeProcessConfig } from "./config.ts";
import { openRedisBuckets } from "./limits/redis_buckets.ts";
import type { Origin } from "./origin_pool.ts";
import { readStaticFiles } from "./pages/assets.ts";
import { systemRandomness } from "./randomness.ts";

/** Buyers' pages ask every second or two: within this they hear that they should connect anew. */
const LINGER_MS = 3_000;

/** Runs an edge as this process, until a signal ends it; `deps` replace parts. @throws {ConfigurationError} */
export async function main(deps: Pick<EdgeDeps, "gate"> = {}): Promise<void> {
  const env = Deno.env.toObject();
  const config = readEdgeProcessConfig(env);
  const supervision = readSupervision(env);
  await startLogging(readLogLevel(env));
  const log = logOf("edge");
  const stack = new ShutdownStack(log);
  const origins: Origin[] = config.originUrls.map((url) => ({
    url,
    call: (request) => fetch(request),
  }));
  const states = new ConnectionStates();
  const sharing = config.limitsSharing;
  const limits = sharing === null ? null : openRedisBuckets(sharing, log, states);
  if (limits !== null) stack.push("limits", () => limits.close());
  const captcha = sharing && openRedisCaptcha(sharing, log, states);
  if (captcha !== null) stack.push("captchas", () => captcha.close());
  const edge = createEdgeApp({
    ...deps,
    ...(limits === null ? {} : { buckets: limits.buckets }),
    ...(captcha === null ? {} : { captchaSharing: captcha.sharing }),
    metricSources: [
      startProcessMetrics("edge", systemClock()),
      { name: "connections", read: () => states.families() },
    ],
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
  const serving = new ServingProcess({
    name: "Edge",
    address: { hostname: config.host, port: config.port, variable: "EDGE_PORT" },
    supervision,
    handler: (request, info) => edge.handle(request, info.remoteAddr.hostname),
    stack,
    lingerMs: LINGER_MS,
    onDrain: () => edge.drain(),
    log,
    exit: Deno.exit,
  });
  stack.push("server", () => serving.close(), DRAIN_TIMES.serverMs);
  serving.start();
}

if (import.meta.main) await main().catch((error) => exitWithReason(error, Deno.exit));
