import { join } from "node:path";
import { readCompose } from "../containers/compose_file.ts";
import { PROJECT_DIR } from "../launch/project.ts";
import { freePort } from "./free_port.ts";
import { poll, StopPolling } from "./poll.ts";
import { GROUP_LIST, RUN_VARIABLE } from "./run_directory.ts";
import { runToEnd, ServerProcess } from "./server_process.ts";

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 10_000;
const OPENSSL_TIMEOUT_MS = 30_000;

/** What a private nginx is started from. */
export interface NginxOptions {
  program: string;
  /** The folder of a run; what nginx writes stays in it. */
  runDir: string;
  /** The edges, as `host:port`. */
  edges: string[];
  /** Other values for variables of the template, say `FRONT_HEADER_TIMEOUT`. */
  variables?: Record<string, string>;
}

/** A running nginx with the project's own configuration and a certificate for 127.0.0.1. */
export interface NginxServer {
  /** `https://127.0.0.1:<port>` */
  url: string;
  httpsPort: number;
  httpPort: number;
  /** `http://127.0.0.1:<port>/status` tells of connections. */
  statusPort: number;
  /** The certificate in PEM, which clients have to trust. */
  certificate: string;
  /** The lines of the access log that are written by now. */
  accessLog(): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/**
 * Starts nginx with the very configuration of the front container: its template and the values that
 * docker-compose.yml gives, except for addresses, folders and what a test asks for.
 *
 * @throws when it does not answer within ten seconds, with the end of its log.
 */
export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  const dir = await Deno.makeTempDir({ dir: options.runDir, prefix: "nginx-" });
  const ports = { http: freePort(), https: freePort(), status: freePort() };
  const certificate = await makeCertificate(dir);
  const given = await composedVariables();
  const servers = options.edges.map((edge, i) =>
    `server ${edge} ${serverParameters(given.FRONT_EDGES ?? "", i)};`
  );
  const variables = {
    ...given,
    FRONT_HTTP: `127.0.0.1:${ports.http}`,
    FRONT_HTTPS: `127.0.0.1:${ports.https}`,
    FRONT_STATUS: `127.0.0.1:${ports.status}`,
    FRONT_EDGES: servers.join(" "),
    FRONT_CERTIFICATE: join(dir, "certificate.pem"),
    FRONT_CERTIFICATE_KEY: join(dir, "key.pem"),
    FRONT_RUN_DIR: dir,
    FRONT_ACCESS_LOG: join(dir, "access.log"),
    FRONT_EXTRA: join(dir, "extra"),
    ...options.variables,
  };
  const template = await Deno.readTextFile(join(PROJECT_DIR, "edge/front/nginx.conf.template"));
  const configFile = join(dir, "nginx.conf");
  await Deno.writeTextFile(configFile, fillTemplate(template, variables));
  const process = new ServerProcess({
    // It writes its title over its environment, so it is noted by its id before it is there.
    program: "/bin/sh",
    args: [
      "-c",
      'echo "$$" >>"$GROUP_LIST" && exec "$0" "$@"',
      options.program,
      ...["-e", "stderr", "-c", configFile, "-p", dir, "-g", directives()],
    ],
    env: { [RUN_VARIABLE]: options.runDir, GROUP_LIST: join(options.runDir, GROUP_LIST) },
    logFile: join(dir, "error.log"),
  });
  await untilItAnswers(process, ports.status);
  const httpsPort = portOf(variables.FRONT_HTTPS);
  return {
    url: `https://127.0.0.1:${httpsPort}`,
    httpPort: ports.http,
    httpsPort,
    statusPort: ports.status,
    certificate,
    async accessLog() {
      const text = await Deno.readTextFile(join(dir, "access.log"));
      return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    },
    stop: () => process.end("SIGTERM", STOP_TIMEOUT_MS),
  };
}

/** The port of a `listen` line, which a test may have chosen itself. */
function portOf(listen: string): number {
  return Number(/:(\d+)(?: |$)/.exec(listen)?.[1]);
}

/** What the container is told besides the file. As root, workers could not read a run's folder. */
function directives(): string {
  return Deno.uid() === 0 ? "daemon off; user root;" : "daemon off;";
}

/** The values of the front container, with stand-ins for what has no default. */
async function composedVariables(): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(join(PROJECT_DIR, "docker-compose.yml"));
  const needed = [...text.matchAll(/\$\{(\w+):\?/g)].map((match) => [match[1] ?? "", "unused"]);
  const { environment = {} } = readCompose(text, Object.fromEntries(needed)).services.front ?? {};
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name.startsWith("FRONT_")),
  );
}

/** What stands behind the address in the n-th `server` line. */
function serverParameters(lines: string, n: number): string {
  const all = [...lines.matchAll(/\bserver \S+ ([^;]+);/g)].map((match) => match[1] ?? "");
  return all[n % Math.max(1, all.length)] ?? "";
}

/**
 * Fills in `${FRONT_…}` as the entry point of nginx's image does, and nothing else.
 * @throws for a variable without a value.
 */
export function fillTemplate(text: string, variables: Record<string, string>): string {
  return text.replace(/\$\{(FRONT_\w+)\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) {
      throw new Error(
        `Cannot fill in the template as ${name} needs a value: current value is none`,
      );
    }
    return value;
  });
}

/** A certificate for 127.0.0.1 that signs itself; in PEM. Its key stays in the folder. */
async function makeCertificate(dir: string): Promise<string> {
  const file = join(dir, "certificate.pem");
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  args.push("-nodes", "-days", "2", "-subj", "/CN=dropgate-test");
  args.push("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  args.push("-keyout", join(dir, "key.pem"), "-out", file);
  const logFile = join(dir, "openssl.log");
  await runToEnd({ program: "openssl", args, env: {}, logFile }, OPENSSL_TIMEOUT_MS);
  return await Deno.readTextFile(file);
}

async function untilItAnswers(process: ServerProcess, port: number): Promise<void> {
  process.spawn();
  try {
    await poll("an answer of nginx", async () => {
      if (process.pid === null) throw new StopPolling(new Error("nginx ended by itself"));
      const response = await fetch(`http://127.0.0.1:${port}/healthz`);
      await response.body?.cancel();
      return response.status === 200 ? true : null;
    }, { timeoutMs: START_TIMEOUT_MS, everyMs: 20 });
  } catch (error) {
    await process.end("SIGKILL", STOP_TIMEOUT_MS);
    throw new Error(
      `Cannot start nginx as it must answer within ${START_TIMEOUT_MS} ms: ` +
        `${error instanceof Error ? error.message : error}. The end of its log:\n` +
        await process.logTail(),
      { cause: error },
    );
  }
}
