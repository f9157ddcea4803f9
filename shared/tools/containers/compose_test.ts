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
};
const compose = readCompose(composeText, SECRETS);
const PARTS = ["edge", "origin", "worker", "migrate"] as const;
const SERVERS = ["redis", "rabbitmq", "mysql"] as const;

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
  assertEquals(Object.keys(compose.services).sort(), [...PARTS, ...SERVERS].sort());
});

Deno.test("docker-compose.yml has no default password", () => {
  for (const name of Object.keys(SECRETS)) {
    const without = { ...SECRETS, [name]: "" };
    assertThrows(() => readCompose(composeText, without), Error, `${name} must be set`);
  }
  for (const { environment = {} } of Object.values(compose.services)) {
    for (const [name, value] of Object.entries(environment)) {
      if (/KEY|TOKEN|PASS|AUTH/.test(name)) assert(value === "" || /-/.test(value), name);
    }
  }
});

Deno.test("every container is watched, restarted and held to few rights", () => {
  for (const name of [...PARTS, ...SERVERS]) {
    const { restart, healthcheck, cap_drop, security_opt } = service(name);
    assertEquals(restart, name === "migrate" ? "no" : "unless-stopped", name);
    assert(name === "migrate" || (healthcheck?.test?.length ?? 0) > 1, `${name} is watched`);
    assertEquals(cap_drop, ["ALL"], name);
    assertEquals(security_opt, ["no-new-privileges:true"], name);
  }
  for (const name of [...PARTS, "redis"]) {
    assertEquals([service(name).read_only, service(name).tmpfs], [true, ["/tmp"]], name);
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
  for (const name of ["edge", "origin", "worker"]) {
    const [, seconds] = /^(\d+)s$/.exec(service(name).stop_grace_period ?? "") ?? [];
    assert(Number(seconds) * 1_000 > DRAIN_TIMES.totalMs, name);
  }
  assert(DRAIN_TIMEOUT_MS > DRAIN_TIMES.totalMs);
});

Deno.test("the edge shares no network with a server, and servers publish no port", () => {
  assertEquals(service("edge").networks, ["front"]);
  assertEquals(service("origin").networks, ["front", "back"]);
  for (const name of [...SERVERS, "worker", "migrate"]) {
    assertEquals([service(name).networks, service(name).ports], [["back"], undefined], name);
  }
  assertEquals(compose.networks.back, { internal: true });
  assertEquals(service("origin").ports, ["127.0.0.1:9000:9000"]);
});

Deno.test("containers start in the order in which they need each other", () => {
  const conditions = (name: string) =>
    Object.entries(service(name).depends_on ?? {})
      .map(([other, { condition }]) => `${other} ${condition}`).sort();
  assertEquals(conditions("edge"), ["origin service_healthy"]);
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
    assert(command.includes(`-P=${name}`), name);
    assertEquals(
      command.some((word) => /^(-A|--allow-(all|net$|read|write|run|env|ffi|sys))/.test(word)),
      false,
    );
    const permitted: readonly string[] = denoConfig.permissions[name].env.allow;
    for (const variable of Object.keys(environment)) {
      assert(permitted.includes(variable) || (name === "migrate"), `${name} ${variable}`);
    }
  }
});

Deno.test("servers keep what they were told to keep", () => {
  const redis = service("redis").command?.join(" ") ?? "";
  assert(redis.includes("--appendonly yes") && redis.includes("--maxmemory-policy noeviction"));
  assertEquals(SERVERS.map((name) => service(name).image), ["redis:7", "rabbitmq:4", "mysql:8.4"]);
  for (const name of SERVERS) assertEquals(service(name).volumes?.length, 1, name);
  assertEquals(Object.keys(compose.volumes).sort(), [...SERVERS].sort());
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
