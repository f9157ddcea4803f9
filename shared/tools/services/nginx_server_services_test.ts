import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { serviceFor } from "../../testing/services_env.ts";
import { fillTemplate, startNginx } from "./nginx_server.ts";
import { commandOf } from "./process_table.ts";
import { cleanDeadRuns, GROUP_LIST, openRun } from "./run_directory.ts";

Deno.test("cleanDeadRuns() ends an nginx whose runner was killed", async () => {
  const root = await Deno.makeTempDir({ prefix: "dropgate-nginx-" });
  try {
    const runDir = join(root, "dropgate-run-4194303-17-nginx");
    await Deno.mkdir(runDir);
    const program = serviceFor("NGINX_PATH");
    const nginx = await startNginx({ program, runDir, edges: ["127.0.0.1:9"] });
    const [pid] = (await Deno.readTextFile(join(runDir, GROUP_LIST))).split("\n").map(Number);
    assertEquals((await commandOf(pid!)).includes(runDir), true);
    assertEquals(await cleanDeadRuns(root), [runDir]);
    await nginx.stop();
    assertEquals((await commandOf(pid!)).includes(runDir), false);
    await assertRejects(() => fetch(`http://127.0.0.1:${nginx.statusPort}/healthz`), TypeError);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("startNginx() says what is wrong with a configuration", async () => {
  const run = await openRun();
  try {
    const options = { program: serviceFor("NGINX_PATH"), runDir: run.dir, edges: ["127.0.0.1:9"] };
    await assertRejects(
      () => startNginx({ ...options, variables: { FRONT_HEADER_TIMEOUT: "soon" } }),
      Error,
      '"client_header_timeout" directive invalid value',
    );
  } finally {
    await run.close();
  }
});

Deno.test("fillTemplate() fills in its own variables and nothing else", () => {
  const text = "listen ${FRONT_HTTP}; return 308 https://$host$request_uri ${OTHER};";
  assertEquals(
    fillTemplate(text, { FRONT_HTTP: "80", host: "x" }),
    "listen 80; return 308 https://$host$request_uri ${OTHER};",
  );
  assertThrows(() => fillTemplate(text, {}), Error, "FRONT_HTTP needs a value");
});
