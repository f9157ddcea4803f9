import { assertEquals } from "@std/assert";
import { Dice } from "../art/dice.ts";
import { fingerprintOf } from "../fingerprint.ts";
import type { SeenTracks } from "../seen_tracks.ts";
import { humanTrack } from "./human_tracks.ts";
import { keyTrack } from "./key_tracks.ts";

/** A memory of drags under test; `other` is what another edge would have. */
export interface SeenTracksHarness {
  seen: SeenTracks;
  other: SeenTracks;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What every memory of drags keeps to. */
export function seenTracksContract(name: string, open: () => Promise<SeenTracksHarness>): void {
  const test = (what: string, body: (harness: SeenTracksHarness) => Promise<void>) =>
    Deno.test(`${name} ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });
  const drag = (seed: number) => humanTrack(new Dice([seed, 2, 3, 4]), 180, "mouse");
  const print = (track: ReturnType<typeof drag>) => fingerprintOf(track, "pointer");

  test("knows a drag again", async ({ seen }) => {
    assertEquals(await seen.note(print(drag(1))), false);
    assertEquals(await seen.note(print(drag(2))), false);
    assertEquals(await seen.note(print(drag(1))), true);
    assertEquals(await seen.note(print(drag(1))), true);
  });

  test("knows a drag that was shifted in time and place", async ({ seen }) => {
    const track = drag(1);
    await seen.note(print(track));
    const later = track.map(([t, x, y], at): typeof track[0] => [at === 0 ? 0 : t + 137, x, y + 4]);
    assertEquals(await seen.note(print(later)), true);
  });

  test("knows the rhythm of keys again, and no other", async ({ seen }) => {
    const keys = (seed: number) =>
      fingerprintOf(keyTrack(new Dice([seed, 1, 1, 1]), 150), "keyboard");
    assertEquals(await seen.note(keys(1)), false);
    assertEquals(await seen.note(keys(2)), false);
    assertEquals(await seen.note(keys(1)), true);
  });

  test("lets one of many at once pass", async ({ seen, other }) => {
    const same = await Promise.all(
      Array.from({ length: 100 }, (_, at) => (at % 2 ? seen : other).note(print(drag(1)))),
    );
    const unseen = same.filter((known) => !known).length;
    // Two memories that share nothing let one pass each.
    assertEquals(unseen === 1 || (name.startsWith("Memory") && unseen === 2), true, `${unseen}`);
  });
}
