import { MAX_CHALLENGES, MAX_CHALLENGES_PER_USER } from "./captcha_rules.ts";
import type { Challenge, ChallengeStore, RandomId } from "./challenge.ts";

/**
 * Challenges in this edge's memory. When it is full the oldest goes, and of each user only the
 * newest few are kept, so that one user cannot push out the others.
 */
export class MemoryChallenges implements ChallengeStore {
  readonly #randomId: RandomId;
  readonly #most: number;
  /** In the order in which they were put in, which is about the order in which they expire. */
  readonly #open = new Map<string, Challenge>();
  readonly #idsOf = new Map<string, string[]>();

  constructor(options: { randomId: RandomId; most?: number }) {
    this.#randomId = options.randomId;
    this.#most = options.most ?? MAX_CHALLENGES;
  }

  /** How many are open, expired ones that nobody missed among them. */
  get openCount(): number {
    return this.#open.size;
  }

  put(challenge: Challenge, nowMs: number): Promise<string> {
    const challengeId = `m${this.#randomId()}`;
    this.#add(challengeId, challenge, nowMs);
    return Promise.resolve(challengeId);
  }

  look(challengeId: string): Promise<Challenge | null> {
    return Promise.resolve(this.#open.get(challengeId) ?? null);
  }

  take(challengeId: string, nowMs: number): Promise<Challenge | null> {
    const challenge = this.#open.get(challengeId);
    if (challenge === undefined) return Promise.resolve(null);
    this.#remove(challengeId, challenge);
    return Promise.resolve(challenge.expiresAt > nowMs ? challenge : null);
  }

  #add(challengeId: string, challenge: Challenge, nowMs: number): void {
    for (const [oldId, old] of this.#open) {
      if (old.expiresAt > nowMs && this.#open.size < this.#most) break;
      this.#remove(oldId, old);
    }
    const ids = this.#idsOf.get(challenge.userId) ?? [];
    while (ids.length >= MAX_CHALLENGES_PER_USER) {
      const oldest = ids[0]!;
      this.#remove(oldest, this.#open.get(oldest)!);
    }
    this.#open.set(challengeId, challenge);
    ids.push(challengeId);
    this.#idsOf.set(challenge.userId, ids);
  }

  #remove(challengeId: string, { userId }: Challenge): void {
    this.#open.delete(challengeId);
    const ids = this.#idsOf.get(userId);
    if (ids === undefined) return;
    const at = ids.indexOf(challengeId);
    if (at >= 0) ids.splice(at, 1);
    if (ids.length === 0) this.#idsOf.delete(userId);
  }
}
