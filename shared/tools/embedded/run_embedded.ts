import { createEdgeApp, type EdgeDeps } from "../../../edge/app.ts";
import { readEdgeConfig } from "../../../edge/config.ts";
import { openRedisBuckets } from "../../../edge/limits/redis_buckets.ts";
import { readStaticFiles } from "../../../edge/pages/assets.ts";
import { systemRandomness } from "../../../edge/randomness.ts";
import { resolveOriginConfig } from "../../../origin/config.ts";
import { MemoryReports } from "../../../origin/live/memory_reports.ts";
import { startReporting } from "../../../origin/live/process_reporter.ts";
import { startOrigin } from "../../../origin/start_origin.ts";
import { systemClock } from "../../clock.ts";
import { ConfigurationError, type Environment, readPort } from "../../env.ts";
import { type Handler, listen } from "../../listen.ts";
import { logOf, readLogLevel, startLogging } from "../../log.ts";
import { startProcessMetrics } from "../../metrics/process_metrics.ts";
import { ReplacementWish } from "../../replace_me.ts";
import { DRAIN_TIMES } from "../../serving_process.ts";
import { ShutdownStack } from "../../shutdown.ts";
import { stopOnSignals } from "../../stop_on_signals.ts";
import { seedDemoSale, untilOnSale } from "../demo_sale.ts";
import { writeReadyFile } from "../launch/ready_file.ts";
import { openDataDir } from "./data_dir.ts";
import { openStore } from "./store.ts";

/** How to run it. */
export interface EmbeddedOptions {
  demo: boolean;
  /** Makes and publishes a sale that is open, unless an earlier start did. */
  demoSale?: boolean;
  /** Where to write the addresses as JSON once everything is ready. */
  readyFile?: string;
  /** Parts to use in place of the edge's own gate. */
  gate?: EdgeDeps["gate"];
}

/** Runs the whole system in this process until a signal ends it. Never resolves before that. */
export async function runEmbedded(options: EmbeddedOptions): Promise<void> {
  try {
    await start(options);
  } catch (error) {
    console.error(error instanceof ConfigurationError ? error.message : error);
    Deno.exit(1);
  }
  await new Promise<never>(() => {});
}

async function start(options: EmbeddedOptions): Promise<void> {
  const logLevel = readLogLevel(Deno.env.toObject());
  const logForm = options.demo ? "text" : "json";
  await startLogging(logLevel, logForm);
  const log = logOf("embedded");
  const stack = new ShutdownStack(log);
  const stop = stopOnSignals({
    drain: () => stack.run(DRAIN_TIMES.stepMs),
    drainTimeoutMs: DRAIN_TIMES.totalMs,
    exit: Deno.exit,
  });
  // Nothing would start this process again, so it serves on and says on `/healthz` how it is.
  const wish = new ReplacementWish({ log });
  Deno.addSignalListener("SIGUSR2", () => {
    log.warning("SIGUSR2 replaces the processes of the services profile; this is one: restart it");
  });

  const given: Environment = {
    ...Deno.env.toObject(),
    DEMO: options.demo ? "1" : "0",
    HOST: Deno.env.get("HOST") || (options.demo ? "127.0.0.1" : "0.0.0.0"),
  };
  const first = resolveOriginConfig(given);
  if (first.profile !== "embedded") {
    throw new ConfigurationError(
      "Cannot run embedded as REDIS_URL, AMQP_URL and MYSQL_URL choose the services profile: " +
        "use `deno task dev:services` or `deno task start`",
    );
  }
  const edgePort = readPort(given, "EDGE_PORT", 8000);
  const dataDir = await openDataDir(first.dataDir);
  stack.push("data folder", () => dataDir.release());
  const env: Environment = { ...given, ...secretsNotGiven(given, dataDir.secrets) };
  const { secrets, maxQueuedMessages, payment, shopWebhook } = resolveOriginConfig(env);
  const edgeConfig = readEdgeConfig(env);

  const { databaseFile } = dataDir;
  const store = await openStore(
    databaseFile,
    logForm,
    maxQueuedMessages,
    payment,
    logLevel,
    shopWebhook,
  );
  stack.push("store", () => store.close(DRAIN_TIMES.stepMs / 2));
  store.failed.catch((error: unknown) => {
    log.fatal("The store ended: {error}", { error: String(error) });
    stop(1);
  });
  const reports = new MemoryReports(systemClock);
  const ownMetrics = startProcessMetrics("embedded", systemClock());
  const origin = startOrigin({
    ...store,
    metricSources: [{ name: "store", read: () => store.worker.metrics() }, ownMetrics],
    reports,
    relay: null,
    productCache: null,
    maxQueuedMessages,
    payment,
    secrets: secrets as Required<typeof secrets>,
    health: [{ name: "store", isReady: () => store.ledger.isUp() }],
    clock: systemClock,
    log: logOf("origin"),
  });
  stack.push("origin jobs", () => origin.stop());
  const reporting = startReporting(reports, () => store.worker.report(), log);
  stack.push("worker's reports", () => reporting.stop());
  const { limitsSharing } = edgeConfig;
  const limits = limitsSharing === null ? null : openRedisBuckets(limitsSharing, logOf("edge"));
  if (limits !== null) stack.push("limits", () => limits.close());
  const edge = createEdgeApp({
    ...(limits === null ? {} : { buckets: limits.buckets }),
    ...(options.gate === undefined ? {} : { gate: options.gate }),
    metricSources: origin.metricSources,
    config: edgeConfig,
    origins: [{
      url: "http://origin.embedded",
      call: async (request) => await origin.app.fetch(request),
    }],
    staticFiles: await readStaticFiles(new URL("../../../static/", import.meta.url)),
    clock: systemClock,
    randomness: systemRandomness(),
    log: logOf("edge"),
  });
  stack.push("edge", () => edge.stop());
  await edge.start();

  const { host: hostname } = first;
  const originServer = listen(
    { hostname, port: first.port, variable: "ORIGIN_PORT" },
    sayingHow(
      wish,
      (request, info) => origin.app.fetch(request, { peer: info.remoteAddr.hostname }),
    ),
  );
  stack.push("origin server", () => originServer.shutdown());
  const edgeServer = listen(
    { hostname, port: edgePort, variable: "EDGE_PORT" },
    sayingHow(wish, (request, info) => edge.handle(request, info.remoteAddr.hostname)),
  );
  stack.push("edge server", () => edgeServer.shutdown());
  stack.push("readiness", () => {
    edge.drain();
    origin.drain();
  });
  wish.listen();

  const edgeUrl = urlOf(hostname, edgeServer.addr.port);
  const originUrl = urlOf(hostname, originServer.addr.port);
  const adminToken = secrets.adminToken!;
  const sale = options.demoSale ? await seedDemoSale(originUrl, adminToken) : null;
  if (sale) await untilOnSale(edgeUrl, sale.saleId);
  if (options.readyFile) {
    await writeReadyFile(options.readyFile, {
      edgeUrl,
      originUrl,
      adminToken,
      ...(options.demo ? { paymentWebhookKey: payment.webhookKeys[0] ?? "" } : {}),
      saleId: sale?.saleId ?? null,
      databaseFile: await Deno.realPath(dataDir.databaseFile),
    });
  }
  console.log([
    "",
    "Dropgate is ready.",
    `  Shop         ${sale ? `${edgeUrl}/sales/${sale.saleId}` : edgeUrl}`,
    `  Back office  ${originUrl}/admin`,
    `               ${originUrl}/admin/setup makes the first operator, with ADMIN_TOKEN`,
    `  ADMIN_TOKEN  ${options.demo ? adminToken : whereItIs("ADMIN_TOKEN", given, first.dataDir)}`,
    `  PAYMENT_WEBHOOK_KEY  ${
      options.demo ? payment.webhookKeys[0] : whereItIs("PAYMENT_WEBHOOK_KEY", given, first.dataDir)
    }`,
    `  Data         ${first.dataDir}`,
    "Ctrl-C drains and ends.",
    "",
  ].join("\n"));
}

/** Lets `/healthz` tell the wish to be replaced; costs the hot path nothing while there is none. */
function sayingHow(wish: ReplacementWish, handler: Handler): Handler {
  return (request, info) => {
    const unwell = wish.reason !== null && new URL(request.url).pathname === "/healthz"
      ? wish.healthAnswer()
      : null;
    return unwell ?? handler(request, info);
  };
}

/** The kept secrets of the variables that the environment leaves out. */
function secretsNotGiven(env: Environment, kept: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !env[name]));
}

/** In production secrets are not printed: whoever may read the folder finds them there. */
function whereItIs(name: string, given: Environment, dataDir: string): string {
  return given[name] ? "as given" : `in ${dataDir}/secrets.json`;
}

/** An address that a browser on this machine can open. */
function urlOf(hostname: string, port: number): string {
  const host = hostname === "0.0.0.0" || hostname === "::" ? "127.0.0.1" : hostname;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
