import { join } from "node:path";
import { parse, stringify } from "yaml";
import { freePort } from "../services/free_port.ts";
import { poll, StopPolling } from "../services/poll.ts";
import { ServerProcess } from "../services/server_process.ts";
import { RUN_VARIABLE } from "../services/run_directory.ts";
import { OBSERVABILITY_DIR } from "./alert_rules.ts";

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

/** How often a private Prometheus scrapes and evaluates: tests do not wait for the 5 s of the file. */
const INTERVAL = "1s";

/** What a private Prometheus is started from. */
export interface PrometheusOptions {
  program: string;
  /** The folder of a run; what Prometheus writes stays in it. */
  runDir: string;
  /** By job, as `host:port`. */
  targets: Record<string, string[]>;
}

/** One series of an answer. */
export interface PromSeries {
  metric: Record<string, string>;
  value: [number, string];
}

/** A running Prometheus with the project's own configuration and rules. */
export interface PrometheusServer {
  url: string;
  /** The answer to an expression at this moment. @throws when it is refused. */
  query(expr: string): Promise<PromSeries[]>;
  /** What lies below `/api/v1`. */
  api<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

interface ScrapeConfig {
  job_name: string;
  dns_sd_configs?: unknown;
  static_configs?: { targets: string[] }[];
}

/**
 * Starts Prometheus with `prometheus.yml` and `alerts.yml` as they are, but for where it finds the
 * processes and how often it asks them.
 *
 * @throws when it is not ready within 20 s, with the end of its log.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const dir = await Deno.makeTempDir({ dir: options.runDir, prefix: "prometheus-" });
  const text = await Deno.readTextFile(join(OBSERVABILITY_DIR, "prometheus.yml"));
  await Deno.writeTextFile(join(dir, "prometheus.yml"), privateConfig(text, options.targets));
  await Deno.copyFile(join(OBSERVABILITY_DIR, "alerts.yml"), join(dir, "alerts.yml"));
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const process = new ServerProcess({
    program: options.program,
    args: [
      `--config.file=${join(dir, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    env: { [RUN_VARIABLE]: options.runDir },
    logFile: join(dir, "prometheus.log"),
  });
  await untilReady(process, url);
  const api = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
    const answer = await response.json() as { status: string; error?: string; data: T };
    if (answer.status !== "success") throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  };
  return {
    url,
    api,
    async query(expr) {
      const asked = new URLSearchParams({ query: expr });
      return (await api<{ result: PromSeries[] }>(`query?${asked}`)).result;
    },
    async stop() {
      await process.end("SIGTERM", STOP_TIMEOUT_MS);
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** The configuration with other targets. @throws for a job that the file does not have. */
export function privateConfig(text: string, targets: Record<string, string[]>): string {
  const config = parse(text) as { global: object; scrape_configs: ScrapeConfig[] };
  const jobs = config.scrape_configs.map(({ job_name }) => job_name);
  const unknown = Object.keys(targets).filter((job) => !jobs.includes(job));
  if (unknown.length > 0) throw new Error(`prometheus.yml has no job ${unknown.join(", ")}`);
  return stringify({
    ...config,
    global: {
      ...config.global,
      scrape_interval: INTERVAL,
      scrape_timeout: INTERVAL,
      evaluation_interval: INTERVAL,
    },
    scrape_configs: config.scrape_configs.map(({ dns_sd_configs: _, ...job }) => ({
      ...job,
      static_configs: [{ targets: targets[job.job_name] ?? [] }],
    })),
  });
}

async function untilReady(process: ServerProcess, url: string): Promise<void> {
  process.spawn();
  try {
    await poll("an answer of Prometheus", async () => {
      if (process.pid === null) throw new StopPolling(new Error("Prometheus ended by itself"));
      const response = await fetch(`${url}/-/ready`);
      await response.body?.cancel();
      return response.status === 200 ? true : null;
    }, { timeoutMs: START_TIMEOUT_MS, everyMs: 50 });
  } catch (error) {
    await process.end("SIGKILL", STOP_TIMEOUT_MS);
    throw new Error(
      `Cannot start Prometheus as it must be ready within ${START_TIMEOUT_MS} ms: ` +
        `${error instanceof Error ? error.message : error}. The end of its log:\n` +
        await process.logTail(),
      { cause: error },
    );
  }
}
