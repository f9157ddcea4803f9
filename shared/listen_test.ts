import { assertEquals, assertThrows } from "@std/assert";
import { reset } from "@logtape/logtape";
import { ConfigurationError } from "./env.ts";
import { listen } from "./listen.ts";
import { startLogging } from "./log.ts";

Deno.test("listen() says in one line which variable names a port that is taken", async () => {
  const hostname = "127.0.0.1";
  const server = listen({ hostname, port: 0, variable: "EDGE_PORT" }, () => new Response("ok"));
  const { port } = server.addr;
  const error = assertThrows(
    () => listen({ hostname, port, variable: "ORIGIN_PORT" }, () => new Response("no")),
    ConfigurationError,
    `ORIGIN_PORT with HOST as the address must be free and of this machine: current value is ${hostname}:${port}`,
  );
  assertEquals(error.message.includes("\n"), false);
  await server.shutdown();
});

Deno.test("listen() tells once of what a handler throws, and answers with a problem", async () => {
  const lines: string[] = [];
  const { error } = console;
  console.error = (line: string) => void lines.push(line);
  const server = listen({ hostname: "127.0.0.1", port: 0, variable: "EDGE_PORT" }, () => {
    throw "no error at all, redis://:topsecret@host";
  });
  try {
    await startLogging("info");
    const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);
    const { code } = await response.json();
    assertEquals([response.status, code, lines.length], [500, "internal", 1]);
    const line = JSON.parse(lines[0]!);
    assertEquals(line.requestId, response.headers.get("x-request-id"));
    assertEquals(line.error, "no error at all, redis://:***@host");
  } finally {
    console.error = error;
    await reset();
    await server.shutdown();
  }
});
