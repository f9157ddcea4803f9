import { assertEquals, assertThrows } from "@std/assert";
import { netFlag } from "./net_allowed.ts";

Deno.test("netFlag() lets an edge reach its origins and the shop's keys only", () => {
  const flag = netFlag("edge", {
    HOST: "127.0.0.1",
    EDGE_PORT: "8001",
    ORIGIN_URLS: "http://10.0.0.1:9000, http://[::1]:9001",
    JWT_JWKS_URL: "https://shop.example/jwks",
    LIMITS_REDIS_URL: "redis://limits.example",
    REDIS_URL: "redis://secret@127.0.0.1:6379",
    MYSQL_URL: "mysql://u:p@127.0.0.1/db",
  });
  assertEquals(
    flag,
    "--allow-net=127.0.0.1:8001,10.0.0.1:9000,[::1]:9001,limits.example:6379,shop.example:443",
  );
});

Deno.test("netFlag() takes a comma for a part of a URL where there is only one", () => {
  const JWT_JWKS_URL = "https://shop.example/keys?for=drop,gate";
  assertEquals(netFlag("edge", { JWT_JWKS_URL }), "--allow-net=0.0.0.0:8000,shop.example:443");
});

Deno.test("netFlag() lets origin and worker reach the three servers on their default ports", () => {
  const env = {
    REDIS_URL: "rediss://:p%40ss@redis.example",
    AMQP_URL: "amqps://u:p@rabbit.example/vhost?heartbeat=5",
    MYSQL_URL: "mysql://u:p@mysql.example/db",
  };
  const servers = "redis.example:6379,rabbit.example:5671,mysql.example:3306";
  assertEquals(netFlag("origin", env), `--allow-net=0.0.0.0:9000,${servers}`);
  assertEquals(netFlag("worker", env), `--allow-net=0.0.0.0:9100,${servers}`);
});

Deno.test("netFlag() lets workers, and nobody else, reach the shop's webhook", () => {
  const SHOP_WEBHOOK_URL = "https://shop.example/hooks?to=orders,all";
  assertEquals(
    netFlag("worker", { SHOP_WEBHOOK_URL }),
    "--allow-net=0.0.0.0:9100,shop.example:443",
  );
  assertEquals(netFlag("origin", { SHOP_WEBHOOK_URL }), "--allow-net=0.0.0.0:9000");
});

Deno.test("netFlag() names no host where the servers are only learned later", () => {
  const env = { REDIS_URL: "redis+sentinel://a:26379,b:26379/main" };
  assertEquals(netFlag("origin", env), "--allow-net");
});

Deno.test("netFlag() refuses what is no URL without showing its password", () => {
  for (
    const REDIS_URL of [
      "//u:secret@host",
      "u:secret@host",
      "redis://:secret@",
      "redis://:secret@x:y,redis://:secret@z",
    ]
  ) {
    const error = assertThrows(() => netFlag("origin", { REDIS_URL }));
    assertEquals(error.message.includes("secret"), false, error.message);
  }
});
