import { findProgram } from "./find_program.ts";
import { startTicksOf } from "./process_table.ts";
import type { ProgressLog } from "./service_handle.ts";

/** Seconds that apt waits for another apt to finish. */
const LOCK_TIMEOUT_S = 180;
const APT_TIMEOUT_MS = 900_000;
/** Asked by Debian's packages whether they may start what they bring; 101 means no. */
export const POLICY_FILE = "/usr/sbin/policy-rc.d";
const POLICY_MARK = "# made by dropgate while it installs packages, by process";

/** True on Debian and its children when this is root: only there a tool may install by itself. */
export function canInstall(): boolean {
  if (Deno.uid() !== 0 || findProgram(["apt-get"]) === null) return false;
  try {
    return Deno.statSync("/etc/debian_version").isFile;
  } catch {
    return false;
  }
}

/**
 * Installs Debian packages without starting what is in them, after naming them. Not to be broken
 * off: apt and dpkg run in a process group of their own and end by themselves.
 * @throws when apt fails, with the end of what it said.
 */
export async function aptInstall(packages: string[], log: ProgressLog): Promise<void> {
  log(`Installing with apt-get: ${packages.join(" ")}`);
  await removeForgottenPolicy();
  const policyMade = await forbidStarts();
  try {
    const common = ["-q", "-o", `DPkg::Lock::Timeout=${LOCK_TIMEOUT_S}`];
    await aptGet([...common, "update"]);
    await aptGet([...common, "install", "--yes", "--no-install-recommends", ...packages]);
  } finally {
    if (policyMade) await Deno.remove(POLICY_FILE).catch(() => {});
  }
  log("Installed.");
}

/** Makes the policy file unless the machine has one of its own. */
async function forbidStarts(): Promise<boolean> {
  const mark = `${POLICY_MARK} ${Deno.pid}-${startTicksOf(Deno.pid)}`;
  try {
    await Deno.writeTextFile(POLICY_FILE, `#!/bin/sh\n${mark}\nexit 101\n`, {
      createNew: true,
      mode: 0o755,
    });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** A run that was killed while it installed has left its policy file behind. */
async function removeForgottenPolicy(): Promise<void> {
  const text = await Deno.readTextFile(POLICY_FILE).catch(() => "");
  const owner = new RegExp(`^${POLICY_MARK} (\\d+)-(\\d+)$`, "m").exec(text);
  if (owner && startTicksOf(Number(owner[1])) !== owner[2]) await Deno.remove(POLICY_FILE);
}

async function aptGet(args: string[]): Promise<void> {
  const { success, code, stdout, stderr } = await new Deno.Command("apt-get", {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
    signal: AbortSignal.timeout(APT_TIMEOUT_MS),
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(
    `Cannot install packages as apt-get must end with status 0: current value is ${code}\n` +
      said.trimEnd().split("\n").slice(-15).map((line) => `    ${line}`).join("\n"),
  );
}
