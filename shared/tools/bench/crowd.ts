import { SignJWT } from "jose";
import { memberNeedle, memberText } from "./body_scan.ts";
import { ByteSlab } from "./byte_slab.ts";
import { driveLoad } from "./generator.ts";
import { type HttpTarget, requestText } from "./http_target.ts";
import type { Progress } from "./progress.ts";

/** Most buyers in one crowd; their requests take about 350 bytes each. */
export const MAX_BUYERS = 1_000_000;

/** Sign-ins under way at a time. */
const SIGN_IN_CONNECTIONS = 64;

const SIGN_IN_TIMEOUT_MS = 30_000;
const TOKEN = memberNeedle("token");

/** How buyers prove who they are: the demo login, or the shop's own tokens. */
export type SignInMethod =
  | { kind: "dev_login" }
  | { kind: "jwt"; key: string; issuer: string; audience: string };

/** Distinct buyers, signed in before any clock starts. They can be used in every sale anew. */
export class Crowd {
  readonly #tokens: string[] = [];

  constructor(
    readonly edge: HttpTarget,
    readonly method: SignInMethod,
    /** Makes the buyers of this run different from those of every other. */
    readonly seed: number,
  ) {}

  get size(): number {
    return this.#tokens.length;
  }

  /** The id of a buyer, `[a-z0-9-]{…}`. */
  userId(buyer: number): string {
    return `bench-${this.seed.toString(36)}-${buyer}`;
  }

  /** Signs buyers in until there are `size`. @throws when one cannot be signed in. */
  async grow(size: number, progress: Progress): Promise<void> {
    if (size > MAX_BUYERS) {
      throw new RangeError(`Cannot sign in ${size} buyers as ${MAX_BUYERS} is the most`);
    }
    const first = this.size;
    if (size <= first) return;
    let next = first;
    let done = 0;
    let trouble = "";
    const requests = await this.#signInRequests(first, size);
    const stage = progress.begin("signing buyers in", () => done, size - first);
    try {
      await driveLoad({
        target: this.edge,
        connections: Math.min(SIGN_IN_CONNECTIONS, size - first),
        answerTimeoutMs: SIGN_IN_TIMEOUT_MS,
        next: () => next < size && trouble === "" ? next++ : -1,
        request: (buyer) => requests.get(buyer - first),
        onAnswer: (buyer, answer) => {
          const { bytes, bodyStart, bodyEnd } = answer;
          const token = answer.status === 200 ? memberText(bytes, bodyStart, bodyEnd, TOKEN) : "";
          if (token !== "") this.#tokens[buyer] = token;
          else trouble ||= `${answer.status} ${new TextDecoder().decode(answer.body())}`;
          done += 1;
        },
        onUnanswered: (_buyer, error) => trouble ||= String(error),
      });
    } finally {
      stage.end();
    }
    if (trouble === "") return;
    this.#tokens.length = first;
    const how = this.method.kind === "jwt" ? "/api/session" : "/dev/login";
    throw new Error(
      `Cannot sign buyers in at ${how} as the answer must be 200 with a token: ` +
        `current value is ${trouble.slice(0, 300)}`,
    );
  }

  /** One buyer's headers. */
  headers(buyer: number): Record<string, string> {
    return { authorization: `Bearer ${this.#tokens[buyer]}` };
  }

  /**
   * The buy of every one of the first `count` buyers, ready to be sent; `passOf` gives the captcha
   * pass that goes along.
   */
  buyRequests(
    saleId: number,
    productId: number,
    count: number,
    passOf?: (userId: string) => string,
  ): ByteSlab {
    const slab = new ByteSlab();
    const body = JSON.stringify({ productId, quantity: 1 });
    for (let buyer = 0; buyer < count; buyer++) {
      slab.appendText(requestText(this.edge, {
        method: "POST",
        path: `/api/sales/${saleId}/buy`,
        headers: {
          ...this.headers(buyer),
          // One key per buyer and sale: a buy that is sent again after a broken connection is safe.
          "idempotency-key": `${this.seed.toString(36)}-${saleId}-${buyer}`,
          ...(passOf === undefined ? {} : { "x-captcha-pass": passOf(this.userId(buyer)) }),
        },
        body,
      }));
    }
    return slab;
  }

  async #signInRequests(first: number, size: number): Promise<ByteSlab> {
    const slab = new ByteSlab();
    const { method } = this;
    for (let buyer = first; buyer < size; buyer++) {
      const userId = this.userId(buyer);
      slab.appendText(
        method.kind === "dev_login"
          ? requestText(this.edge, {
            method: "POST",
            path: "/dev/login",
            body: JSON.stringify({ userId }),
          })
          : requestText(this.edge, {
            method: "POST",
            path: "/api/session",
            headers: { authorization: `Bearer ${await shopToken(method, userId)}` },
          }),
      );
    }
    return slab;
  }
}

/** A token as the shop would give it to its customer, valid for an hour. */
function shopToken(
  method: Extract<SignInMethod, { kind: "jwt" }>,
  userId: string,
): Promise<string> {
  return new SignJWT().setProtectedHeader({ alg: "HS256" }).setSubject(userId)
    .setIssuer(method.issuer).setAudience(method.audience).setIssuedAt().setExpirationTime("1h")
    .sign(new TextEncoder().encode(method.key));
}
