import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigurationError } from "./env.ts";
import { DRAINING_HEADER } from "./internal_api.ts";
import { readSupervision } from "./serving_process.ts";
import { ChildProgram } from "./testing/child_program.ts";

function server(env: Record<string, string>, test: (program: ChildProgram) => Promise<void>) {
  return ChildProgram.with("serving_stand_in.ts", env, test);
}

async function urlOf(program: ChildProgram): Promise<string> {
  return (await program.printed(/listens on (http:\S+)/))[1] ?? "";
}

async function ask(url: string) {
  const response = await fetch(url, { headers: { connection: "close" } });
  const { status, headers } = response;
  if (headers.has(DRAINING_HEADER)) assertStringIncludes(headers.get("connection") ?? "", "close");
  return { status, text: await response.text(), leaves: headers.has(DRAINING_HEADER) };
}

Deno.test("ServingProcess drains on SIGTERM: unready, sends clients away, finishes, frees", async () => {
  await server({ LINGER_MS: "60000" }, async (program) => {
    const url = await urlOf(program);
    assertEquals(await ask(`${url}/`), { status: 200, text: "fine", leaves: false });
    const slow = ask(`${url}/slow`);
    slow.catch(() => {});
    await program.printed(/slow begins/);
    program.signal("SIGTERM");
    await program.printed(/drains: SIGTERM/);
    assertEquals((await ask(`${url}/readyz`)).status, 503);
    assertEquals(await ask(`${url}/healthz`), { status: 200, text: "fine", leaves: true });
    assertEquals(await ask(`${url}/finish`), { status: 200, text: "fine", leaves: true });
    assertEquals((await slow).status, 200);
  });
});

Deno.test("ServingProcess ends with status 0 after lingering, and at once on SIGINT", async () => {
  await server({}, async (program) => {
    await urlOf(program);
    program.signal("SIGTERM");
    const { code, tookMs } = await program.ended();
    assertEquals(code, 0);
    assert(tookMs >= 250, `${tookMs}`);
    assertStringIncludes(program.output, "freed");
  });
  await server({ LINGER_MS: "60000" }, async (program) => {
    const url = await urlOf(program);
    assertEquals((await ask(`${url}/`)).status, 200);
    program.signal("SIGINT");
    assertEquals((await program.ended()).code, 0);
  });
});

Deno.test("ServingProcess gives a request that never ends its time, and frees the rest", async () => {
  await server({ LINGER_MS: "0" }, async (program) => {
    const url = await urlOf(program);
    const hanging = ask(`${url}/slow`).then(() => "answered", () => "cut off");
    await program.printed(/slow begins/);
    program.signal("SIGTERM");
    const { code, tookMs } = await program.ended();
    assertEquals([code, await hanging], [0, "cut off"]);
    assert(tookMs >= 1_900 && tookMs < 8_000, `${tookMs}`);
    assertStringIncludes(program.output, "Cannot stop server: DeadlineError");
    assertStringIncludes(program.output, "freed");
  });
});

Deno.test("ServingProcess serves on after unexpected exceptions and asks to be replaced", async () => {
  await server({ BEHAVIOUR: "throws" }, async (program) => {
    const url = await urlOf(program);
    await program.printed(/Unexpected exception 2/);
    assertEquals((await ask(`${url}/readyz`)).status, 200);
    assertEquals(await ask(`${url}/`), { status: 200, text: "fine", leaves: false });
    const health = await ask(`${url}/healthz`);
    assertEquals([health.status, JSON.parse(health.text)], [503, {
      status: "asks to be replaced",
      replace: "unexpected exception: nobody foresaw this",
      unexpected: 2,
    }]);
    assertEquals(program.output.split("Error: nobody foresaw this\n    at ").length, 2);
    assertEquals(program.output.split("asks to be replaced within").length, 2);
    program.signal("SIGTERM");
    assertEquals((await program.ended()).code, 0);
  });
});

Deno.test("ServingProcess that nobody replaces drains and ends with status 1", async () => {
  await server({ BEHAVIOUR: "tired" }, async (program) => {
    await program.printed(/within 100 ms: tired/);
    assertEquals((await program.ended()).code, 1);
    assertStringIncludes(program.output, "Nobody replaced this process in time");
    assertStringIncludes(program.output, "freed");
  });
});

Deno.test("ServingProcess tells its health apart and joins a shared port when it is ready", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const health = `http://127.0.0.1:${other.addr.port}`;
  const env = { PORT: String(port), HEALTH_PORT: String(other.addr.port), LINGER_MS: "0" };
  free.close();
  other.close();
  const second = { ...env, SHARE_PORT: "when_ready", BEHAVIOUR: "waits" };
  const first = { PORT: env.PORT, SHARE_PORT: "at_once" };
  await server(first, async (one) => {
    const url = await urlOf(one);
    await server(second, async (two) => {
      await two.printed(/waits/);
      assertEquals((await ask(`${health}/readyz`)).status, 503);
      assertEquals((await ask(`${health}/`)).status, 404);
      assert(!two.output.includes("listens"));
      two.signal("SIGUSR1");
      assertEquals(await urlOf(two), url);
      assertEquals((await ask(`${health}/readyz`)).status, 200);
      one.signal("SIGTERM");
      assertEquals((await one.ended()).code, 0);
      assertEquals(await ask(`${url}/`), { status: 200, text: "fine", leaves: false });
      two.signal("SIGTERM");
      assertEquals((await two.ended()).code, 0);
    });
  });
});

Deno.test("readSupervision() takes what the supervisor sets and nothing else", () => {
  assertEquals(readSupervision({}), { sharePort: null, healthPort: null });
  assertEquals(readSupervision({ SHARE_PORT: "when_ready", HEALTH_PORT: "21000" }), {
    sharePort: "when_ready",
    healthPort: 21_000,
  });
  assertThrows(() => readSupervision({ SHARE_PORT: "1" }), ConfigurationError, "at_once");
});
