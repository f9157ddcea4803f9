import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "./env.ts";
import { listen } from "./listen.ts";

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
