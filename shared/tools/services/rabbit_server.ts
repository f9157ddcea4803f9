import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { freePort } from "./free_port.ts";
import type { ServerPlan } from "./local_service.ts";
import { probeAmqp } from "./probes.ts";
import { randomPassword } from "./random_password.ts";
import { RUN_VARIABLE } from "./run_directory.ts";

/** Debian's own copy, which does not change user, unlike the one on PATH. */
export const RABBIT_FOLDERS = ["/usr/lib/rabbitmq/bin"];

/** Name of the virtual host, the user and the database of a private server. */
const OWNER = "dropgate";

/**
 * A private RabbitMQ node: own name, home, cookie, name service and distribution port, loopback
 * only, no plugins. Its virtual host and user come from a definitions file that it reads when it
 * boots, so there is no `guest` and no step after the start.
 */
export async function planRabbit(program: string, runDir: string): Promise<ServerPlan> {
  const dir = join(runDir, "rabbit");
  const home = join(dir, "home");
  await Deno.mkdir(home, { recursive: true });
  const port = freePort();
  const password = randomPassword();
  const file = (name: string) => join(dir, name);
  const definitionsFile = file("definitions.json");
  await Deno.writeTextFile(definitionsFile, JSON.stringify(definitionsFor(password)), {
    mode: 0o600,
  });
  const config = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `load_definitions = ${definitionsFile}`,
    "disk_free_limit.absolute = 50MB",
  ];
  await Deno.writeTextFile(file("rabbitmq.conf"), config.join("\n") + "\n");
  await Deno.writeTextFile(file("env.conf"), "");
  await Deno.writeTextFile(file("plugins"), "[].\n");
  const url = `amqp://${OWNER}:${password}@127.0.0.1:${port}/${OWNER}`;
  const env = {
    HOME: home,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(freePort()),
    RABBITMQ_NODENAME: `dropgate-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(freePort()),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    RABBITMQ_CONFIG_FILE: file("rabbitmq"),
    RABBITMQ_ADVANCED_CONFIG_FILE: file("advanced"),
    RABBITMQ_CONF_ENV_FILE: file("env.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: file("plugins"),
    RABBITMQ_MNESIA_BASE: file("data"),
    RABBITMQ_LOG_BASE: file("logs"),
    RABBITMQ_LOGS: "-",
    RABBITMQ_PID_FILE: file("pid"),
    // Makes the start script become the node instead of watching over it, so that a signal to the
    // process that was started is a signal to the node.
    RUNNING_UNDER_SYSTEMD: "true",
    [RUN_VARIABLE]: runDir,
  };
  return {
    name: "amqp",
    port,
    url,
    command: { program, args: [], env, logFile: file("log") },
    prepare: null,
    probe: () => probeAmqp(url),
    startTimeoutMs: 90_000,
  };
}

/** Schema of `rabbitmqctl export_definitions`. */
function definitionsFor(password: string): object {
  const salt = crypto.getRandomValues(new Uint8Array(4));
  const hash = createHash("sha256").update(salt).update(password).digest();
  return {
    users: [{
      name: OWNER,
      password_hash: Buffer.concat([salt, hash]).toString("base64"),
      hashing_algorithm: "rabbit_password_hashing_sha256",
      tags: [],
    }],
    vhosts: [{ name: OWNER }],
    permissions: [{ user: OWNER, vhost: OWNER, configure: ".*", write: ".*", read: ".*" }],
  };
}
