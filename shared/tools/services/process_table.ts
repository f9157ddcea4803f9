/** What this machine's process table tells, read from `/proc` (Linux). */

/**
 * When a process started, in clock ticks since boot: with its id, a name that is never used twice.
 * Null when there is no such process or only its remains.
 */
export function startTicksOf(pid: number): string | null {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return null;
  }
  // The name in brackets may hold spaces and brackets, so fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  if (state === "Z" || state === "X") return null;
  return fields[19] ?? null;
}

/**
 * Every process that was started with `NAME=value` in its environment, this one left out. Those of
 * other users cannot be read and are not found.
 */
export function processesWith(name: string, value: string): number[] {
  const wanted = `\0${name}=${value}\0`;
  const found: number[] = [];
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync("/proc")];
  } catch {
    return [];
  }
  for (const { name: entry } of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === Deno.pid) continue;
    try {
      const environment = `\0${Deno.readTextFileSync(`/proc/${pid}/environ`)}`;
      if (environment.includes(wanted)) found.push(pid);
    } catch {
      // It has ended meanwhile, or it is not ours.
    }
  }
  return found;
}

/** Rounds of looking and killing; a process that forks meanwhile is met in the next round. */
const MAX_KILL_ROUNDS = 250;
const KILL_ROUND_MS = 20;

/** Kills (-9) every process that carries `NAME=value` and returns when none is left. */
export async function killProcessesWith(name: string, value: string): Promise<void> {
  for (let round = 0; round < MAX_KILL_ROUNDS; round++) {
    const pids = processesWith(name, value);
    if (pids.length === 0) return;
    for (const pid of pids) sendSignal(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, KILL_ROUND_MS));
  }
  throw new Error(
    `Cannot end all processes as kill -9 must work within ${MAX_KILL_ROUNDS * KILL_ROUND_MS} ms: ` +
      `current value is ${processesWith(name, value).join(", ")}`,
  );
}

/** Sends a signal; a negative id means a whole process group. False when it is gone already. */
export function sendSignal(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    // ESRCH has no class of its own in every version.
    if (error instanceof Deno.errors.NotFound || /ESRCH|No such process/.test(String(error))) {
      return false;
    }
    throw error;
  }
}
