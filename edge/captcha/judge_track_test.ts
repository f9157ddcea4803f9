import { assert, assertEquals } from "@std/assert";
import { Dice } from "./art/dice.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { POSITION_TOLERANCE } from "./judge_rules.ts";
import { judgeAnswer } from "./judge_track.ts";
import { MemorySeenTracks } from "./seen_tracks.ts";
import { HUMAN_STYLES, type HumanTrack, humanTrack } from "./testing/human_tracks.ts";
import { keyTrack } from "./testing/key_tracks.ts";
import { SCRIPTS } from "./testing/script_tracks.ts";
import type { SliderAnswer } from "./track.ts";

const TRIES = 1_000;
const PIECE_WIDTH = 52;

/** A place somewhere in the picture, by a number. */
function placeOf(seed: number): number {
  return new Dice([seed, 77]).whole(PIECE_WIDTH + 20, 260);
}

/** The judge's word on a track that was answered 0.7 s after its length. */
function judge(track: HumanTrack, x: number, input: SliderAnswer["input"] = "pointer") {
  const [lastMs, end] = track.at(-1)!;
  const question = { x, pieceWidth: PIECE_WIDTH, elapsedMs: lastMs + 700 };
  return judgeAnswer({ x: end, track, input }, question);
}

/** How many of the seeds from `from` on pass, and why the others do not. */
function rate(from: number, make: (dice: Dice, x: number) => HumanTrack, input?: "keyboard") {
  let passed = 0;
  const faults = new Map<string, number>();
  for (let seed = from; seed < from + TRIES; seed += 1) {
    const x = placeOf(seed);
    const fault = judge(make(new Dice([seed, 5, 5, 5]), x), x, input);
    if (fault === null) passed += 1;
    else faults.set(fault, (faults.get(fault) ?? 0) + 1);
  }
  const why = [...faults].sort(([, a], [, b]) => b - a).map(([fault, n]) => `${fault} ${n}`);
  return { passed, text: `${(passed / TRIES * 100).toFixed(1)} %`, why: why.join(", ") };
}

/** Seeds below this were looked at while the rules were made; those from here on never were. */
const UNSEEN = 1_000_000;

Deno.test("judgeAnswer() accepts people: tuned on one half, reported on the other", () => {
  let seen = 0, unseen = 0;
  for (const style of HUMAN_STYLES) {
    const make = (dice: Dice, x: number) => humanTrack(dice, x, style);
    const tuned = rate(0, make), reported = rate(UNSEEN, make);
    console.log(`${style}: ${tuned.text} tuned, ${reported.text} reported (${reported.why})`);
    assert(reported.passed >= 0.94 * TRIES, style);
    seen += tuned.passed;
    unseen += reported.passed;
  }
  const all = HUMAN_STYLES.length * TRIES;
  const share = (count: number) => `${count} of ${all}`;
  console.log(`People by pointer: ${share(seen)} tuned, ${share(unseen)} reported`);
  assert(unseen >= 0.95 * all);
});

Deno.test("judgeAnswer() accepts people who use the keyboard", () => {
  const tuned = rate(0, keyTrack, "keyboard"), reported = rate(UNSEEN, keyTrack, "keyboard");
  console.log(`Keyboard: ${tuned.text} tuned, ${reported.text} reported (${reported.why})`);
  assert(reported.passed >= 0.95 * TRIES);
});

for (const [name, make] of Object.entries(SCRIPTS)) {
  Deno.test(`judgeAnswer() accepts no track that is made wrong: ${name}`, () => {
    const { passed, why } = rate(UNSEEN, make);
    console.log(`${name}: ${passed} of ${TRIES} accepted (${why})`);
    assertEquals(passed, 0);
  });
}

Deno.test("judgeAnswer() accepts no drag as keys and no keys as a drag", () => {
  let accepted = 0;
  for (let seed = 0; seed < TRIES; seed += 1) {
    const x = placeOf(seed), dice = new Dice([seed, 6]);
    const drag = humanTrack(dice, x, HUMAN_STYLES[seed % HUMAN_STYLES.length]!);
    if (judge(drag, x, "keyboard") === null) accepted += 1;
    if (judge(keyTrack(dice, x), x, "pointer") === null) accepted += 1;
  }
  console.log(`Drags as keys and keys as drags: ${accepted} of ${2 * TRIES} accepted`);
  assert(accepted <= 2);
});

/** What is done to a track that was seen, so that it fits another puzzle or looks like another one. */
const REPLAYS: Record<string, (track: HumanTrack, dice: Dice) => HumanTrack> = {
  "as it was": (track) => track,
  "later": (track, dice) => {
    const by = dice.between(20, 500);
    return track.map(([t, x, y], at) => [at === 0 ? 0 : t + by, x, y]);
  },
  "higher": (track, dice) => {
    const by = dice.between(-20, 20);
    return track.map(([t, x, y]) => [t, x, y + by]);
  },
  "slower": (track, dice) => {
    const by = dice.between(0.8, 1.6);
    return track.map(([t, x, y]) => [Math.round(t * by * 10) / 10, x, y]);
  },
  "stretched to the place": (track, dice) => {
    const by = dice.between(0.7, 1.4);
    return track.map(([t, x, y]) => [t, Math.round(x * by * 10) / 10, y]);
  },
};

for (const [name, change] of Object.entries(REPLAYS)) {
  Deno.test(`A drag that was seen is known again: ${name}`, async () => {
    const seen = new MemorySeenTracks();
    const tracks: HumanTrack[] = [];
    let strangers = 0;
    for (let seed = 0; seed < TRIES; seed += 1) {
      const style = HUMAN_STYLES[seed % HUMAN_STYLES.length]!;
      const track = humanTrack(new Dice([seed, 9, 9, 9]), placeOf(seed), style);
      tracks.push(track);
      if (await seen.note(fingerprintOf(track, "pointer"))) strangers += 1;
    }
    let accepted = 0;
    tracks.forEach((track, seed) => {
      const replay = change(track, new Dice([seed, 10]));
      const x = replay.at(-1)![1];
      if (judge(replay, x) === null && !seen.knows(fingerprintOf(replay, "pointer"))) accepted += 1;
    });
    console.log(
      `Replayed ${name}: ${accepted} of ${TRIES} accepted; ${strangers} first ones refused`,
    );
    assertEquals(accepted, 0);
    assert(strangers <= 10);
  });
}

Deno.test("A person is seldom taken for another one whose drag was seen", async () => {
  const seen = new MemorySeenTracks();
  let strangers = 0;
  for (let seed = 0; seed < 12_000; seed += 1) {
    const style = HUMAN_STYLES[seed % HUMAN_STYLES.length]!;
    const track = humanTrack(new Dice([seed, 21, 4, 4]), placeOf(seed), style);
    const known = await seen.note(fingerprintOf(track, "pointer"));
    if (seed >= 10_000 && known) strangers += 1;
  }
  console.log(`With 10,000 drags remembered, ${strangers} of 2,000 people looked like one of them`);
  assert(strangers <= 30);
});

/** A good answer, to be spoiled. */
function good() {
  const x = 180, track = humanTrack(new Dice([3, 3, 3, 3]), x, "mouse");
  return { x: track.at(-1)![1], track, input: "pointer" as const };
}

const QUESTION = { x: 180, pieceWidth: PIECE_WIDTH, elapsedMs: 60_000 };

Deno.test("judgeAnswer() wants the place, within a tolerance", () => {
  const answer = good();
  const at = (x: number) => judgeAnswer(answer, { ...QUESTION, x });
  assertEquals(at(answer.x), null);
  assertEquals(at(answer.x + POSITION_TOLERANCE), null);
  assertEquals(at(answer.x - POSITION_TOLERANCE), null);
  assertEquals(at(answer.x + POSITION_TOLERANCE + 0.1), "place");
  assertEquals(at(answer.x - POSITION_TOLERANCE - 0.1), "place");
});

Deno.test("judgeAnswer() holds the track's time against the server's", () => {
  const answer = good(), took = answer.track.at(-1)![0];
  const after = (elapsedMs: number) => judgeAnswer(answer, { ...QUESTION, elapsedMs });
  assertEquals(after(took + 200), null);
  assertEquals(after(took + 199), "no reaction time");
  assertEquals(after(took - 51), "longer than it took");
});

Deno.test("judgeAnswer() refuses what does not hang together", () => {
  const { x, track, input } = good();
  const judged = (changed: HumanTrack, place = x) =>
    judgeAnswer({ x: place, track: changed, input }, { ...QUESTION, x: place });
  assertEquals(judged([]), "few points");
  assertEquals(judged(track.slice(0, 5)), "few points");
  assertEquals(judged(track, x + 3), "end");
  assertEquals(judged(track.map(([t, px, y]) => [t, px + 90, y])), "start");
  assertEquals(judged(track.map(([t, px, y], at) => [at === 9 ? 0 : t, px, y])), "order of times");
  assertEquals(judged(track.map(([, px, y]) => [0, px, y])), "order of times");
  assertEquals(judged(track.map(([t, px, y]) => [t, px / 10, y]), x / 10), "way");
});

Deno.test("judgeAnswer() takes tracks that count from where the piece was held", () => {
  const { x, track, input } = good();
  const held = track.map(([t, px, y]): HumanTrack[number] => [t, px + 25, y + 60]);
  assertEquals(judgeAnswer({ x, track: held, input }, QUESTION), null);
});
