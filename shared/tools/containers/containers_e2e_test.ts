import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { serviceFor } from "../../testing/services_env.ts";
import { askFront } from "../front/front_client.ts";
import { LineRelay } from "../launch/line_relay.ts";
import { PROJECT_DIR } from "../launch/project.ts";
import { secretsForRun } from "../launch/run_secrets.ts";
import { freePort } from "../services/free_port.ts";
import { findMariaPrograms, planMaria } from "../services/maria_server.ts";
import { LocalService, type ServerPlan } from "../services/local_service.ts";
import { startNginx } from "../services/nginx_server.ts";
import { poll } from "../services/poll.ts";
import { probeAmqp, probeRedis } from "../services/probes.ts";
import { findServer } from "../services/programs.ts";
import { planRabbit } from "../services/rabbit_server.ts";
import { planRedis } from "../services/redis_server.ts";
import { openRun, type Run, RUN_VARIABLE } from "../services/run_directory.ts";
import { startServices } from "../services/start_services.ts";
import { type ComposeFile, type ComposeService, readCompose } from "./compose_file.ts";
import { readDockerfile, wordsOf } from "./dockerfile.ts";

/**
 * There need not be a Docker engine where this runs, so each container's own command, environment
 * and health check run as processes, with the addresses of containers mapped to loopback.
 */
const composeText = await Deno.readTextFile(join(PROJECT_DIR, "docker-compose.yml"));

/** What a process needs of the machine, beside what its container is given. */
function machineEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME"];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** Runs containers' commands as processes. */
class Containers {
  readonly #addresses: [RegExp, string][];

  constructor(
    readonly compose: ComposeFile,
    addresses: [string, string][],
    readonly dir: string,
  ) {
    this.#addresses = addresses.map(([from, to]) => [
      new RegExp(`(?<![\\w.])${from.replaceAll(".", "\\.")}(?!\\w)`, "g"),
      to,
    ]);
  }

  service(name: string): ComposeService {
    const found = this.compose.services[name];
    assert(found, name);
    return found;
  }

  #command(name: string, words: string[]): Deno.Command {
    const map = (text: string) =>
      this.#addresses.reduce((mapped, [from, to]) => mapped.replace(from, to), text);
    assertEquals(words[0], "deno");
    const environment = Object.entries(this.service(name).environment ?? {});
    return new Deno.Command(Deno.execPath(), {
      args: words.slice(1).map(map),
      cwd: PROJECT_DIR,
      clearEnv: true,
      env: {
        ...machineEnvironment(),
        ...Object.fromEntries(environment.map(([key, value]) => [key, map(value)])),
        [RUN_VARIABLE]: this.dir,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  start(name: string): { child: Deno.ChildProcess; ended: Promise<string> } {
    const child = this.#command(name, this.service(name).command ?? []).spawn();
    const lines: string[] = [];
    const relay = new LineRelay((line) => lines.push(line));
    const ended = Promise.all([relay.pump(child.stdout), relay.pump(child.stderr)])
      .then(() => lines.join("\n"));
    return { child, ended };
  }

  /** The exit status of the health check. */
  async check(name: string): Promise<number> {
    const [kind, ...words] = this.service(name).healthcheck?.test ?? [];
    assertEquals(kind, "CMD");
    return (await this.#command(name, words).output()).code;
  }

  async untilHealthy(name: string): Promise<void> {
    await poll(`health of ${name}`, async () => await this.check(name) === 0 ? true : null, {
      timeoutMs: 60_000,
      everyMs: 200,
    });
  }
}

/** A Redis besides the run's own, which ends with the run as well. */
async function secondRedis(run: Run): Promise<LocalService> {
  const dir = await Deno.makeTempDir({ dir: run.dir });
  const plan = await planRedis(findServer("redis") ?? "", dir);
  return new LocalService({
    ...plan,
    command: { ...plan.command, env: { [RUN_VARIABLE]: run.dir } },
  });
}

function hostPort(url: string | undefined): string {
  const { hostname, port } = new URL(url ?? "");
  return `${hostname}:${port}`;
}

Deno.test("the containers' commands and health checks work on real servers", async () => {
  const run = await openRun();
  const running: { name: string; child: Deno.ChildProcess; ended: Promise<string> }[] = [];
  try {
    const { urls } = await startServices({ log: () => {}, env: {}, run });
    const limits = await secondRedis(run);
    await limits.start();
    const password = (url: string | undefined) => new URL(url ?? "").password;
    const compose = readCompose(composeText, {
      ...secretsForRun({}),
      FRONT_TLS_DIR: "not used here",
      LIMITS_REDIS_PASSWORD: password(limits.url),
      REDIS_PASSWORD: password(urls.redis),
      RABBITMQ_PASSWORD: password(urls.amqp),
      MYSQL_PASSWORD: password(urls.mysql),
      MYSQL_ROOT_PASSWORD: "not used here",
    });
    const ports = { edge: freePort(), origin: freePort(), worker: freePort() };
    const containers = new Containers(compose, [
      ["limits:6379", hostPort(limits.url)],
      ["redis:6379", hostPort(urls.redis)],
      ["rabbitmq:5672", hostPort(urls.amqp)],
      ["mysql:3306", hostPort(urls.mysql)],
      ["origin:9000", `127.0.0.1:${ports.origin}`],
      ["0.0.0.0", "127.0.0.1"],
      ["172.31.240.10", "127.0.0.1"],
      ["8000", String(ports.edge)],
      ["9000", String(ports.origin)],
      ["9100", String(ports.worker)],
    ], run.dir);

    const migrate = containers.start("migrate");
    const { code } = await migrate.child.status;
    assertEquals(code, 0, await migrate.ended);
    await migrate.ended;

    for (const name of ["worker", "origin", "edge-1"]) {
      assertEquals(await containers.check(name), 1, `${name} before it starts`);
      running.push({ name, ...containers.start(name) });
      await containers.untilHealthy(name);
    }
    // The other edge has the same command; nginx is given this one twice.
    const edges = [`127.0.0.1:${ports.edge}`, `127.0.0.1:${ports.edge}`];
    const program = serviceFor("NGINX_PATH");
    const front = await startNginx({ program, runDir: run.dir, edges });
    const sales = await askFront(front, "/api/sales");
    assertEquals([sales.status, JSON.parse(sales.text).total], [200, 0]);
    await front.stop();

    for (const { name, child, ended } of running.splice(0).reverse()) {
      child.kill("SIGTERM");
      assertEquals((await child.status).code, 0, `${name} drains: ${await ended}`);
      await ended;
      assertEquals(await containers.check(name), 1, `${name} after it has ended`);
    }
  } finally {
    for (const { name, child, ended } of running) {
      child.kill("SIGKILL");
      await child.status;
      console.log(`${name} said:\n${await ended}`);
    }
    await run.close();
  }
});

Deno.test("the image's own build step finds every module", async () => {
  const dockerfile = readDockerfile(await Deno.readTextFile(join(PROJECT_DIR, "Dockerfile")));
  for (const instruction of dockerfile.filter(({ name }) => name === "RUN")) {
    const [program, ...args] = wordsOf(instruction);
    assertEquals(program, "deno");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: PROJECT_DIR,
      stdin: "null",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }
});

/** Starts a server from a plan changed to what its container says, and ends it again. */
async function runServer(
  plan: (dir: string, service: ComposeService) => Promise<ServerPlan>,
  name: string,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const passwords = { REDIS_PASSWORD: "one-of-redis", RABBITMQ_PASSWORD: "one-of-rabbit" };
  const variables = {
    ...secretsForRun({}),
    ...passwords,
    MYSQL_PASSWORD: "one-of-mysql",
    MYSQL_ROOT_PASSWORD: "one-of-root",
    LIMITS_REDIS_PASSWORD: "one-of-limits",
    FRONT_TLS_DIR: "not used here",
  };
  const service = readCompose(composeText, variables).services[name];
  assert(service);
  const run = await openRun();
  try {
    const server = new LocalService(await plan(run.dir, service));
    await server.start();
    await test(server.url);
    await server.stop();
  } finally {
    await run.close();
  }
}

/** Both containers of Redis, and what each must be set to. */
const REDIS_CONTAINERS: [string, string, Record<string, string>][] = [
  ["redis", "one-of-redis", { appendonly: "yes", "maxmemory-policy": "noeviction" }],
  ["limits", "one-of-limits", { appendonly: "no", "maxmemory-policy": "volatile-ttl" }],
];

for (const [name, secret, settings] of REDIS_CONTAINERS) {
  Deno.test(`the arguments of the container ${name} are taken by redis-server`, async () => {
    await runServer(
      async (dir, { command = [] }) => {
        const plan = await planRedis(findServer("redis") ?? "", dir);
        assertEquals(command[0], "redis-server");
        const here = [
          "--port",
          String(plan.port),
          "--bind",
          "127.0.0.1",
          "--dir",
          join(dir, "redis"),
        ];
        const args = [...command.slice(1), ...here, "--set-proc-title", "no"];
        const url = `redis://:${secret}@127.0.0.1:${plan.port}`;
        return { ...plan, url, probe: () => probeRedis(url), command: { ...plan.command, args } };
      },
      name,
      async (url) => {
        const { hostname, port } = new URL(url);
        using connection = await Deno.connect({ hostname, port: Number(port) });
        const questions = Object.keys(settings).map((setting) => `CONFIG GET ${setting}`);
        const lines = [`AUTH ${secret}`, ...questions];
        await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\nPING\r\n`));
        let answer = "";
        const buffer = new Uint8Array(1_024);
        while (!answer.includes("+PONG")) {
          const read = await connection.read(buffer);
          assert(read !== null);
          answer += new TextDecoder().decode(buffer.subarray(0, read));
        }
        for (const [setting, value] of Object.entries(settings)) {
          assertStringIncludes(answer, `${setting}\r\n$${value.length}\r\n${value}\r\n`);
        }
      },
    );
  });
}

Deno.test("the RabbitMQ container's environment makes its own user and virtual host", async () => {
  await runServer(
    async (dir, { environment = {} }) => {
      const plan = await planRabbit(findServer("amqp") ?? "", dir);
      // As in the image: nothing but the environment says who may come in.
      await Deno.writeTextFile(
        join(dir, "rabbit", "rabbitmq.conf"),
        `listeners.tcp.1 = 127.0.0.1:${plan.port}\n`,
      );
      const url = `amqp://dropgate:one-of-rabbit@127.0.0.1:${plan.port}/dropgate`;
      const env = { ...plan.command.env, ...environment };
      return { ...plan, url, probe: () => probeAmqp(url), command: { ...plan.command, env } };
    },
    "rabbitmq",
    async (url) => await probeAmqp(url),
  );
});

Deno.test("the MySQL container's arguments are taken by the server installed here", async () => {
  const programs = findMariaPrograms();
  assert(programs);
  await runServer(
    async (dir, { command = [] }) => {
      const plan = await planMaria(programs, dir);
      const args = [...plan.command.args, ...command];
      return { ...plan, command: { ...plan.command, args } };
    },
    "mysql",
    () => Promise.resolve(),
  );
});
