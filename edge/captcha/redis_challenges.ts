import { z } from "zod";
import type { Challenge, ChallengeStore, RandomId } from "./challenge.ts";

/** What is used of a Redis client; ioredis fits it. */
export interface ChallengeClient {
  /** "ready" while commands can be written to a connection. */
  readonly status: string;
  set(key: string, value: string, millisecondsToken: "PX", milliseconds: number): Promise<unknown>;
  getdel(key: string): Promise<string | null>;
}

const challengeSchema: z.ZodType<Challenge> = z.object({
  userId: z.string(),
  saleId: z.number(),
  issuedAt: z.number(),
  expiresAt: z.number(),
  x: z.number(),
  pieceWidth: z.number(),
});

/**
 * Challenges that all edges share: one key each, which goes by itself, and `GETDEL`, so that of any
 * number of answers at any number of edges one gets the challenge. While Redis is away new ones are
 * kept by `local`; their ids say so. Who answers such a one at another edge gets another puzzle.
 */
export class RedisChallenges implements ChallengeStore {
  readonly #client: ChallengeClient;
  readonly #prefix: string;
  readonly #local: ChallengeStore;
  readonly #randomId: RandomId;

  constructor(
    options: {
      client: ChallengeClient;
      namespace: string;
      local: ChallengeStore;
      randomId: RandomId;
    },
  ) {
    this.#client = options.client;
    this.#prefix = `${options.namespace}:captcha:`;
    this.#local = options.local;
    this.#randomId = options.randomId;
  }

  async put(challenge: Challenge, nowMs: number): Promise<string> {
    if (this.#client.status !== "ready") return this.#local.put(challenge, nowMs);
    const challengeId = `r${this.#randomId()}`;
    try {
      const restMs = Math.max(1, Math.ceil(challenge.expiresAt - nowMs));
      const text = JSON.stringify(challenge);
      await this.#client.set(this.#prefix + challengeId, text, "PX", restMs);
      return challengeId;
    } catch {
      return this.#local.put(challenge, nowMs);
    }
  }

  async take(challengeId: string, nowMs: number): Promise<Challenge | null> {
    if (!challengeId.startsWith("r")) return this.#local.take(challengeId, nowMs);
    const text = await this.#client.getdel(this.#prefix + challengeId);
    if (text === null) return null;
    const challenge = challengeSchema.parse(JSON.parse(text));
    return challenge.expiresAt > nowMs ? challenge : null;
  }
}
