import { assert, assertEquals, assertThrows } from "@std/assert";
import { planParts } from "../launch/launch_system.ts";
import { linkedSpecs, StageLinks } from "./stage_links.ts";

Deno.test("linkedSpecs() puts a wire of its own between every two parts", async () => {
  const links = new StageLinks();
  const urls = {
    redis: "redis://:secret@127.0.0.1:7001",
    amqp: "amqp://me:secret@127.0.0.1:7002/shop",
    mysql: "mysql://me:secret@127.0.0.1:7003/drill",
  };
  const env = { HOST: "127.0.0.1", EDGE_PORT: "0", ORIGIN_PORT: "0", WORKER_PORT: "0" };
  const counts = { edge: 1, origin: 2, worker: 1 };
  const specs = linkedSpecs(planParts({ urls, counts, env, runDir: "/tmp/run" }), links);
  assertEquals(specs.map(({ name }) => name), ["worker-1", "origin-1", "origin-2", "edge"]);
  const ports = new Set<number>();
  for (const { name, env } of specs.filter(({ kind }) => kind !== "edge")) {
    const redis = links.find(name, "redis").port;
    const amqp = links.find(name, "amqp").port;
    const mysql = links.find(name, "mysql").port;
    assertEquals(env.REDIS_URL, `redis://:secret@127.0.0.1:${redis}`);
    assertEquals(env.AMQP_URL, `amqp://me:secret@127.0.0.1:${amqp}/shop`);
    assertEquals(env.MYSQL_URL, `mysql://me:secret@127.0.0.1:${mysql}/drill`);
    for (const port of [redis, amqp, mysql]) ports.add(port);
  }
  const originLinks = ["origin-1", "origin-2"].map((name) => links.find("edge", name).port);
  const edge = specs.find(({ kind }) => kind === "edge");
  assertEquals(
    edge?.env.ORIGIN_URLS,
    originLinks.map((port) => `http://127.0.0.1:${port}`).join(","),
  );
  assertEquals(new Set([...ports, ...originLinks]).size, 11);
  assertEquals(links.to("redis").length, 3);
  assertThrows(() => links.find("edge", "redis"), Error, "must be one of");
  assert(specs.every(({ url }) => !originLinks.some((port) => url.endsWith(`:${port}`))));
  await links.close();
});
