import type { Environment } from "../../env.ts";
import { PART_PORTS, type PartKind } from "./project.ts";

/** Ports of the schemes that Dropgate dials, for URLs that name none. */
const DEFAULT_PORTS: Record<string, number> = {
  "http:": 80,
  "https:": 443,
  "redis:": 6379,
  "rediss:": 6379,
  "amqp:": 5672,
  "amqps:": 5671,
  "mysql:": 3306,
};

const DIALLED: Record<PartKind, readonly string[]> = {
  edge: ["ORIGIN_URLS", "LIMITS_REDIS_URL", "JWT_JWKS_URL"],
  origin: ["REDIS_URL", "AMQP_URL", "MYSQL_URL", "PAYMENT_PROVIDER_URL"],
  worker: ["REDIS_URL", "AMQP_URL", "MYSQL_URL", "PAYMENT_PROVIDER_URL", "SHOP_WEBHOOK_URL"],
};

/** The one variable that holds several URLs; in any other a comma belongs to the URL. */
const LIST = "ORIGIN_URLS";

/**
 * The `--allow-net` flag of a process: its own addresses and those of the servers that its
 * environment names, nothing else. Behind a sentinel or in a cluster the servers are only learned
 * later, so there the flag names no host.
 *
 * @throws when a URL cannot be read.
 */
export function netFlag(kind: PartKind, env: Environment): string {
  const { variable, fallback } = PART_PORTS[kind];
  const allowed = new Set([
    hostPort(env.HOST || "0.0.0.0", Number(env[variable] || fallback)),
  ]);
  if (env.HEALTH_PORT) allowed.add(hostPort("127.0.0.1", Number(env.HEALTH_PORT)));
  for (const name of DIALLED[kind]) {
    const value = env[name] ?? "";
    const texts = name === LIST ? value.split(",") : [value];
    for (const text of texts.map((one) => one.trim()).filter((one) => one !== "")) {
      if (/^rediss?\+(sentinel|cluster):/.test(text)) return "--allow-net";
      allowed.add(addressOf(name, text));
    }
  }
  return `--allow-net=${[...allowed].join(",")}`;
}

function addressOf(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const port = Number(url?.port || DEFAULT_PORTS[url?.protocol ?? ""]);
  if (!url || url.hostname === "" || Number.isNaN(port)) {
    throw new Error(
      `Cannot use ${name} as it must be a URL with a host: current value is ` +
        JSON.stringify(text.replace(/:[^:@/]*@/g, ":***@")),
    );
  }
  return hostPort(url.hostname, port);
}

function hostPort(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, "");
  return bare.includes(":") ? `[${bare}]:${port}` : `${bare}:${port}`;
}
