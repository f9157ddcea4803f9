import { freePort } from "../services/free_port.ts";
import { RUN_VARIABLE } from "../services/run_directory.ts";
import type { ServiceUrls } from "../services/service_handle.ts";
import { DRAIN_TIMEOUT_MS, type PartContext, PartProcess, type PartSpec } from "./part_process.ts";
import { PART_PORTS, type PartKind } from "./project.ts";

/** A system to launch. */
export interface SystemPlan {
  urls: ServiceUrls;
  /** How many of each; at least 1. */
  counts: Record<PartKind, number>;
  /** Variables for all parts: secrets, `DEMO`, `NAMESPACE`, `HOST`, ports (0 takes a free one). */
  env: Record<string, string>;
  /** The folder of the run that owns the processes. */
  runDir: string;
  /** Other programs than the parts' own, for tests. */
  entries?: Partial<Record<PartKind, string>>;
}

/** The processes of a running system. */
export interface LaunchedSystem {
  parts: PartProcess[];
  edgeUrls: string[];
  originUrls: string[];
  workerUrls: string[];
  pids(): Record<PartKind, number[]>;
  /**
   * Replaces every process of a kind, or of all kinds, one after the other, each only when its
   * successor is ready. @throws at the first that cannot be replaced; it and the rest stay.
   */
  replaceAll(kind?: PartKind, signal?: AbortSignal): Promise<void>;
  /** Drains edges, then origins, then workers; `force` kills what has not ended by then. */
  stop(force?: AbortSignal): Promise<void>;
}

const START_ORDER: readonly PartKind[] = ["worker", "origin", "edge"];

/**
 * Starts workers, then origins, then edges, each kind when the one before is ready.
 * @throws when one does not become ready; what had started is ended.
 */
export async function launchSystem(
  plan: SystemPlan,
  context: PartContext,
  signal?: AbortSignal,
): Promise<LaunchedSystem> {
  const specs = planParts(plan);
  const parts = specs.map((spec) => new PartProcess(spec, context));
  const ofKind = (kind: PartKind) => parts.filter((part) => part.kind === kind);
  const started: PartProcess[] = [];
  const stop = async (force?: AbortSignal) => {
    for (const kind of START_ORDER.toReversed()) {
      const running = started.filter((part) => part.kind === kind);
      // SIGINT: when all of them end, there is nobody to send clients to.
      await Promise.all(running.map((part) => part.stop(DRAIN_TIMEOUT_MS, force, "SIGINT")));
    }
  };
  for (const kind of START_ORDER) {
    const batch = ofKind(kind);
    started.push(...batch);
    const ends = await Promise.allSettled(batch.map((part) => part.start(signal)));
    const failure = ends.find((end) => end.status === "rejected");
    if (failure) {
      await stop(signal);
      throw failure.reason;
    }
  }
  const urlsOf = (kind: PartKind) => ofKind(kind).map((part) => part.url);
  const pidsOf = (kind: PartKind) => ofKind(kind).flatMap((part) => part.pid ?? []);
  return {
    parts,
    edgeUrls: urlsOf("edge"),
    originUrls: urlsOf("origin"),
    workerUrls: urlsOf("worker"),
    pids: () => ({ edge: pidsOf("edge"), origin: pidsOf("origin"), worker: pidsOf("worker") }),
    async replaceAll(kind, signal) {
      for (const one of kind ? [kind] : START_ORDER) {
        for (const part of ofKind(one)) await part.replace(signal);
      }
    },
    stop,
  };
}

/** What each process is started with; ports are settled here, so that edges know their origins. */
export function planParts({ urls, counts, env, runDir, entries = {} }: SystemPlan): PartSpec[] {
  const host = env.HOST || "127.0.0.1";
  const common = {
    ...env,
    HOST: host,
    REDIS_URL: urls.redis,
    AMQP_URL: urls.amqp,
    MYSQL_URL: urls.mysql,
    [RUN_VARIABLE]: runDir,
  };
  const specsOf = (kind: PartKind, extra: Record<string, string>): PartSpec[] =>
    Array.from({ length: counts[kind] }, (_, index) => {
      const port = portOf(kind, index, env);
      return {
        kind,
        name: counts[kind] === 1 ? kind : `${kind}-${index + 1}`,
        url: `http://${reachable(host)}:${port}`,
        env: { ...common, ...extra, [PART_PORTS[kind].variable]: String(port) },
        sharesPort: true,
        ...(entries[kind] === undefined ? {} : { entry: entries[kind] }),
      };
    });
  const workers = specsOf("worker", {});
  const origins = specsOf("origin", {});
  const originUrls = origins.map((origin) => origin.url).join(",");
  return [...workers, ...origins, ...specsOf("edge", { ORIGIN_URLS: originUrls })];
}

/** The first of a kind has the port that was asked for, the next ones those after it. */
function portOf(kind: PartKind, index: number, env: Record<string, string>): number {
  const { variable, fallback } = PART_PORTS[kind];
  const first = Number(env[variable] || fallback);
  if (!Number.isInteger(first) || first < 0 || first + index > 65_535) {
    throw new Error(
      `Cannot use ${variable} as it must be a port: current value is ${env[variable]}`,
    );
  }
  return first === 0 ? freePort() : first + index;
}

/** An address to dial for one to listen on. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
