import { assertEquals, assertThrows } from "@std/assert";
import { readCount, readOptions, UsageError } from "./options.ts";
import { givenServiceUrls } from "./service_urls.ts";
import { requireSecrets, secretsForRun } from "./run_secrets.ts";

Deno.test("readOptions() reads what it knows and shows the usage for what it does not", () => {
  const options = { help: { type: "boolean" }, edges: { type: "string" } } as const;
  assertEquals({ ...readOptions(["--edges", "2"], options, "USAGE") }, { edges: "2" });
  for (const args of [["--egdes", "2"], ["stray"], ["--edges"]]) {
    assertThrows(() => readOptions(args, options, "USAGE"), UsageError, "USAGE");
  }
});

Deno.test("readCount() takes 1 to 64", () => {
  assertEquals([readCount("edges", undefined), readCount("edges", "64")], [1, 64]);
  for (const text of ["0", "65", "1.5", "", "many"]) {
    assertThrows(() => readCount("edges", text), UsageError, "--edges");
  }
});

Deno.test("givenServiceUrls() takes all or none and names the missing ones", () => {
  assertEquals(givenServiceUrls({ REDIS_URL: "" }), null);
  assertThrows(
    () => givenServiceUrls({ REDIS_URL: "redis://r" }),
    Error,
    "current value of AMQP_URL and MYSQL_URL is missing",
  );
  const env = { REDIS_URL: "redis://r", AMQP_URL: "amqp://a", MYSQL_URL: "mysql://m" };
  assertEquals(givenServiceUrls(env), { redis: "redis://r", amqp: "amqp://a", mysql: "mysql://m" });
});

Deno.test("secretsForRun() keeps what is given and makes the rest anew each time", () => {
  const [one, two] = [secretsForRun({ ADMIN_TOKEN: "mine" }), secretsForRun({})];
  assertEquals(one.ADMIN_TOKEN, "mine");
  assertEquals(one.EDGE_KEY === two.EDGE_KEY, false);
  assertEquals(requireSecrets({ ...two }).SESSION_KEY, two.SESSION_KEY);
});

Deno.test("requireSecrets() refuses a missing or default-looking secret by name", () => {
  const secrets = secretsForRun({});
  assertThrows(() => requireSecrets({ ...secrets, SESSION_KEY: "" }), Error, "SESSION_KEY");
  assertThrows(
    () => requireSecrets({ ...secrets, EDGE_KEY: "changeme-changeme-changeme" }),
    Error,
    "EDGE_KEY",
  );
});
