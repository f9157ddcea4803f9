import { findProgram } from "./find_program.ts";
import { startTicksOf } from "./process_table.ts";
import type { ProgressLog } from "./service_handle.ts";

/** Seconds that apt waits for another apt to finish. */
const LOCK_TIMEOUT_S = 180;
const APT_TIMEOUT_MS = 900_000;
const POLICY_MARK = "# made by dropgate while it installs packages, by process";

/** What is run and written, so that tests can stand in for the system. */
export interface AptSystem {
  aptGet: string;
  policyFile: string;
}

const THIS_SYSTEM: AptSystem = { aptGet: "apt-get", policyFile: "/usr/sbin/policy-rc.d" };

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
export async function aptInstall(
  packages: string[],
  log: ProgressLog,
  system: AptSystem = THIS_SYSTEM,
): Promise<void> {
  log(`Installing with apt-get: ${packages.join(" ")}`);
  await removeForgottenPolicy(system.policyFile);
  const policyMade = await forbidStarts(system.policyFile);
  try {
    const common = ["-q", "-o", `DPkg::Lock::Timeout=${LOCK_TIMEOUT_S}`];
    await aptGet(system.aptGet, [...common, "update"]);
    await aptGet(system.aptGet, [
      ...common,
      "install",
      "--yes",
      "--no-install-recommends",
      ...packages,
    ]);
  } finally {
    if (policyMade) await Deno.remove(system.policyFile).catch(() => {});
  }
  log("Installed.");
}

/**
 * Debian's packages ask this file whether they may start what they bring; 101 means no. It is made
 * unless the machine has one of its own.
 */
async function forbidStarts(policyFile: string): Promise<boolean> {
  const mark = `${POLICY_MARK} ${Deno.pid}-${await startTicksOf(Deno.pid)}`;
  try {
    await Deno.writeTextFile(policyFile, `#!/bin/sh\n${mark}\nexit 101\n`, {
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
async function removeForgottenPolicy(policyFile: string): Promise<void> {
  const text = await Deno.readTextFile(policyFile).catch(() => "");
  const owner = new RegExp(`^${POLICY_MARK} (\\d+)-(\\d+)$`, "m").exec(text);
  if (owner && await startTicksOf(Number(owner[1])) !== owner[2]) await Deno.remove(policyFile);
}

async function aptGet(program: string, args: string[]): Promise<void> {
  const { success, code, stdout, stderr } = await new Deno.Command(program, {
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
