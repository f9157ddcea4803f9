import { assertEquals } from "@std/assert";
import { environmentFor } from "./project.ts";

Deno.test("environmentFor() keeps from each part what only the others may know", () => {
  const inherited = { PATH: "/bin", MYSQL_URL: "m", EDGE_KEY: "k", SESSION_KEY: "s", HOST: "h" };
  assertEquals(environmentFor("edge", inherited, { EDGE_PORT: "1", WORKER_PORT: "3" }), {
    PATH: "/bin",
    EDGE_KEY: "k",
    SESSION_KEY: "s",
    HOST: "h",
    EDGE_PORT: "1",
  });
  assertEquals(environmentFor("worker", inherited, { WORKER_PORT: "3" }), {
    PATH: "/bin",
    MYSQL_URL: "m",
    HOST: "h",
    WORKER_PORT: "3",
  });
});
