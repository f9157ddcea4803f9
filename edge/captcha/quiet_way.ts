import type { Clock } from "../../shared/clock.ts";
import { KeyedSignature, SIGNATURE_LENGTH } from "../../shared/keyed_signature.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";
import { GenerationCache } from "../gate/generation_cache.ts";
import { isSolved, type Work, WORK_BITS, WORK_COUNT } from "./quiet_work.ts";

/** What every pass of the quiet way costs at least in time, measured here. */
export const WAIT_MS = 20_000;

/** Longest queue of an address or a user: whoever would wait longer is asked to come later. */
export const MAX_WAIT_MS = 3 * WAIT_MS;

/**
 * Counted from the end of the waiting: how long its pass lives, how long it can be answered (so that
 * the pass lives a while after the latest answer), and how long it is handed out again.
 */
const PASS_TTL_MS = 120_000;
const ANSWER_TTL_MS = 100_000;
const AGAIN_TTL_MS = 60_000;

/** Addresses and users whose queue is remembered; about 200 bytes each: 20 MB at most. */
const MAX_LANES = 50_000;

/** 128 bits of the signature: the form of every pass id. */
const PASS_ID_LENGTH = 22;
const SALT_LENGTH = 22;

/** A sale id, a time and a user id, encoded. */
const MAX_PAYLOAD_LENGTH = 160;
const TOKEN_PATTERN = new RegExp(
  `^w\\.([A-Za-z0-9_-]{4,${MAX_PAYLOAD_LENGTH}})\\.([A-Za-z0-9_-]{${SIGNATURE_LENGTH}})$`,
);
const PAYLOAD_PATTERN = /^(\d{1,16})~(\d{1,16})~(.+)$/;

/** A waiting that began. */
export interface WaitChallenge {
  /** Begins with `w.`, which no id of a puzzle does. */
  challengeId: string;
  waitMs: number;
  /** When it can no longer be answered, ms. */
  expiresAt: number;
  work: Work;
}

/** What an answer earned. Times in ms. */
export type WaitVerdict =
  | { kind: "passed"; passId: string; saleId: number; expiresAt: number }
  | { kind: "early"; waitMs: number }
  | { kind: "failed" };

/** What a challenge says of itself. */
interface Ticket {
  saleId: number;
  userId: string;
  readyAt: number;
}

/**
 * A way to a pass for people who cannot see a picture: the device does some arithmetic while 20 s
 * go by on this clock. A script can take it too, and pays the same: each address and each user
 * stands in a queue of its own, so that an address earns one pass in 20 s and no more.
 *
 * Challenges are signed and not kept, so that any edge can judge them. The pass of a challenge is
 * always the same one, with the same end: answering again earns nothing, since a pass is spent once.
 * The queues are each edge's own.
 */
export class QuietWay {
  readonly #clock: Clock;
  readonly #challenges: KeyedSignature;
  readonly #passIds: KeyedSignature;
  readonly #salts: KeyedSignature;
  /** When the last one of an address or of a user is ready, ms. */
  readonly #lanes: GenerationCache<number>;
  /** The challenge that a user has open. */
  readonly #open: GenerationCache<Ticket & { challengeId: string }>;

  constructor(parts: { key: string; clock: Clock; maxLanes?: number }) {
    const { key, clock, maxLanes = MAX_LANES } = parts;
    this.#clock = clock;
    const longest = MAX_PAYLOAD_LENGTH + SIGNATURE_LENGTH + 3;
    this.#challenges = new KeyedSignature(key, "dropgate-wait-1:", longest);
    this.#passIds = new KeyedSignature(key, "dropgate-wait-pass-1:", longest);
    this.#salts = new KeyedSignature(key, "dropgate-wait-salt-1:", longest);
    this.#lanes = new GenerationCache(maxLanes);
    this.#open = new GenerationCache(maxLanes);
  }

  /**
   * Begins a waiting. Asked again for the same sale while it lasts, it is the same one. A number
   * instead: the ms after which there is room in the queue, or what `admit` says, which is asked
   * last and only for a new waiting: 0, or the ms to wait.
   */
  begin(
    saleId: number,
    userId: string,
    addressKey: string,
    admit: (nowMs: number) => number = () => 0,
  ): WaitChallenge | number {
    const nowMs = this.#clock();
    const open = this.#open.get(userId);
    if (open?.saleId === saleId && nowMs < open.readyAt + AGAIN_TTL_MS) {
      return this.#challenge(open, open.challengeId, nowMs);
    }
    const lanes = [`a:${addressKey}`, `u:${userId}`];
    const free = Math.max(nowMs, ...lanes.map((lane) => this.#lanes.get(lane) ?? 0));
    const readyAt = free + WAIT_MS;
    if (readyAt - nowMs > MAX_WAIT_MS) return readyAt - nowMs - MAX_WAIT_MS;
    const refusedMs = admit(nowMs);
    if (refusedMs > 0) return refusedMs;
    for (const lane of lanes) this.#lanes.set(lane, readyAt);
    const ticket = { saleId, userId, readyAt };
    const payload = btoa(`${saleId}~${readyAt}~${userId}`)
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const challengeId = `w.${payload}.${this.#challenges.of(payload)}`;
    this.#open.set(userId, { ...ticket, challengeId });
    return this.#challenge(ticket, challengeId, nowMs);
  }

  /** Judges an answer. Any text and any numbers may come. */
  judge(challengeId: string, userId: string, solutions: readonly number[]): WaitVerdict {
    const ticket = this.#read(challengeId);
    const nowMs = this.#clock();
    if (ticket === null || ticket.userId !== userId || nowMs >= ticket.readyAt + ANSWER_TTL_MS) {
      return { kind: "failed" };
    }
    if (nowMs < ticket.readyAt) return { kind: "early", waitMs: ticket.readyAt - nowMs };
    if (!isSolved(this.#work(challengeId), solutions)) return { kind: "failed" };
    if (this.#open.get(userId)?.challengeId === challengeId) this.#open.delete(userId);
    return {
      kind: "passed",
      passId: this.#passIds.of(challengeId).slice(0, PASS_ID_LENGTH),
      saleId: ticket.saleId,
      expiresAt: ticket.readyAt + PASS_TTL_MS,
    };
  }

  #challenge(ticket: Ticket, challengeId: string, nowMs: number): WaitChallenge {
    return {
      challengeId,
      waitMs: Math.max(0, ticket.readyAt - nowMs),
      expiresAt: ticket.readyAt + ANSWER_TTL_MS,
      work: this.#work(challengeId),
    };
  }

  #work(challengeId: string): Work {
    const salt = this.#salts.of(challengeId).slice(0, SALT_LENGTH);
    return { salt, count: WORK_COUNT, bits: WORK_BITS };
  }

  #read(challengeId: string): Ticket | null {
    const parts = TOKEN_PATTERN.exec(challengeId);
    if (!parts || !this.#challenges.isOf(parts[2]!, parts[1]!)) return null;
    const fields = PAYLOAD_PATTERN.exec(
      atob(parts[1]!.replaceAll("-", "+").replaceAll("_", "/")),
    );
    if (!fields || !USER_ID_PATTERN.test(fields[3]!)) return null;
    return { saleId: Number(fields[1]), readyAt: Number(fields[2]), userId: fields[3]! };
  }
}
