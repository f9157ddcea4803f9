import { assertEquals, assertThrows } from "@std/assert";
import { planParts } from "./launch_system.ts";

const PLAN = {
  urls: { redis: "redis://r", amqp: "amqp://a", mysql: "mysql://m" },
  counts: { edge: 2, origin: 2, worker: 1 },
  env: { EDGE_PORT: "8100", DEMO: "1" },
  runDir: "run",
};

Deno.test("planParts() numbers ports and tells edges of every origin", () => {
  const parts = planParts(PLAN);
  assertEquals(parts.map(({ name, url }) => `${name} ${url}`), [
    "worker http://127.0.0.1:9100",
    "origin-1 http://127.0.0.1:9000",
    "origin-2 http://127.0.0.1:9001",
    "edge-1 http://127.0.0.1:8100",
    "edge-2 http://127.0.0.1:8101",
  ]);
  const edge = parts[4];
  assertEquals(edge?.env.ORIGIN_URLS, "http://127.0.0.1:9000,http://127.0.0.1:9001");
  assertEquals(edge?.env.EDGE_PORT, "8101");
  assertEquals(edge?.env.DROPGATE_RUN, "run");
});

Deno.test("planParts() takes free ports for 0 and dials loopback for a wildcard address", () => {
  const env = { EDGE_PORT: "0", ORIGIN_PORT: "0", WORKER_PORT: "0", HOST: "0.0.0.0" };
  const parts = planParts({ ...PLAN, env });
  const ports = parts.map((part) => Number(new URL(part.url).port));
  assertEquals(new Set(ports).size, 5);
  assertEquals(parts.every((part) => part.url.startsWith("http://127.0.0.1:")), true);
  assertEquals(parts[0]?.env.HOST, "0.0.0.0");
});

Deno.test("planParts() refuses ports that do not exist", () => {
  for (const EDGE_PORT of ["65535", "-1", "x"]) {
    assertThrows(() => planParts({ ...PLAN, env: { EDGE_PORT } }), Error, "EDGE_PORT");
  }
});
