import { DockerService } from "./docker_service.ts";
import { LocalService } from "./local_service.ts";
import { findMariaPrograms, planMaria } from "./maria_server.ts";
import { findServer, type Machine, provide, type Source, thisMachine } from "./programs.ts";
import { planRabbit } from "./rabbit_server.ts";
import { planRedis } from "./redis_server.ts";
import { openRun, type Run } from "./run_directory.ts";
import {
  type ProgressLog,
  type RunningServices,
  SERVICE_NAMES,
  SERVICE_TITLES,
  type ServiceHandle,
  type ServiceName,
  URL_VARIABLES,
} from "./service_handle.ts";

/** What to start and where to tell about it. */
export interface StartOptions {
  /** Default: all three. */
  which?: readonly ServiceName[];
  log: ProgressLog;
  /** URLs given from outside are used as they are. Default: this process's environment. */
  env?: Record<string, string | undefined>;
  /** The run that owns what is started; without one, a run is opened and closed here. */
  run?: Run;
  /** Breaks the start off. */
  signal?: AbortSignal;
  machine?: Machine;
}

type StartableHandle = LocalService | DockerService;

const FIRST_NOTE_MS = 2_000;
const NEXT_NOTES_MS = 5_000;

/**
 * Gives every server that is asked for: the one of a URL in `env`, else a private one on a free
 * loopback port in a temporary folder, all started side by side.
 * @throws one error that says which could not be had, after ending those that had started.
 */
export async function startServices(options: StartOptions): Promise<RunningServices> {
  const { which = SERVICE_NAMES, log, env = Deno.env.toObject(), signal } = options;
  const urls: RunningServices["urls"] = {};
  const parts: RunningServices["parts"] = {};
  for (const name of which) {
    const given = env[URL_VARIABLES[name]];
    if (given) urls[name] = given;
  }
  const wanted = which.filter((name) => urls[name] === undefined);
  if (wanted.length === 0) return { urls, parts, stop: () => Promise.resolve() };

  const sources = await provide(wanted, log, options.machine ?? thisMachine);
  signal?.throwIfAborted();
  const run = options.run ?? await openRun();
  const stop = async () => {
    await Promise.all(Object.values(parts).map((part: ServiceHandle) => part.kill()));
    if (!options.run) await run.close();
  };
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const starts = wanted.map(async (name) => {
    try {
      const handle = await makeHandle(name, sources.get(name) ?? "program", run.dir);
      parts[name] = handle;
      await withProgress(SERVICE_TITLES[name], log, handle.start(either));
      urls[name] = handle.url;
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(starts);
  if (failed.signal.aborted) {
    await stop();
    throw signal?.aborted ? signal.reason : failed.signal.reason;
  }
  return { urls, parts, stop };
}

async function makeHandle(
  name: ServiceName,
  source: Source,
  runDir: string,
): Promise<StartableHandle> {
  if (source === "docker") return new DockerService(name, runDir);
  const program = findServer(name) ?? "";
  switch (name) {
    case "redis":
      return new LocalService(await planRedis(program, runDir));
    case "amqp":
      return new LocalService(await planRabbit(program, runDir));
    case "mysql": {
      const programs = findMariaPrograms() ?? { server: program, installer: null };
      return new LocalService(await planMaria(programs, runDir));
    }
  }
}

/** Tells that it goes on when the start takes longer than 2 s, and how long it took. */
async function withProgress(title: string, log: ProgressLog, work: Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  let told = false;
  const tell = () => {
    told = true;
    log(`Starting ${title} … ${seconds()} s`);
    timer = setTimeout(tell, NEXT_NOTES_MS);
  };
  let timer = setTimeout(tell, FIRST_NOTE_MS);
  try {
    await work;
    if (told) log(`${title} answers after ${seconds()} s`);
  } finally {
    clearTimeout(timer);
  }
}
