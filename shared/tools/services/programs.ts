import { aptInstall, canInstall } from "./apt_install.ts";
import { hasDockerEngine } from "./docker_service.ts";
import { findProgram } from "./find_program.ts";
import { findMariaPrograms } from "./maria_server.ts";
import { RABBIT_FOLDERS } from "./rabbit_server.ts";
import { type ProgressLog, SERVICE_NAMES, SERVICE_TITLES } from "./service_handle.ts";
import type { ServiceName } from "./service_handle.ts";

/** What a tool may need from the machine: the servers, and for tests what stands around them. */
export type Need = ServiceName | "chromium" | "nginx" | "prometheus";

/** Where a server comes from when no URL is given. */
export type Source = "program" | "docker";

const DEBIAN_PACKAGES: Record<Need, string[]> = {
  redis: ["redis-server"],
  amqp: ["rabbitmq-server"],
  mysql: ["mariadb-server"],
  // Pictures of pages in Chinese show boxes without the fonts.
  chromium: ["chromium", "fonts-noto-cjk"],
  // Its tests make a certificate for themselves.
  nginx: ["nginx", "openssl"],
  prometheus: ["prometheus"],
};

const PROGRAM_NAMES: Record<Need, string> = {
  redis: "redis-server (7 or newer)",
  amqp: "rabbitmq-server (3.10 or newer)",
  mysql: "mariadbd with mariadb-install-db, or mysqld",
  chromium: "chromium or google-chrome",
  nginx: "nginx (1.22 or newer) with openssl",
  prometheus: "prometheus (2.42 or newer) with promtool",
};

const TITLES: Record<Need, string> = {
  ...SERVICE_TITLES,
  chromium: "Chromium",
  nginx: "nginx",
  prometheus: "Prometheus",
};

/** Questions to the machine, so that tests can answer them. */
export interface Machine {
  isInstalled(need: Need): boolean;
  hasDockerEngine(): Promise<boolean>;
  canInstall(): boolean;
  install(packages: string[], log: ProgressLog): Promise<void>;
}

/** This machine. */
export const thisMachine: Machine = {
  isInstalled(need) {
    if (need === "chromium") return findChromium() !== null;
    if (need === "nginx") return findNginx() !== null && findProgram(["openssl"]) !== null;
    if (need === "prometheus") return findPrometheus() !== null && findPromtool() !== null;
    return findServer(need) !== null;
  },
  hasDockerEngine: () => hasDockerEngine(),
  canInstall,
  install: aptInstall,
};

/**
 * Decides where each needed thing comes from: an installed program, else (servers) a container,
 * else (Debian or Ubuntu, as root) a package that is installed now, all in one go.
 * @throws one error that names everything that is missing and how to get it.
 */
export async function provide(
  needs: readonly Need[],
  log: ProgressLog,
  machine: Machine = thisMachine,
): Promise<Map<Need, Source>> {
  const sources = new Map<Need, Source>();
  let missing: Need[] = [];
  for (const need of needs) {
    if (machine.isInstalled(need)) sources.set(need, "program");
    else missing.push(need);
  }
  if (missing.some(isServer) && await machine.hasDockerEngine()) {
    for (const need of missing.filter(isServer)) sources.set(need, "docker");
    missing = missing.filter((need) => !isServer(need));
  }
  if (missing.length > 0 && machine.canInstall()) {
    await machine.install(missing.flatMap((need) => DEBIAN_PACKAGES[need]), log);
    for (const need of missing) if (machine.isInstalled(need)) sources.set(need, "program");
    missing = missing.filter((need) => !sources.has(need));
  }
  if (missing.length > 0) throw new MissingProgramsError(missing);
  return sources;
}

/** Nothing on this machine gives what is needed. */
export class MissingProgramsError extends Error {
  override name = "MissingProgramsError";

  constructor(readonly missing: Need[]) {
    const lines = missing.map((need) => {
      return `  ${TITLES[need]}: ${PROGRAM_NAMES[need]} (Debian: ${
        DEBIAN_PACKAGES[need].join(" ")
      })`;
    });
    const byUrl = missing.every(isServer)
      ? ", or set REDIS_URL, AMQP_URL and MYSQL_URL to servers that run already"
      : "";
    super(
      `Cannot go on as these programs must be on PATH or in /usr/sbin: current value is missing\n` +
        `${lines.join("\n")}\n` +
        `Install them, or start a Docker engine for the servers${byUrl}. ` +
        `On Debian or Ubuntu, root installs them by itself.`,
    );
  }
}

/** The program that serves; null when it is not installed. */
export function findServer(name: ServiceName): string | null {
  switch (name) {
    case "redis":
      return findProgram(["redis-server"]);
    case "amqp":
      return findProgram(["rabbitmq-server"], RABBIT_FOLDERS);
    case "mysql":
      return findMariaPrograms()?.server ?? null;
  }
}

/** A browser for tests: `CHROMIUM_PATH`, else the first on PATH; null when there is none. */
export function findChromium(): string | null {
  return Deno.env.get("CHROMIUM_PATH") ||
    findProgram(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
}

/** What stands in front of edges, for tests: `NGINX_PATH`, else the one installed; null if none. */
export function findNginx(): string | null {
  return Deno.env.get("NGINX_PATH") || findProgram(["nginx"]);
}

/** What scrapes and alerts, for tests: `PROMETHEUS_PATH`, else the one installed; null if none. */
export function findPrometheus(): string | null {
  return Deno.env.get("PROMETHEUS_PATH") || findProgram(["prometheus"]);
}

/** What checks rules and tests alerts; it comes with Prometheus. */
export function findPromtool(): string | null {
  return findProgram(["promtool"]);
}

function isServer(need: Need): need is ServiceName {
  return (SERVICE_NAMES as readonly string[]).includes(need);
}
