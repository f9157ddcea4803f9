import { join } from "node:path";
import { RUN_VARIABLE } from "./run_directory.ts";
import { freePort } from "./free_port.ts";
import type { ServerPlan } from "./local_service.ts";
import { probeRedis } from "./probes.ts";
import { randomPassword } from "./random_password.ts";

/** Oldest Redis that Dropgate's scripts run on. */
const OLDEST_REDIS = 7;

/**
 * A private Redis: append-only file, nothing ever evicted, a password, loopback only.
 * @throws when the program is older than Redis 7.
 */
export async function planRedis(program: string, runDir: string): Promise<ServerPlan> {
  await refuseOldRedis(program);
  const dir = join(runDir, "redis");
  await Deno.mkdir(dir);
  const port = freePort();
  const password = randomPassword();
  const configFile = join(dir, "redis.conf");
  const config = [
    `port ${port}`,
    "bind 127.0.0.1",
    `requirepass ${password}`,
    `dir "${dir}"`,
    "appendonly yes",
    'save ""',
    "maxmemory-policy noeviction",
    "daemonize no",
    // A new title would overwrite the environment by which the run finds its processes.
    "set-proc-title no",
  ];
  await Deno.writeTextFile(configFile, config.join("\n") + "\n", { mode: 0o600 });
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return {
    name: "redis",
    port,
    url,
    command: {
      program,
      args: [configFile],
      env: { [RUN_VARIABLE]: runDir },
      logFile: join(dir, "log"),
    },
    prepare: null,
    probe: () => probeRedis(url),
    startTimeoutMs: 20_000,
  };
}

async function refuseOldRedis(program: string): Promise<void> {
  const { stdout } = await new Deno.Command(program, {
    args: ["--version"],
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.timeout(10_000),
  }).output();
  const version = /v=(\d+)[\d.]*/.exec(new TextDecoder().decode(stdout));
  if (version && Number(version[1]) < OLDEST_REDIS) {
    throw new Error(
      `Cannot use ${program} as Redis must be ${OLDEST_REDIS} or newer: ` +
        `current value is ${version[0].slice(2)}`,
    );
  }
}
