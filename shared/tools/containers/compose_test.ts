import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import denoConfig from "../../../deno.json" with { type: "json" };
import { DRAIN_TIMES } from "../../serving_process.ts";
import { DRAIN_TIMEOUT_MS } from "../launch/part_process.ts";
import { PROJECT_DIR } from "../launch/project.ts";
import { type ComposeService, composeVariables, interpolate, readCompose } from "./compose_file.ts";
import { readDockerfile, wordsOf } from "./dockerfile.ts";

const composeText = await Deno.readTextFile(join(PROJECT_DIR, "docker-compose.yml"));
const dockerfile = readDockerfile(await Deno.readTextFile(join(PROJECT_DIR, "Dockerfile")));

const SECRETS = {
  EDGE_KEY: "edge-key",
  SESSION_KEY: "session-key",
  RECEIPT_KEY: "receipt-key",
  ADMIN_TOKEN: "admin-token",
  REDIS_PASSWORD: "redis-password",
  RABBITMQ_PASSWORD: "rabbit-password",
  MYSQL_PASSWORD: "mysql-password",
  MYSQL_ROOT_PASSWORD: "mysql-root-password",
  LIMITS_REDIS_PASSWORD: "limits-password",
};
const FOLDERS = { FRONT_TLS_DIR: "./tls" };
const compose = readCompose(composeText, { ...SECRETS, ...FOLDERS });
const EDGES = ["edge-1", "edge-2"] as const;
const PARTS = [...EDGES, "origin", "worker", "migrate"] as const;
/** Servers that keep what must not be lost. */
const KEEPERS = ["redis", "rabbitmq", "mysql"] as const;
const SERVERS = [...KEEPERS, "limits"] as const;
/** Of the profile `observability`. */
const WATCHERS = ["prometheus", "grafana"] as const;

function service(name: string): ComposeService {
  const found = compose.services[name];
  assert(found, name);
  return found;
}

Deno.test("interpolate() fills in as compose does", () => {
  const variables = { A: "1", EMPTY: "" };
  assertEquals(
    interpolate("${A} $$A ${B:-x} ${EMPTY:-y} ${A:+,${A}} ${B:+z}|", variables),
    "1 $A x y ,1 |",
  );
  assertThrows(() => interpolate("${EMPTY:?must be set}", variables), Error, "EMPTY must be set");
});

Deno.test("docker-compose.yml has every container and no other", () => {
  assertEquals(
    Object.keys(compose.services).sort(),
    [...PARTS, ...SERVERS, ...WATCHERS, "front"].sort(),
  );
});

Deno.test("docker-compose.yml has no default password", () => {
  for (const name of [...Object.keys(SECRETS), ...Object.keys(FOLDERS)]) {
    const without = { ...SECRETS, ...FOLDERS, [name]: "" };
    assertThrows(() => readCompose(composeText, without), Error, `${name} must be set`);
  }
  for (const { environment = {} } of Object.values(compose.services)) {
    for (const [name, value] of Object.entries(environment)) {
      // A file of a mounted folder is no secret.
      if (/^\/etc\/nginx\/tls\//.test(value)) continue;
      if (/KEY|TOKEN|PASS|AUTH/.test(name)) assert(value === "" || /-/.test(value), name);
    }
  }
});

Deno.test("every container is watched, restarted and held to few rights", () => {
  for (const name of [...PARTS, ...SERVERS, ...WATCHERS, "front"]) {
    const { restart, healthcheck, cap_drop, security_opt } = service(name);
    assertEquals(restart, name === "migrate" ? "no" : "unless-stopped", name);
    assert(name === "migrate" || (healthcheck?.test?.length ?? 0) > 1, `${name} is watched`);
    assertEquals(cap_drop, ["ALL"], name);
    assertEquals(security_opt, ["no-new-privileges:true"], name);
  }
  const besides: Record<string, string> = { limits: "/data", grafana: "/var/lib/grafana" };
  for (const name of [...PARTS, ...WATCHERS, "redis", "limits", "front"]) {
    const more = besides[name];
    const writable = more === undefined ? ["/tmp"] : ["/tmp", more];
    assertEquals([service(name).read_only, service(name).tmpfs], [true, writable], name);
  }
  for (const name of PARTS) {
    assertEquals([service(name).build, service(name).cap_add, service(name).volumes], [
      ".",
      undefined,
      undefined,
    ]);
  }
});

Deno.test("a container, and a process under the supervisor, has longer than its drain takes", () => {
  for (const name of [...EDGES, "origin", "worker", "front"]) {
    const [, seconds] = /^(\d+)s$/.exec(service(name).stop_grace_period ?? "") ?? [];
    assert(Number(seconds) * 1_000 > DRAIN_TIMES.totalMs, name);
  }
  assert(DRAIN_TIMEOUT_MS > DRAIN_TIMES.totalMs);
});

Deno.test("nginx alone is reached from outside, and nobody sees more than it calls", () => {
  const networksOf = (name: string) => {
    const { networks = [] } = service(name);
    return Array.isArray(networks) ? networks : Object.keys(networks);
  };
  assertEquals(networksOf("front"), ["front"]);
  for (const name of EDGES) assertEquals(networksOf(name), ["front", "middle"]);
  assertEquals(networksOf("limits"), ["middle"]);
  assertEquals(networksOf("origin"), ["middle", "back"]);
  for (const name of [...KEEPERS, "worker", "migrate"]) assertEquals(networksOf(name), ["back"]);
  assertEquals(networksOf("prometheus"), ["middle", "back", "watch"]);
  assertEquals(networksOf("grafana"), ["watch"]);
  assertEquals(compose.networks.back, { internal: true });

  // Without an address Docker would publish on IPv6 too, where nobody's address gets through.
  assertEquals(service("front").ports, ["0.0.0.0:80:8080", "0.0.0.0:443:8443"]);
  assertEquals(service("origin").ports, ["127.0.0.1:9000:9000"]);
  assertEquals(service("prometheus").ports, ["127.0.0.1:9090:9090"]);
  assertEquals(service("grafana").ports, ["127.0.0.1:3000:3000"]);
  for (const name of [...EDGES, ...SERVERS, "worker", "migrate"]) {
    assertEquals(service(name).ports, undefined, name);
  }
});

Deno.test("edges believe nginx and nobody else, at the address that it has", () => {
  for (const net of [undefined, "10.99.7"]) {
    const file = readCompose(composeText, { ...SECRETS, ...FOLDERS, FRONT_NET: net });
    const addressOf = (name: string) => {
      const { networks } = file.services[name]!;
      assert(networks !== undefined && !Array.isArray(networks), name);
      return networks.front?.ipv4_address;
    };
    const prefix = `${net ?? "172.31.240"}.`;
    assertEquals(file.networks.front?.ipam?.config, [{ subnet: `${prefix}0/28` }]);
    assertEquals(addressOf("front"), `${prefix}10`);
    const front = file.services.front?.environment ?? {};
    for (const name of EDGES) {
      const { environment = {} } = file.services[name]!;
      assertEquals(environment.TRUSTED_PROXIES, `${prefix}10/32`);
      assert(front.FRONT_EDGES?.includes(`server ${addressOf(name)}:8000 max_fails=`), name);
    }
    assertEquals(front.FRONT_EDGES?.match(/\bserver\b/g)?.length, EDGES.length);
  }
});

Deno.test("both edges are the same but for their address", () => {
  const [one, other] = EDGES.map((name) => ({ ...service(name), networks: null }));
  assertEquals(one, other);
  assertEquals(
    service("edge-1").environment?.LIMITS_REDIS_URL,
    "redis://:limits-password@limits:6379",
  );
});

Deno.test("the template of nginx and the front container name the same variables", async () => {
  const template = await Deno.readTextFile(join(PROJECT_DIR, "edge/front/nginx.conf.template"));
  const used = new Set([...template.matchAll(/\$\{(FRONT_\w+)\}/g)].map((match) => match[1]!));
  const { environment = {}, volumes = [], image, command, user, ulimits } = service("front");
  const given = Object.keys(environment).filter((name) => name.startsWith("FRONT_"));
  assertEquals([...used].sort(), given.sort());
  for (const name of used) assert(new RegExp(`^#.* ${name}\\b`, "m").test(template), name);

  assertEquals([image, user], ["nginx:1.30", "nginx"]);
  assertEquals(command?.[0], "nginx", "the image fills templates in for this command only");
  assert(volumes.includes(
    "./edge/front/nginx.conf.template:/etc/nginx/templates/nginx.conf.template:ro",
  ));
  assert(volumes.every((volume) => volume.endsWith(":ro")));
  assertEquals(environment.NGINX_ENVSUBST_OUTPUT_DIR, environment.FRONT_RUN_DIR);
  assert(command?.includes(`${environment.NGINX_ENVSUBST_OUTPUT_DIR}/nginx.conf`));
  const [, files] = /worker_rlimit_nofile (\d+);/.exec(template) ?? [];
  assert(Number(files) <= (ulimits?.nofile ?? 0), "nginx may open as many files as it wants");
  assert(service("front").healthcheck?.test?.at(-1)?.includes(environment.FRONT_STATUS ?? "none"));
});

Deno.test("containers start in the order in which they need each other", () => {
  const conditions = (name: string) =>
    Object.entries(service(name).depends_on ?? {})
      .map(([other, { condition }]) => `${other} ${condition}`).sort();
  assertEquals(conditions("front"), EDGES.map((name) => `${name} service_healthy`));
  for (const name of EDGES) {
    assertEquals(conditions(name), ["limits service_healthy", "origin service_healthy"]);
  }
  assertEquals(conditions("migrate"), ["mysql service_healthy"]);
  for (const name of ["origin", "worker"]) {
    assertEquals(conditions(name), [
      "migrate service_completed_successfully",
      "rabbitmq service_healthy",
      "redis service_healthy",
    ]);
  }
});

Deno.test("every part runs with its own permission set and may be given what it is given", () => {
  for (const name of PARTS) {
    const { command = [], environment = {} } = service(name);
    assertEquals(command.slice(0, 2), ["deno", "run"]);
    const set = name === "edge-1" || name === "edge-2" ? "edge" : name;
    assert(command.includes(`-P=${set}`), name);
    assertEquals(
      command.some((word) => /^(-A|--allow-(all|net$|read|write|run|env|ffi|sys))/.test(word)),
      false,
    );
    const permitted: readonly string[] = denoConfig.permissions[set].env.allow;
    for (const variable of Object.keys(environment)) {
      // What begins with OTEL_ is read by the runtime itself.
      const isRuntime = variable.startsWith("OTEL_");
      assert(isRuntime || permitted.includes(variable) || name === "migrate", variable);
    }
  }
});

Deno.test("servers keep what they were told to keep", () => {
  const redis = service("redis").command?.join(" ") ?? "";
  assert(redis.includes("--appendonly yes") && redis.includes("--maxmemory-policy noeviction"));
  assertEquals(KEEPERS.map((name) => service(name).image), ["redis:7", "rabbitmq:4", "mysql:8.4"]);
  for (const name of KEEPERS) assertEquals(service(name).volumes?.length, 1, name);
  assertEquals(Object.keys(compose.volumes).sort(), [...KEEPERS, "prometheus"].sort());
  const limits = service("limits").command?.join(" ") ?? "";
  assert(limits.includes("--appendonly no") && limits.includes("--maxmemory 256mb"));
  assertEquals([service("limits").image, service("limits").volumes], ["redis:7", undefined]);
});

Deno.test("the profile `observability` is pinned, apart, and has no default password", async () => {
  for (const [name, { profiles, depends_on = {} }] of Object.entries(compose.services)) {
    const watches = WATCHERS.some((one) => one === name);
    assertEquals(profiles, watches ? ["observability"] : undefined, name);
    // What everybody starts must not need it.
    const needs = Object.keys(depends_on);
    assert(watches || !WATCHERS.some((one) => needs.includes(one)), name);
  }
  assertEquals(WATCHERS.map((name) => service(name).image), [
    "prom/prometheus:v2.55.1",
    "grafana/grafana:11.6.0",
  ]);
  for (const volume of WATCHERS.flatMap((name) => service(name).volumes ?? [])) {
    if (volume === "prometheus:/prometheus") continue;
    const [source = "", , mode] = volume.split(":");
    assertEquals(mode, "ro", volume);
    await Deno.stat(join(PROJECT_DIR, source));
  }
  const { environment = {}, entrypoint = [] } = service("grafana");
  assertEquals(environment.GF_SECURITY_ADMIN_PASSWORD, "");
  assertEquals(entrypoint.slice(0, 2), ["/bin/sh", "-c"]);
  const script = entrypoint[2]!.replace("/run.sh", "echo started");
  const run = async (password: string) => {
    const { code, stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", script],
      env: { GF_SECURITY_ADMIN_PASSWORD: password },
      stderr: "null",
    }).output();
    return [code, new TextDecoder().decode(stdout).trim()];
  };
  assertEquals(await run(""), [1, ""]);
  assertEquals(await run("of-its-own"), [0, "started"]);
});

Deno.test("traces are off, and one in a hundred is kept when they are on", () => {
  for (const name of [...EDGES, "origin", "worker"]) {
    const { environment = {} } = service(name);
    assertEquals(environment.OTEL_DENO, "false");
    assertEquals(environment.OTEL_TRACES_SAMPLER, "parentbased_traceidratio");
    assertEquals(environment.OTEL_TRACES_SAMPLER_ARG, "0.01");
    assertEquals(environment.OTEL_SERVICE_NAME, `dropgate-${name.replace(/-\d$/, "")}`);
  }
});

Deno.test("the variables of docker-compose.yml are in .env.example", async () => {
  const example = await Deno.readTextFile(join(PROJECT_DIR, ".env.example"));
  for (const name of composeVariables(composeText)) {
    assert(new RegExp(`^${name}=`, "m").test(example), name);
  }
});

Deno.test("Dockerfile is pinned, unprivileged, without secrets, and copies what it needs", async () => {
  assertEquals(dockerfile[0], { name: "FROM", value: "denoland/deno:2.9.6" });
  const names = dockerfile.map((instruction) => instruction.name);
  assertEquals(dockerfile[names.lastIndexOf("USER")]?.value, "deno");
  assert(names.lastIndexOf("USER") > names.lastIndexOf("RUN"));
  assertEquals(names.includes("ENV") || names.includes("ARG"), false);
  for (const { value } of dockerfile.filter(({ name }) => name === "COPY")) {
    for (const source of value.split(/\s+/).slice(0, -1)) {
      await Deno.stat(join(PROJECT_DIR, source));
    }
  }
  const cached = dockerfile.filter(({ name }) => name === "RUN").flatMap(wordsOf);
  for (const name of PARTS) {
    const entry = service(name).command?.at(-1) ?? "";
    assert(cached.includes(entry), entry);
  }
  assert(cached.includes("shared/tools/healthcheck.ts"));
});
