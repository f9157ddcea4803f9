import type { Environment } from "../../env.ts";
import { type ShutdownStack, withDeadline } from "../../shutdown.ts";
import type { BenchOptions } from "./bench_options.ts";
import { type HttpTarget, httpTarget } from "./http_target.ts";
import type { RowSource } from "./order_rows.ts";

/** Longest time until a system is ready; services may have to be installed first. */
const READY_TIMEOUT_MS = { embedded: 60_000, services: 300_000 } as const;

/** Longest time that a system may take to drain. */
const STOP_TIMEOUT_MS = 30_000;

/** Last lines of a system's output that are kept to explain a failed start. */
const MAX_KEPT_LINES = 40;

/** The system that is measured. */
export interface MeasuredSystem {
  edge: HttpTarget;
  admin: HttpTarget;
  adminToken: string;
  rows: RowSource;
  /** Where an embedded system that the tool started keeps its data. */
  dataDir: string | null;
}

/** What the dev scripts write when the system is ready. */
interface ReadyFile {
  edgeUrl: string;
  originUrl: string;
  adminToken: string;
  mysqlUrl?: string;
  databaseFile?: string;
}

/** The running system that the options name, or a new one that ends with `cleanup`. */
export async function reachSystem(
  options: BenchOptions,
  env: Environment,
  cleanup: ShutdownStack,
): Promise<MeasuredSystem> {
  const given: RowSource = {
    ...(options.mysqlUrl === null ? {} : { mysqlUrl: options.mysqlUrl }),
    ...(options.databaseFile === null ? {} : { databaseFile: options.databaseFile }),
  };
  if (options.running === null) return await startSystem(options, env, cleanup, given);
  const { url, adminUrl, adminToken } = options.running;
  return {
    edge: httpTarget(url),
    admin: httpTarget(adminUrl),
    adminToken,
    rows: given,
    dataDir: null,
  };
}

/** Starts a system of the profile, which ends with `cleanup`; `extra` goes to its dev script. */
export async function startSystem(
  options: Pick<BenchOptions, "profile" | "dataDir">,
  env: Environment,
  cleanup: ShutdownStack,
  given: RowSource,
  extra: string[] = [],
): Promise<MeasuredSystem> {
  const folder = await Deno.makeTempDir({ prefix: "dropgate-bench-" });
  const dataDir = options.dataDir ?? `${folder}/data`;
  const readyFile = `${folder}/ready.json`;
  const script = options.profile === "embedded" ? "../dev.ts" : "../dev_services.ts";
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "-A",
      new URL(script, import.meta.url).href,
      "--ready-file",
      readyFile,
      "--no-demo-sale",
      ...extra,
    ],
    clearEnv: true,
    env: childEnvironment(options.profile, env, dataDir),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const reading = [keepLines(child.stdout, lines), keepLines(child.stderr, lines)];
  // From here on the child ends with the tool, also when the tool is broken off while it starts.
  cleanup.push("the system", async () => {
    await stopChild(child);
    await Promise.all(reading);
    await Deno.remove(folder, { recursive: true });
  });
  try {
    const ready = await waitForReady(child, readyFile, READY_TIMEOUT_MS[options.profile]);
    return {
      edge: httpTarget(ready.edgeUrl),
      admin: httpTarget(ready.originUrl),
      adminToken: ready.adminToken,
      rows: { ...rowsOf(ready, options.profile, dataDir), ...given },
      dataDir: options.profile === "embedded" ? dataDir : null,
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${lines.join("\n")}`);
  }
}

function childEnvironment(
  profile: BenchOptions["profile"],
  env: Environment,
  dataDir: string,
): Record<string, string> {
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) child[name] = value;
  Object.assign(child, { EDGE_PORT: "0", ORIGIN_PORT: "0", WORKER_PORT: "0" });
  if (profile === "embedded") {
    for (const name of ["REDIS_URL", "AMQP_URL", "MYSQL_URL"]) delete child[name];
    child.DATA_DIR = dataDir;
  }
  return child;
}

function rowsOf(
  ready: ReadyFile,
  profile: BenchOptions["profile"],
  dataDir: string,
): RowSource {
  if (profile === "services") return ready.mysqlUrl ? { mysqlUrl: ready.mysqlUrl } : {};
  return { databaseFile: ready.databaseFile ?? `${dataDir}/dropgate.db` };
}

async function waitForReady(
  child: Deno.ChildProcess,
  file: string,
  timeoutMs: number,
): Promise<ReadyFile> {
  let ended = false;
  child.status.then(() => ended = true);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return JSON.parse(await Deno.readTextFile(file));
    } catch (error) {
      // Missing, or only half written yet.
      if (!(error instanceof Deno.errors.NotFound || error instanceof SyntaxError)) throw error;
    }
    if (ended) throw new Error("Cannot start the system: it ended before it was ready");
    if (performance.now() > deadline) {
      throw new Error(`Cannot start the system: it was not ready within ${timeoutMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function keepLines(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    lines.push(...text.trimEnd().split("\n"));
    if (lines.length > MAX_KEPT_LINES) lines.splice(0, lines.length - MAX_KEPT_LINES);
  }
}

async function stopChild(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
    await withDeadline(child.status, STOP_TIMEOUT_MS, "stopping the system");
  } catch {
    // It has ended already, or it hangs.
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
  }
}
