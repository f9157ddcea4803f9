/** A slider that somebody was asked to solve. Times in ms, lengths in pixels of the picture. */
export interface Challenge {
  userId: string;
  saleId: number;
  issuedAt: number;
  expiresAt: number;
  /** Where the left edge of the piece belongs. */
  x: number;
  pieceWidth: number;
}

/** Open challenges, each of which is taken out once, by whoever is first. */
export interface ChallengeStore {
  /** Keeps a challenge until it expires, or until it is pushed out; gives its id. */
  put(challenge: Challenge, nowMs: number): Promise<string>;
  /**
   * Whose challenge it is and of which sale; it stays. Null and errors as with `take`, and null for
   * what expired is not promised.
   */
  look(challengeId: string, nowMs: number): Promise<Pick<Challenge, "userId" | "saleId"> | null>;
  /**
   * Takes a challenge out; null when it is not there (any more). Any text may come.
   * @throws when nobody can tell, because the server that keeps it is away.
   */
  take(challengeId: string, nowMs: number): Promise<Challenge | null>;
}

/**
 * Ids: a letter that says where the challenge is kept (`m` in this edge's memory, `r` in Redis) and
 * 128 random bits as base64url.
 */
const CHALLENGE_ID_PATTERN = /^[mr][A-Za-z0-9_-]{22}$/;

/** Whether a text can be the id of a challenge. */
export function isChallengeId(text: string): boolean {
  return CHALLENGE_ID_PATTERN.test(text);
}

/** 128 random bits as base64url, 22 characters. */
export type RandomId = () => string;

/** The machine's own. */
export const randomId: RandomId = () =>
  crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
