import { assert, assertEquals } from "@std/assert";
import { randomId } from "./challenge.ts";
import { FINGERPRINT_BYTES } from "./fingerprint.ts";
import { MemoryChallenges } from "./memory_challenges.ts";
import { RedisChallenges } from "./redis_challenges.ts";
import { ALONE_MS, MAX_WAITING } from "./redis_patience.ts";
import { RedisSeenTracks } from "./redis_seen_tracks.ts";
import { MemorySeenTracks } from "./seen_tracks.ts";

/** A Redis that hangs: each command waits until the test lets it time out. */
function makeHung() {
  const open: (() => void)[] = [];
  const hang = () =>
    new Promise<never>((_, reject) => open.push(() => reject(new Error("Command timed out"))));
  const client = { status: "ready", xadd: hang, xrange: hang, set: hang, get: hang, getdel: hang };
  return { open, client, timeOut: () => open.splice(0).forEach((end) => end()) };
}

/** Lets everything run that waits for nothing. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("RedisSeenTracks makes nobody wait longer than one timeout of a Redis that hangs", async () => {
  const time = { nowMs: 1_000 };
  const { open, client, timeOut } = makeHung();
  const local = new MemorySeenTracks();
  const seen = new RedisSeenTracks({ client, namespace: "n", local, clock: () => time.nowMs });
  let heard = 0;
  const note = async (n: number) => {
    const known = await seen.note(new Int8Array(FINGERPRINT_BYTES).fill(n));
    heard += 1;
    return known;
  };
  const notes = Array.from({ length: MAX_WAITING + 10 }, (_, at) => note(at * 2 - 60));
  await settle();
  assertEquals([open.length, heard], [1, 10], "those beyond the most go on alone");
  timeOut();
  assert((await Promise.all(notes)).every((known) => !known));
  assertEquals(open.length, 0, "nobody else asked");
  time.nowMs += ALONE_MS - 1;
  assertEquals(await note(-60), true, "known here");
  time.nowMs += 1;
  const later = note(100);
  await settle();
  assertEquals(open.length, 1, "asked again");
  timeOut();
  assertEquals(await later, false);
});

Deno.test("RedisChallenges keeps new ones itself while Redis hangs", async () => {
  const time = { nowMs: 1_000 };
  const { open, client, timeOut } = makeHung();
  const local = new MemoryChallenges({ randomId });
  const clock = () => time.nowMs;
  const store = new RedisChallenges({ client, namespace: "n", local, randomId, clock });
  const put = (at: number) =>
    store.put(
      { userId: `u${at}`, saleId: 1, issuedAt: 0, expiresAt: 90_000, x: 1, pieceWidth: 50 },
      time.nowMs,
    );
  const puts = Array.from({ length: MAX_WAITING + 10 }, (_, at) => put(at));
  await settle();
  assertEquals([open.length, local.openCount], [MAX_WAITING, 10]);
  timeOut();
  assert((await Promise.all(puts)).every((id) => id.startsWith("m")));
  await put(100);
  assertEquals(open.length, 0, "not asked for a while");
  time.nowMs += ALONE_MS;
  const later = put(101);
  await settle();
  assertEquals(open.length, 1);
  timeOut();
  await later;
});
