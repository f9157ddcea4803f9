import { type LaunchedSystem, planParts } from "../launch/launch_system.ts";
import { PartProcess } from "../launch/part_process.ts";
import type { PartKind } from "../launch/project.ts";
import { poll } from "../services/poll.ts";
import type { ServiceUrls } from "../services/service_handle.ts";
import type { DrillPlan } from "./drill.ts";
import { linkedSpecs, type StageLinks } from "./stage_links.ts";

/** Longest drain of a process at the end of a drill; nobody waits for its answers any more. */
const DRAIN_TIMEOUT_MS = 10_000;
const READY_TIMEOUT_MS = 60_000;

/** What a system is launched with. */
export interface StageSystemOptions {
  plan: DrillPlan;
  /** The servers, with the drill's own database. */
  urls: ServiceUrls;
  /** Secrets, `NAMESPACE` and the like. */
  env: Record<string, string>;
  inherited: Record<string, string>;
  links: StageLinks;
  runDir: string;
  /** Takes every line that a process prints. */
  log: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Launches the processes of a drill side by side, each on wires of its own.
 * @throws when one does not become ready; what had started is ended.
 */
export async function launchStageSystem(options: StageSystemOptions): Promise<LaunchedSystem> {
  const { plan, urls, env, links, runDir, log, signal, inherited } = options;
  const specs = planParts({
    urls,
    counts: { edge: 1, origin: plan.origins, worker: plan.workers },
    env: { ...env, HOST: "127.0.0.1", EDGE_PORT: "0", ORIGIN_PORT: "0", WORKER_PORT: "0" },
    runDir,
  });
  const context = { inherited, print: log, readyTimeoutMs: READY_TIMEOUT_MS };
  const parts = linkedSpecs(specs, links).map((spec) => new PartProcess(spec, context));
  const stop = async (force?: AbortSignal) => {
    await Promise.all(parts.map((part) => part.stop(DRAIN_TIMEOUT_MS, force, "SIGINT")));
  };
  const ends = await Promise.allSettled(parts.map((part) => part.start(signal)));
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) {
    await stop(signal);
    throw failure.reason;
  }
  const ofKind = (kind: PartKind) => parts.filter((part) => part.kind === kind);
  const pidsOf = (kind: PartKind) => ofKind(kind).flatMap((part) => part.pid ?? []);
  return {
    parts,
    edgeUrls: ofKind("edge").map(({ url }) => url),
    originUrls: ofKind("origin").map(({ url }) => url),
    workerUrls: ofKind("worker").map(({ url }) => url),
    pids: () => ({ edge: pidsOf("edge"), origin: pidsOf("origin"), worker: pidsOf("worker") }),
    async replaceAll(kind, signal) {
      const kinds: readonly PartKind[] = kind ? [kind] : ["worker", "origin", "edge"];
      for (const part of kinds.flatMap(ofKind)) await part.replace(signal);
    },
    stop,
  };
}

/** Lets paused processes go on and waits until all are up and ready. @throws when one is not. */
export async function untilSystemReady(system: LaunchedSystem, signal: AbortSignal): Promise<void> {
  for (const part of system.parts) part.signal("SIGCONT");
  await Promise.all(
    system.parts.map((part) =>
      poll(`${part.name} to be ready again`, async () => await part.isReady() ? true : null, {
        timeoutMs: READY_TIMEOUT_MS,
        everyMs: 100,
        signal,
      })
    ),
  );
}
