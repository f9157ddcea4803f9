import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { closeRedisClients, createRedisClients, whenRedisReady } from "./redis_client.ts";

/** A port of this machine on which nobody listens. */
function unusedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

Deno.test("createRedisClients() refuses other schemes without showing the URL", () => {
  for (const url of ["http://user:secret@host", "host:6379", ""]) {
    const error = assertThrows(() => createRedisClients(url, () => {}), TypeError, "redis://");
    assertEquals(error.message.includes("secret"), false);
  }
});

Deno.test("createRedisClients() keeps trying while the server is away", async () => {
  const heard: string[] = [];
  const url = `redis://127.0.0.1:${unusedPort()}`;
  const clients = createRedisClients(url, (connection) => heard.push(connection));
  await assertRejects(() => whenRedisReady(clients, 200), Error, "within 200 ms");
  await assertRejects(() => clients.hot.time(), Error);
  await closeRedisClients(clients);
  assert(heard.filter((connection) => connection === "dropgate-hot").length > 1);
  assert(heard.includes("dropgate-admin"));
});

Deno.test("closeRedisClients() ends clients that are just connecting", async () => {
  const clients = createRedisClients(`redis://127.0.0.1:${unusedPort()}`, () => {});
  await closeRedisClients(clients);
  await closeRedisClients(clients);
});
