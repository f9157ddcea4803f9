/**
 * What this machine's process table tells (Linux). It is read by a shell, since Deno itself opens
 * `/proc` only for a program that may do everything, and tests may not.
 */

/**
 * When a process started, in clock ticks since boot: with its id, a name that is never used twice.
 * Null when there is no such process or only its remains.
 */
export async function startTicksOf(pid: number): Promise<string | null> {
  const stat = await shell('cat "/proc/$0/stat"', String(pid));
  // The name in brackets may hold spaces and brackets, so fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  if (state === "Z" || state === "X") return null;
  return fields[19] ?? null;
}

/** The words with which a process was started, or what it calls itself since; "" when it is gone. */
export async function commandOf(pid: number): Promise<string> {
  return (await shell('cat "/proc/$0/cmdline"', String(pid))).replaceAll("\0", " ");
}

/**
 * Every process that was started with `NAME=value` in its environment, this one left out. Those of
 * other users cannot be read and are not found.
 */
export async function processesWith(name: string, value: string): Promise<number[]> {
  const paths = await shell('grep -lszxF -e "$0" /proc/[0-9]*/environ', `${name}=${value}`);
  return [...paths.matchAll(/^\/proc\/(\d+)\//gm)]
    .map((match) => Number(match[1]))
    .filter((pid) => pid !== Deno.pid);
}

/** Rounds of looking and killing; a process that forks meanwhile is met in the next round. */
const MAX_KILL_ROUNDS = 250;
const KILL_ROUND_MS = 20;

/** Kills (-9) every process that carries `NAME=value` and returns when none is left. */
export async function killProcessesWith(name: string, value: string): Promise<void> {
  let left: number[] = [];
  for (let round = 0; round < MAX_KILL_ROUNDS; round++) {
    left = await processesWith(name, value);
    if (left.length === 0) return;
    for (const pid of left) sendSignal(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, KILL_ROUND_MS));
  }
  throw new Error(
    `Cannot end all processes as kill -9 must work within ${MAX_KILL_ROUNDS} rounds: ` +
      `current value is ${left.join(", ")}`,
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

const SHELL_TIMEOUT_MS = 10_000;

/** What a one-line script prints. Its environment is empty, so that it never finds itself. */
async function shell(script: string, argument: string): Promise<string> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, argument],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(SHELL_TIMEOUT_MS),
  }).output();
  return new TextDecoder().decode(stdout);
}
