import type { Clock } from "../../shared/clock.ts";
import type { CaptchaPass, ClientAddress } from "../gate/gate_parts.ts";
import type { CaptchaCounts } from "./captcha_counts.ts";
import type { CaptchaLimits } from "./captcha_limits.ts";
import { CHALLENGE_TTL_MS, PASS_TTL_MS } from "./captcha_rules.ts";
import { type Challenge, type ChallengeStore, isChallengeId, type RandomId } from "./challenge.ts";
import type { EasyWays } from "./easy_ways.ts";
import type { FailureRest } from "./failure_rest.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { KEYBOARD, MIN_POINTS } from "./judge_rules.ts";
import { judgeCourse, placeFault } from "./judge_track.ts";
import type { PassSigner } from "./pass_signer.ts";
import type { PuzzlePool } from "./puzzle_pool.ts";
import type { QuietWay, WaitChallenge } from "./quiet_way.ts";
import type { SeenTracks } from "./seen_tracks.ts";
import type { SliderAnswer } from "./track.ts";

/** What the desk needs. */
export interface CaptchaDeskParts {
  pool: Pick<PuzzlePool, "take">;
  challenges: ChallengeStore;
  seen: SeenTracks;
  limits: CaptchaLimits;
  easy: EasyWays;
  rest: FailureRest;
  quiet: QuietWay;
  signer: PassSigner;
  counts: CaptchaCounts;
  randomId: RandomId;
  clock: Clock;
}

/** Who asks or answers. */
export interface Caller {
  userId: string;
  address: ClientAddress;
}

/** A puzzle as it is sent. */
export interface SentPuzzle {
  challengeId: string;
  width: number;
  height: number;
  pieceWidth: number;
  pieceHeight: number;
  pieceY: number;
  background: string;
  piece: string;
  /** ms */
  expiresAt: number;
}

/** Too many: let through again after `waitMs`. */
export interface Limited {
  kind: "limited";
  waitMs: number;
}

/** An answer that earned a pass, or did not. */
export type Verdict =
  | { kind: "passed"; pass: string; expiresAt: number }
  | { kind: "failed" }
  | Limited;

/** Asks for the slider and judges the answers. */
export class CaptchaDesk {
  readonly #parts: CaptchaDeskParts;

  constructor(parts: CaptchaDeskParts) {
    this.#parts = parts;
  }

  /** A puzzle; null when none is ready in time. */
  async askSlider(
    { userId, address }: Caller,
    saleId: number,
  ): Promise<{ kind: "asked"; puzzle: SentPuzzle } | Limited | null> {
    const { pool, challenges, limits, rest, counts, clock } = this.#parts;
    const waitMs = rest.restMs(userId, clock()) || limits.take("puzzle", userId, address, clock());
    if (waitMs > 0) return { kind: "limited", waitMs };
    const drawn = await pool.take();
    if (drawn === null) return null;
    const nowMs = clock();
    const { x, pieceWidth } = drawn;
    const expiresAt = nowMs + CHALLENGE_TTL_MS;
    const challenge = { userId, saleId, issuedAt: nowMs, expiresAt, x, pieceWidth };
    const challengeId = await challenges.put(challenge, nowMs);
    counts.issued("slider", saleId);
    // Field by field: whatever a puzzle may carry one day, its answer is not sent.
    return {
      kind: "asked",
      puzzle: {
        challengeId,
        width: drawn.width,
        height: drawn.height,
        pieceWidth,
        pieceHeight: drawn.pieceHeight,
        pieceY: drawn.pieceY,
        background: drawn.background,
        piece: drawn.piece,
        expiresAt,
      },
    };
  }

  /** The quiet way, for whoever cannot see a picture. */
  askToWait(
    { userId, address }: Caller,
    saleId: number,
  ): { kind: "asked"; wait: WaitChallenge } | Limited {
    const { quiet, easy } = this.#parts;
    const admit = (nowMs: number) => easy.take(saleId, nowMs);
    const begun = quiet.begin(saleId, userId, address.key, admit);
    if (typeof begun === "number") return { kind: "limited", waitMs: begun };
    this.#parts.counts.issued("wait", saleId);
    return { kind: "asked", wait: begun };
  }

  /**
   * Judges an answer to a slider. Whatever it says, the challenge is over, also for whoever rests,
   * and he learns nothing. Only where too many answered by keyboard it stays.
   * @throws when the challenge's keeper is away.
   */
  async judgeSlider(
    caller: Caller,
    challengeId: string,
    answer: SliderAnswer,
  ): Promise<Verdict> {
    const { challenges, rest, counts, randomId, clock } = this.#parts;
    const nowMs = clock();
    const known = isChallengeId(challengeId);
    if (answer.input === "keyboard") {
      const waitMs = await this.#keyboardWaitMs(caller, known ? challengeId : null, nowMs);
      if (waitMs > 0) return { kind: "limited", waitMs };
    }
    const challenge = known ? await challenges.take(challengeId, nowMs) : null;
    // A puzzle that expired, or was answered by a second click, is no wrong answer.
    if (challenge?.userId === caller.userId) {
      const waitMs = rest.restMs(caller.userId, nowMs);
      if (waitMs > 0) return { kind: "limited", waitMs };
      // Before anything is waited for: of many answers at once each has to count for the next one.
      rest.noteFailed(caller.userId, nowMs);
    }
    const fault = await this.#fault(challenge, caller, answer, nowMs);
    if (fault !== null) {
      counts.failed(fault, challenge?.saleId);
      return { kind: "failed" };
    }
    rest.noteSolved(caller.userId);
    counts.solved(answer.input, challenge!.saleId);
    const pass = { passId: randomId(), expiresAt: Math.floor(clock()) + PASS_TTL_MS };
    return this.#passed(pass, caller.userId, challenge!.saleId);
  }

  /** What the limits of answers by keyboard make the caller wait: his own, then the sale's. */
  async #keyboardWaitMs(
    { userId, address }: Caller,
    challengeId: string | null,
    nowMs: number,
  ): Promise<number> {
    const { challenges, limits, easy } = this.#parts;
    const waitMs = limits.take("keyboard", userId, address, nowMs);
    if (waitMs > 0 || challengeId === null) return waitMs;
    const asked = await challenges.look(challengeId, nowMs);
    // What fails anyway takes nothing from the others of the sale.
    if (asked === null || asked.userId !== userId) return 0;
    const saleWaitMs = easy.take(asked.saleId, nowMs);
    if (saleWaitMs > 0) limits.giveBack("keyboard", userId, address);
    return saleWaitMs;
  }

  async #fault(
    challenge: Challenge | null,
    { userId }: Caller,
    answer: SliderAnswer,
    nowMs: number,
  ): Promise<string | null> {
    if (challenge === null) return "unknown challenge";
    if (challenge.userId !== userId) return "challenge of another user";
    const { track, input } = answer;
    // Noted before anything is judged: a drag that missed must not be tried on other puzzles, and
    // how long the answer takes must not tell why it was refused.
    const isLong = track.length >= (input === "keyboard" ? KEYBOARD.minPoints : MIN_POINTS);
    const seen = isLong && await this.#parts.seen.note(fingerprintOf(track, input));
    const elapsedMs = nowMs - challenge.issuedAt;
    const course = judgeCourse(answer, { pieceWidth: challenge.pieceWidth, elapsedMs });
    if (course !== null) return course;
    return seen ? "replayed" : placeFault(answer, challenge.x);
  }

  /** Judges an answer to the quiet way. One that comes too early may be sent again. */
  judgeWait({ userId }: Caller, challengeId: string, solutions: readonly number[]): Verdict {
    const { quiet, counts } = this.#parts;
    const verdict = quiet.judge(challengeId, userId, solutions);
    switch (verdict.kind) {
      case "early":
        return { kind: "limited", waitMs: verdict.waitMs };
      case "failed":
        counts.failed("quiet way");
        return { kind: "failed" };
      case "passed":
        counts.solved("wait", verdict.saleId);
        return this.#passed(verdict, userId, verdict.saleId);
    }
  }

  #passed({ passId, expiresAt }: CaptchaPass, userId: string, saleId: number): Verdict {
    const pass = this.#parts.signer.sign({ passId, expiresAt }, userId, saleId);
    return { kind: "passed", pass, expiresAt };
  }
}
