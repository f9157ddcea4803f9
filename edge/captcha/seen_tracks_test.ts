import { assertEquals } from "@std/assert";
import { FINGERPRINT_BYTES } from "./fingerprint.ts";
import { MemorySeenTracks } from "./seen_tracks.ts";
import { seenTracksContract } from "./testing/seen_tracks_contract.ts";

seenTracksContract("MemorySeenTracks", () =>
  Promise.resolve({
    seen: new MemorySeenTracks(1_000),
    other: new MemorySeenTracks(1_000),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));

Deno.test("MemorySeenTracks forgets the oldest when it is full", async () => {
  const seen = new MemorySeenTracks(3);
  const print = (n: number) => new Int8Array(FINGERPRINT_BYTES).fill(n * 20);
  for (const n of [1, 2, 3, 4]) assertEquals(await seen.note(print(n)), false);
  assertEquals([2, 3, 4].map((n) => seen.knows(print(n))), [true, true, true]);
  assertEquals(seen.knows(print(1)), false);
});
