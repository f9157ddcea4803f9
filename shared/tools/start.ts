import { runEmbedded } from "./embedded/run_embedded.ts";
import { launchSystem } from "./launch/launch_system.ts";
import { readCount, readOptions } from "./launch/options.ts";
import { reportOf, writeReadyFile } from "./launch/ready_file.ts";
import { replaceOnSignal } from "./launch/replace_on_signal.ts";
import { requireSecrets } from "./launch/run_secrets.ts";
import { givenServiceUrls } from "./launch/service_urls.ts";
import { runTool, type ToolContext, untilAborted } from "./launch/tool_run.ts";
import type { ServiceUrls } from "./services/service_handle.ts";

const USAGE = `deno task start [options]

Runs Dropgate for production, DEMO off. Without REDIS_URL, AMQP_URL and MYSQL_URL: the whole system
in one process on SQLite in DATA_DIR. With all three: edges, origins and workers as processes of
this machine that are started again when they fail, and replaced without a gap when they ask for it.
The first of a kind listens on EDGE_PORT, ORIGIN_PORT or WORKER_PORT, the next ones on the ports
after it. SIGTERM or Ctrl-C drains and ends; SIGUSR2 replaces every process, one by one, each only
when its successor is ready, so that no request fails.

  --edges N          how many edges (default 1, at most 64)
  --origins N        how many origins
  --workers N        how many workers
  --ready-file PATH  write the addresses and process ids as JSON when ready
  --help             this text
`;

const OPTIONS = {
  edges: { type: "string" },
  origins: { type: "string" },
  workers: { type: "string" },
  "ready-file": { type: "string" },
  help: { type: "boolean" },
} as const;

type Options = ReturnType<typeof readOptions<typeof OPTIONS>>;

function startServicesProfile(urls: ServiceUrls, options: Options): Promise<number> {
  return runTool(0, async ({ run, signal, force, log, defer }: ToolContext) => {
    const inherited = Deno.env.toObject();
    const counts = {
      edge: readCount("edges", options.edges),
      origin: readCount("origins", options.origins),
      worker: readCount("workers", options.workers),
    };
    const env: Record<string, string> = { ...inherited, ...requireSecrets(inherited), DEMO: "0" };
    env.HOST ||= "0.0.0.0";
    const print = (line: string) => console.log(line);
    const plan = { urls, counts, env, runDir: run.dir };
    const system = await launchSystem(plan, { inherited, print }, signal);
    defer(() => system.stop(force));
    defer(replaceOnSignal(system, log, signal));
    if (options["ready-file"]) {
      const path = options["ready-file"];
      await writeReadyFile(path, reportOf(system, urls, env.ADMIN_TOKEN ?? ""));
      defer(() => Deno.remove(path).catch(() => {}));
    }
    log(`Dropgate is ready: ${system.edgeUrls.join(" ")} (origins ${system.originUrls.join(" ")})`);
    log(`kill -USR2 ${Deno.pid} replaces every process, one by one`);
    await untilAborted(signal);
    return 0;
  });
}

async function main(): Promise<number> {
  let urls: ServiceUrls | null;
  let options: Options;
  try {
    options = readOptions(Deno.args, OPTIONS, USAGE);
    urls = givenServiceUrls(Deno.env.toObject());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  if (urls) return await startServicesProfile(urls, options);
  const readyFile = options["ready-file"];
  await runEmbedded({ demo: false, ...(readyFile === undefined ? {} : { readyFile }) });
  return 0;
}

Deno.exit(await main());
