import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandOf, killProcessesWith, sendSignal, startTicksOf } from "./process_table.ts";

/** The variable by which every process of a run is known, whoever its parent is by then. */
export const RUN_VARIABLE = "DROPGATE_RUN";

/** `dropgate-run-<owner's id>-<owner's start>-<random>`: the owner stands in the name, so that a
 * directory never exists without telling whose it is, whenever its owner was killed. */
const RUN_NAME = /^dropgate-run-(\d+)-(\d+)-/;

/** One run of a tool: its temporary folder and everything that it has started. */
export interface Run {
  /** Absolute path; only this user may look inside. */
  readonly dir: string;
  /** Kills (-9) whatever still carries the mark of this run and removes the folder. */
  close(): Promise<void>;
}

/**
 * Cleans up after runs that were killed, then makes the folder of a new one. Children must be
 * started with `[RUN_VARIABLE]: run.dir` in their environment.
 */
export async function openRun(): Promise<Run> {
  await cleanDeadRuns();
  const prefix = `dropgate-run-${Deno.pid}-${await startTicksOf(Deno.pid) ?? 0}-`;
  const dir = await Deno.makeTempDir({ prefix });
  return { dir, close: () => removeRun(dir) };
}

/**
 * Ends the processes and removes the folders of all runs whose owner is dead. Runs of other users
 * are theirs to clean. Returns the folders that were removed.
 */
export async function cleanDeadRuns(root: string = tmpdir()): Promise<string[]> {
  const removed: string[] = [];
  // Without a process table nobody can be told to be dead.
  if (await startTicksOf(Deno.pid) === null) return removed;
  for await (const entry of Deno.readDir(root)) {
    const owner = RUN_NAME.exec(entry.name);
    if (!owner || !entry.isDirectory) continue;
    if (await startTicksOf(Number(owner[1])) === owner[2]) continue;
    const dir = join(root, entry.name);
    if (!await isOurs(dir)) continue;
    await removeRun(dir);
    removed.push(dir);
  }
  return removed;
}

async function isOurs(dir: string): Promise<boolean> {
  try {
    return (await Deno.lstat(dir)).uid === Deno.uid();
  } catch {
    return false;
  }
}

async function removeRun(dir: string): Promise<void> {
  await removeContainers(dir);
  await killListedGroups(dir);
  await killProcessesWith(RUN_VARIABLE, dir);
  try {
    await Deno.remove(dir, { recursive: true });
  } catch (error) {
    // Somebody else who started at the same time has cleaned it.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The file that a run keeps while it has containers: their names, one a line. */
export const CONTAINER_LIST = "containers";

/**
 * The file that a run keeps of process groups whose environment cannot be read, since they write
 * their title over it: their leaders' ids, one a line. The leader's command names the run's folder.
 */
export const GROUP_LIST = "groups";

async function killListedGroups(dir: string): Promise<void> {
  const list = await Deno.readTextFile(join(dir, GROUP_LIST)).catch(() => "");
  for (const pid of list.split("\n").map(Number).filter((pid) => pid > 1)) {
    // The id may be somebody else's by now.
    if ((await commandOf(pid)).includes(dir)) sendSignal(-pid, "SIGKILL");
  }
}

/** Containers outlive the client that started them, and carry no environment of ours. */
async function removeContainers(dir: string): Promise<void> {
  let list: string;
  try {
    list = await Deno.readTextFile(join(dir, CONTAINER_LIST));
  } catch {
    return;
  }
  const names = list.split("\n").filter((name) => name !== "");
  if (names.length === 0) return;
  await new Deno.Command("docker", {
    args: ["rm", "--force", "--volumes", ...names],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
}
