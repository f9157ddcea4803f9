import { z } from "zod";
import type { Clock } from "../../shared/clock.ts";
import type { Challenge, ChallengeStore, RandomId } from "./challenge.ts";
import { RedisPatience } from "./redis_patience.ts";

/** What is used of a Redis client; ioredis fits it. */
export interface ChallengeClient {
  /** "ready" while commands can be written to a connection. */
  readonly status: string;
  set(key: string, value: string, millisecondsToken: "PX", milliseconds: number): Promise<unknown>;
  get(key: string): Promise<string | null>;
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
  readonly #patience: RedisPatience;

  constructor(
    options: {
      client: ChallengeClient;
      namespace: string;
      local: ChallengeStore;
      randomId: RandomId;
      clock?: Clock;
    },
  ) {
    this.#client = options.client;
    this.#prefix = `${options.namespace}:captcha:`;
    this.#local = options.local;
    this.#randomId = options.randomId;
    this.#patience = new RedisPatience(options.clock);
  }

  put(challenge: Challenge, nowMs: number): Promise<string> {
    const alone = () => this.#local.put(challenge, nowMs);
    if (this.#client.status !== "ready") return alone();
    return this.#patience.ask(() => this.#share(challenge, nowMs), alone);
  }

  async #share(challenge: Challenge, nowMs: number): Promise<string> {
    const challengeId = `r${this.#randomId()}`;
    const restMs = Math.max(1, Math.ceil(challenge.expiresAt - nowMs));
    const text = JSON.stringify(challenge);
    await this.#client.set(this.#prefix + challengeId, text, "PX", restMs);
    return challengeId;
  }

  async look(
    challengeId: string,
    nowMs: number,
  ): Promise<Pick<Challenge, "userId" | "saleId"> | null> {
    if (!challengeId.startsWith("r")) return this.#local.look(challengeId, nowMs);
    const text = await this.#client.get(this.#prefix + challengeId);
    return text === null ? null : challengeSchema.parse(JSON.parse(text));
  }

  async take(challengeId: string, nowMs: number): Promise<Challenge | null> {
    if (!challengeId.startsWith("r")) return this.#local.take(challengeId, nowMs);
    const text = await this.#client.getdel(this.#prefix + challengeId);
    if (text === null) return null;
    const challenge = challengeSchema.parse(JSON.parse(text));
    return challenge.expiresAt > nowMs ? challenge : null;
  }
}
