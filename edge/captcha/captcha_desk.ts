import type { Clock } from "../../shared/clock.ts";
import type { CaptchaPass, ClientAddress } from "../gate/gate_parts.ts";
import type { CaptchaCounts } from "./captcha_counts.ts";
import type { CaptchaLimits } from "./captcha_limits.ts";
import { CHALLENGE_TTL_MS, PASS_TTL_MS } from "./captcha_rules.ts";
import { type Challenge, type ChallengeStore, isChallengeId, type RandomId } from "./challenge.ts";
import type { FailureRest } from "./failure_rest.ts";
import { fingerprintOf } from "./fingerprint.ts";
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
    counts.issued("slider");
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
    const begun = this.#parts.quiet.begin(saleId, userId, address.key);
    if (typeof begun === "number") return { kind: "limited", waitMs: begun };
    this.#parts.counts.issued("wait");
    return { kind: "asked", wait: begun };
  }

  /**
   * Judges an answer to a slider. Whatever it says, the challenge is over, unless too many answered
   * by keyboard: then nobody looked at it. @throws when the challenge's keeper is away.
   */
  async judgeSlider(
    caller: Caller,
    challengeId: string,
    answer: SliderAnswer,
  ): Promise<Verdict> {
    const { challenges, limits, rest, counts, randomId, clock } = this.#parts;
    const nowMs = clock();
    if (answer.input === "keyboard") {
      const waitMs = limits.take("keyboard", caller.userId, caller.address, nowMs);
      if (waitMs > 0) return { kind: "limited", waitMs };
    }
    const challenge = isChallengeId(challengeId) ? await challenges.take(challengeId, nowMs) : null;
    const fault = await this.#fault(challenge, caller, answer, nowMs);
    if (fault !== null) {
      counts.failed(fault);
      // A puzzle that expired, or was answered by a second click, is no wrong answer.
      if (challenge?.userId === caller.userId) rest.noteFailed(caller.userId, nowMs);
      return { kind: "failed" };
    }
    rest.noteSolved(caller.userId);
    counts.solved(answer.input);
    const pass = { passId: randomId(), expiresAt: Math.floor(clock()) + PASS_TTL_MS };
    return this.#passed(pass, caller.userId, challenge!.saleId);
  }

  async #fault(
    challenge: Challenge | null,
    { userId }: Caller,
    answer: SliderAnswer,
    nowMs: number,
  ): Promise<string | null> {
    if (challenge === null) return "unknown challenge";
    if (challenge.userId !== userId) return "challenge of another user";
    const elapsedMs = nowMs - challenge.issuedAt;
    const course = judgeCourse(answer, { pieceWidth: challenge.pieceWidth, elapsedMs });
    if (course !== null) return course;
    // Noted before the place is looked at: a drag that missed must not be tried on other puzzles.
    const seen = await this.#parts.seen.note(fingerprintOf(answer.track, answer.input));
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
        counts.solved("wait");
        return this.#passed(verdict, userId, verdict.saleId);
    }
  }

  #passed({ passId, expiresAt }: CaptchaPass, userId: string, saleId: number): Verdict {
    const pass = this.#parts.signer.sign({ passId, expiresAt }, userId, saleId);
    return { kind: "passed", pass, expiresAt };
  }
}
