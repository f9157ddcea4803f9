import { assertEquals } from "@std/assert";
import { closeRedis, connectRedis, whenRedisConnected } from "../../shared/redis_connection.ts";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { FINGERPRINT_BYTES } from "./fingerprint.ts";
import { RedisSeenTracks } from "./redis_seen_tracks.ts";
import { MemorySeenTracks } from "./seen_tracks.ts";
import { seenTracksContract } from "./testing/seen_tracks_contract.ts";

async function open() {
  const url = serviceFor("REDIS_URL");
  const client = connectRedis({ url, name: "test", commandTimeoutMs: 5_000, onError: () => {} });
  await whenRedisConnected(client, 5_000);
  const namespace = uniqueName("captcha");
  const make = () => new RedisSeenTracks({ client, namespace, local: new MemorySeenTracks(2_000) });
  return {
    client,
    namespace,
    seen: make(),
    other: make(),
    async [Symbol.asyncDispose]() {
      const keys = await client.keys(`${namespace}:*`);
      if (keys.length > 0) await client.del(...keys);
      await closeRedis(client);
    },
  };
}

seenTracksContract("RedisSeenTracks", open);

const print = (n: number) => new Int8Array(FINGERPRINT_BYTES).fill(n);

Deno.test("RedisSeenTracks tells what another edge has seen", async () => {
  await using kit = await open();
  assertEquals(await kit.seen.note(print(50)), false);
  assertEquals(await kit.other.note(print(50)), true);
  assertEquals(await kit.other.note(print(-50)), false);
  assertEquals(await kit.seen.note(print(-50)), true);
});

Deno.test("RedisSeenTracks goes on alone when Redis is away or holds nonsense", async () => {
  await using kit = await open();
  await kit.client.xadd(`${kit.namespace}:captcha-tracks`, "*", "track", "nonsense");
  assertEquals(await kit.seen.note(print(1)), false);
  await kit.client.set(`${kit.namespace}:captcha-tracks`, "not a stream");
  assertEquals(await kit.seen.note(print(90)), false);
  assertEquals(await kit.seen.note(print(90)), true);
});
