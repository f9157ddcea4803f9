import { assertEquals, assertRejects } from "@std/assert";
import { type Machine, MissingProgramsError, type Need, provide } from "./programs.ts";

/** A machine that has some programs, and notes what is installed on it. */
function machine(has: Need[], docker: boolean, root: boolean) {
  const installed: string[] = [];
  const asked: string[] = [];
  const fake: Machine = {
    isInstalled: (need) => has.includes(need),
    hasDockerEngine: () => {
      asked.push("docker");
      return Promise.resolve(docker);
    },
    canInstall: () => root,
    install: (packages) => {
      installed.push(...packages);
      if (packages.includes("redis-server")) has.push("redis");
      if (packages.includes("rabbitmq-server")) has.push("amqp");
      if (packages.includes("mariadb-server")) has.push("mysql");
      if (packages.includes("chromium")) has.push("chromium");
      if (packages.includes("nginx")) has.push("nginx");
      if (packages.includes("prometheus")) has.push("prometheus");
      return Promise.resolve();
    },
  };
  return { fake, installed, asked };
}

const ALL: Need[] = ["redis", "amqp", "mysql", "chromium", "nginx", "prometheus"];
const ALL_PROGRAMS = ALL.map(() => "program");
const log = () => {};

Deno.test("provide() takes installed programs before anything else", async () => {
  const { fake, installed, asked } = machine([...ALL], true, true);
  const sources = await provide(ALL, log, fake);
  assertEquals([...sources.values()], ALL_PROGRAMS);
  assertEquals([installed, asked], [[], []]);
});

Deno.test("provide() takes containers for missing servers, packages for the rest", async () => {
  const { fake, installed } = machine(["redis"], true, true);
  const sources = await provide(ALL, log, fake);
  assertEquals(Object.fromEntries(sources), {
    redis: "program",
    amqp: "docker",
    mysql: "docker",
    chromium: "program",
    nginx: "program",
    prometheus: "program",
  });
  assertEquals(installed, ["chromium", "fonts-noto-cjk", "nginx", "openssl", "prometheus"]);
});

Deno.test("provide() installs all that is missing in one go", async () => {
  const { fake, installed } = machine([], false, true);
  const sources = await provide(ALL, log, fake);
  assertEquals([...sources.values()], ALL_PROGRAMS);
  assertEquals(installed, [
    "redis-server",
    "rabbitmq-server",
    "mariadb-server",
    "chromium",
    "fonts-noto-cjk",
    "nginx",
    "openssl",
    "prometheus",
  ]);
});

Deno.test("provide() names all that is missing in one error", async () => {
  const { fake } = machine(["redis"], false, false);
  const error = await assertRejects(() => provide(ALL, log, fake), MissingProgramsError);
  assertEquals(error.missing, ["amqp", "mysql", "chromium", "nginx", "prometheus"]);
  for (const name of ["rabbitmq-server", "mariadbd", "chromium", "nginx"]) {
    assertEquals(error.message.includes(name), true, name);
  }
});
