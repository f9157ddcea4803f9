import { assert } from "@std/assert";
import { Dice } from "./art/dice.ts";
import { drawPuzzle } from "./art/draw_puzzle.ts";
import { POSITION_TOLERANCE } from "./judge_rules.ts";
import { judgeAnswer } from "./judge_track.ts";
import { FINDERS, findGap } from "./testing/gap_finder.ts";
import { keyTrack } from "./testing/key_tracks.ts";
import { SOLVER_MOTIONS, solverTrack } from "./testing/solver_tracks.ts";

const PUZZLES = 160;
const TRIES = 1_000;

/** Shares of tries that published motions may get through at most, found gap and motion together. */
const PUBLISHED_BOUNDS = new Map<string, number>([["eased", 0.02], ["overshooting", 0.08]]);

const percent = (count: number, of: number) => `${(count / of * 100).toFixed(1)} %`;

Deno.test("What programs that look for the gap get, and what it costs them", () => {
  const dice = new Dice([31, 41, 59, 26]), secrets = new Dice([27, 18, 28, 18]);
  const puzzles = Array.from(
    { length: PUZZLES },
    () => drawPuzzle(dice, (low, high) => secrets.whole(low, high)),
  );
  const guesses = puzzles.filter(({ x, pieceWidth, width }) => {
    const blind = secrets.whole(pieceWidth + 20, width - pieceWidth - 5);
    return Math.abs(blind - x) <= POSITION_TOLERANCE;
  }).length;
  console.log(`blind guess: ${percent(guesses, PUZZLES)} of ${PUZZLES} gaps`);
  const motions = SOLVER_MOTIONS.map((motion) => {
    let passed = 0;
    for (let seed = 0; seed < TRIES; seed += 1) {
      const x = secrets.whole(75, 260);
      const track = solverTrack(new Dice([seed, 8, 8, 8]), x, motion);
      const elapsedMs = track.at(-1)![0] + 600;
      const question = { x, pieceWidth: 52, elapsedMs };
      if (judgeAnswer({ x, track, input: "pointer" }, question) === null) passed += 1;
    }
    console.log(`motion ${motion}: ${percent(passed, TRIES)} of ${TRIES} accepted`);
    return { motion: motion as string, share: passed / TRIES };
  });
  let keys = 0;
  for (let seed = 0; seed < TRIES; seed += 1) {
    const x = secrets.whole(75, 260), track = keyTrack(new Dice([seed, 8, 8, 8]), x);
    const answer = { x: track.at(-1)![1], track, input: "keyboard" } as const;
    const question = { x, pieceWidth: 52, elapsedMs: track.at(-1)![0] + 600 };
    if (judgeAnswer(answer, question) === null) keys += 1;
  }
  console.log(`keys: ${percent(keys, TRIES)} of ${TRIES} accepted, which is why they are rationed`);
  motions.push({ motion: "keyboard", share: keys / TRIES });
  for (const finder of FINDERS) {
    const startMs = performance.now();
    const found = puzzles.filter((puzzle) =>
      Math.abs(findGap(puzzle, finder) - puzzle.x) <= POSITION_TOLERANCE
    ).length;
    const costMs = (performance.now() - startMs) / PUZZLES;
    const whole = motions.map(({ motion, share }) =>
      `${motion} ${(found * share / PUZZLES * 100).toFixed(1)} %`
    );
    console.log(
      `finder ${finder}: ${percent(found, PUZZLES)} of ${PUZZLES} gaps, ` +
        `${costMs.toFixed(1)} ms a try; with a motion: ${whole.join(", ")}`,
    );
    // What stands in every second blog must not be enough, with whatever finder.
    for (const { motion, share } of motions) {
      const most = PUBLISHED_BOUNDS.get(motion);
      if (most === undefined) continue;
      const rate = found * share / PUZZLES;
      assert(rate <= most, `${finder} with ${motion}: ${rate}`);
    }
  }
});
