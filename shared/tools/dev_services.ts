import { join } from "node:path";
import { seedDemoSale, untilOnSale } from "./demo_sale.ts";
import { launchSystem } from "./launch/launch_system.ts";
import { readOptions } from "./launch/options.ts";
import { PROJECT_DIR } from "./launch/project.ts";
import { reportOf, writeReadyFile } from "./launch/ready_file.ts";
import { replaceOnSignal } from "./launch/replace_on_signal.ts";
import { secretsForRun } from "./launch/run_secrets.ts";
import { givenServiceUrls } from "./launch/service_urls.ts";
import { runTool, type ToolContext, untilAborted } from "./launch/tool_run.ts";
import type { ServiceUrls } from "./services/service_handle.ts";
import { startServices } from "./services/start_services.ts";

const EDGE_WITHOUT_GATE = join(PROJECT_DIR, "shared/tools/bench/gate/edge_without_gate.ts");

const USAGE = `deno task dev:services [options]

Runs Dropgate as separate edge, origin and worker processes on Redis, RabbitMQ and MySQL or
MariaDB: those of REDIS_URL, AMQP_URL and MYSQL_URL, else private ones that last for this run.
DEMO is 1; secrets that are not set are made for this run. Ports: EDGE_PORT, ORIGIN_PORT and
WORKER_PORT (8000, 9000, 9100; 0 takes a free one). Ctrl-C drains and ends. SIGUSR2 replaces every
process, one by one, each only when its successor is ready.

  --ready-file PATH  write the addresses, ADMIN_TOKEN and process ids as JSON when ready
  --no-demo-sale     start without a sale
  --without-gate     let everybody buy without limits, lists and slider, to measure what they cost
  --help             this text
`;

const OPTIONS = {
  "ready-file": { type: "string" },
  "no-demo-sale": { type: "boolean" },
  "without-gate": { type: "boolean" },
  help: { type: "boolean" },
} as const;

async function devServices(context: ToolContext): Promise<number> {
  const options = readOptions(Deno.args, OPTIONS, USAGE);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const { run, signal, force, log, defer } = context;
  const inherited = Deno.env.toObject();
  givenServiceUrls(inherited);
  const services = await startServices({ log, run, signal, env: inherited });
  defer(() => services.stop());
  const urls = services.urls as ServiceUrls;
  const secrets = secretsForRun(inherited);
  const system = await launchSystem(
    {
      urls,
      counts: { edge: 1, origin: 1, worker: 1 },
      env: { ...ownVariables(inherited), ...secrets, DEMO: "1" },
      runDir: run.dir,
      ...(options["without-gate"] ? { entries: { edge: EDGE_WITHOUT_GATE } } : {}),
    },
    { inherited, print: (line) => console.log(line) },
    signal,
  );
  defer(() => system.stop(force));
  defer(replaceOnSignal(system, log, signal));

  const [edgeUrl = ""] = system.edgeUrls;
  const [originUrl = ""] = system.originUrls;
  const sale = options["no-demo-sale"] ? null : await seedDemoSale(originUrl, secrets.ADMIN_TOKEN);
  if (sale) await untilOnSale(edgeUrl, sale.saleId, signal);
  if (options["ready-file"]) {
    const path = options["ready-file"];
    const report = reportOf(system, urls, secrets.ADMIN_TOKEN);
    for (const part of Object.values(services.parts)) report.pids[part.name] = part.pids();
    const paymentWebhookKey = secrets.PAYMENT_WEBHOOK_KEY.split(",")[0] ?? "";
    await writeReadyFile(path, { ...report, paymentWebhookKey, saleId: sale?.saleId ?? null });
    defer(() => Deno.remove(path).catch(() => {}));
  }
  console.log([
    "",
    "Dropgate is ready.",
    `  Shop         ${sale ? `${edgeUrl}/sales/${sale.saleId}` : edgeUrl}`,
    `  Back office  ${originUrl}/admin`,
    `               ${originUrl}/admin/setup makes the first operator, with ADMIN_TOKEN`,
    `  ADMIN_TOKEN  ${secrets.ADMIN_TOKEN}`,
    `  PAYMENT_WEBHOOK_KEY  ${secrets.PAYMENT_WEBHOOK_KEY.split(",")[0]}`,
    `  REDIS_URL    ${urls.redis}`,
    `  AMQP_URL     ${urls.amqp}`,
    `  MYSQL_URL    ${urls.mysql}`,
    "Ctrl-C drains and ends.",
    "",
  ].join("\n"));
  await untilAborted(signal);
  return 0;
}

/** The variables that settle addresses; everything else the parts inherit as it is. */
function ownVariables(env: Record<string, string>): Record<string, string> {
  const names = ["HOST", "EDGE_PORT", "ORIGIN_PORT", "WORKER_PORT"];
  return Object.fromEntries(names.flatMap((name) => env[name] ? [[name, env[name]]] : []));
}

Deno.exit(await runTool(0, devServices));
