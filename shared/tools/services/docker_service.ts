import { join } from "node:path";
import { freePort } from "./free_port.ts";
import { poll } from "./poll.ts";
import { probeAmqp, probeMysql, probeRedis } from "./probes.ts";
import { randomPassword } from "./random_password.ts";
import { CONTAINER_LIST } from "./run_directory.ts";
import { SERVICE_TITLES, type ServiceHandle, type ServiceName } from "./service_handle.ts";

/** How one server runs in a container. Secrets go by environment, not by command line. */
interface ContainerPlan {
  image: string;
  innerPort: number;
  env: Record<string, string>;
  args: string[];
  url: (port: number) => string;
  probe: (url: string) => Promise<void>;
}

const DOCKER_TIMEOUT_MS = 60_000;
/** The first start downloads an image. */
const DOCKER_RUN_TIMEOUT_MS = 600_000;
const ANSWER_TIMEOUT_MS = 120_000;

/** True when a Docker engine answers within `timeoutMs`; a client alone is not enough. */
export async function hasDockerEngine(timeoutMs = 5_000, program = "docker"): Promise<boolean> {
  try {
    await docker(program, ["info"], {}, timeoutMs);
    return true;
  } catch {
    return false;
  }
}

/**
 * A server in a container whose port is published on loopback only. Used where an engine runs and
 * the program is not installed.
 */
export class DockerService implements ServiceHandle {
  readonly port = freePort();
  readonly url: string;
  readonly #plan: ContainerPlan;
  readonly #container: string;
  #made = false;
  #up = false;

  constructor(
    readonly name: ServiceName,
    readonly runDir: string,
    readonly program: string = "docker",
  ) {
    this.#plan = planContainer(name, randomPassword());
    this.url = this.#plan.url(this.port);
    this.#container = `dropgate-${name}-${this.port}-${Deno.pid}`;
  }

  /** The engine's processes are not this machine's to see. */
  pids(): number[] {
    return [];
  }

  async kill(): Promise<void> {
    if (!this.#up) return;
    await docker(this.program, ["kill", "--signal", "KILL", this.#container]);
    this.#up = false;
  }

  async pause(): Promise<void> {
    await docker(this.program, ["pause", this.#container]);
  }

  async resume(): Promise<void> {
    await docker(this.program, ["unpause", this.#container]);
  }

  async stop(): Promise<void> {
    if (!this.#up) return;
    await docker(this.program, ["stop", "--time", "20", this.#container]);
    this.#up = false;
  }

  async start(signal?: AbortSignal): Promise<void> {
    if (this.#made) await docker(this.program, ["start", this.#container]);
    else await this.#make();
    this.#up = true;
    const check = async () => {
      await this.#plan.probe(this.url);
      return true;
    };
    const what = `An answer of ${SERVICE_TITLES[this.name]} in ${this.#plan.image}`;
    await poll(what, check, { timeoutMs: ANSWER_TIMEOUT_MS, everyMs: 250, signal });
  }

  async #make(): Promise<void> {
    // Noted before it exists, so that a run killed right now still finds it.
    await Deno.writeTextFile(join(this.runDir, CONTAINER_LIST), `${this.#container}\n`, {
      append: true,
    });
    const { image, innerPort, env, args } = this.#plan;
    const publish = ["--publish", `127.0.0.1:${this.port}:${innerPort}`];
    const names = Object.keys(env).flatMap((name) => ["--env", name]);
    await docker(
      this.program,
      ["run", "--detach", "--name", this.#container, ...publish, ...names, image, ...args],
      env,
      DOCKER_RUN_TIMEOUT_MS,
    );
    this.#made = true;
  }
}

/** Images as in docker-compose.yml. */
function planContainer(name: ServiceName, password: string): ContainerPlan {
  switch (name) {
    case "redis":
      return {
        image: "redis:7",
        innerPort: 6379,
        env: { REDIS_PASSWORD: password },
        args: [
          "sh",
          "-c",
          'exec redis-server --appendonly yes --maxmemory-policy noeviction --requirepass "$REDIS_PASSWORD"',
        ],
        url: (port) => `redis://:${password}@127.0.0.1:${port}`,
        probe: probeRedis,
      };
    case "amqp":
      return {
        image: "rabbitmq:4",
        innerPort: 5672,
        env: {
          RABBITMQ_DEFAULT_USER: "dropgate",
          RABBITMQ_DEFAULT_PASS: password,
          RABBITMQ_DEFAULT_VHOST: "dropgate",
        },
        args: [],
        url: (port) => `amqp://dropgate:${password}@127.0.0.1:${port}/dropgate`,
        probe: probeAmqp,
      };
    case "mysql":
      // The image's own user may not make databases; tests do, so this throw-away server lends root.
      return {
        image: "mysql:8.4",
        innerPort: 3306,
        env: { MYSQL_ROOT_PASSWORD: password, MYSQL_DATABASE: "dropgate" },
        args: [],
        url: (port) => `mysql://root:${password}@127.0.0.1:${port}/dropgate`,
        probe: probeMysql,
      };
  }
}

async function docker(
  program: string,
  args: string[],
  env: Record<string, string> = {},
  timeoutMs = DOCKER_TIMEOUT_MS,
): Promise<void> {
  const { success, code, stderr } = await new Deno.Command(program, {
    args,
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(timeoutMs),
  }).output();
  if (success) return;
  throw new Error(
    `Cannot run docker ${args[0]} as it must end with status 0: current value is ${code} ` +
      new TextDecoder().decode(stderr).trim(),
  );
}
