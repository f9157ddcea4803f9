import { pause } from "../services/poll.ts";
import { call, type TestSale } from "./shop.ts";

/** A try that was answered. */
export interface HeardAnswer {
  /** Place of the edge in the crowd's list. */
  edge: number;
  /** `reserved`, `known` (200), `processing` or the code of a problem. */
  code: string;
  /** When the answer was there, ms since 1970. */
  at: number;
}

/** Sign-ins at once. */
const PARALLEL_SIGN_INS = 24;

/**
 * Scripted buyers at the public API of some edges. Everything that any of them is told is counted, so
 * that what operators see can be compared with it.
 */
export class LiveCrowd {
  /** How often each answer was heard. */
  readonly heard: Record<string, number> = {};
  /** Called for every answer. */
  onAnswer: (answer: HeardAnswer) => void = () => {};
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(readonly edgeUrls: readonly string[], readonly sale: TestSale) {}

  /** Answers of this code so far. */
  count(code: string): number {
    return this.heard[code] ?? 0;
  }

  /** Signs so many more buyers in. */
  async signIn(count: number, name: string): Promise<void> {
    const wanted = Array.from({ length: count }, (_, at) => `${name}-${at}`);
    await inParallel(PARALLEL_SIGN_INS, async () => {
      const userId = wanted.pop();
      if (userId === undefined) return false;
      const url = `${this.edgeUrls[wanted.length % this.edgeUrls.length]}/dev/login`;
      const { status, body } = await call("POST", url, { body: { userId } });
      if (status !== 200) throw new Error(`Cannot sign in: ${JSON.stringify(body)}`);
      this.#tokens.push(body.token);
      return true;
    });
  }

  /** A buyer who has not been used yet. @throws when there is none left */
  newBuyer(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new Error("The crowd has no more buyers");
    this.#next += 1;
    return token;
  }

  /** How many are left. */
  get buyersLeft(): number {
    return this.#tokens.length - this.#next;
  }

  /** One try, at the edge of this place. */
  async buy(token: string, edge: number, key?: string): Promise<string> {
    const { saleId, productId } = this.sale;
    const { status, body } = await call("POST", `${this.edgeUrls[edge]}/api/sales/${saleId}/buy`, {
      token,
      body: { productId },
      headers: key === undefined ? {} : { "idempotency-key": key },
    });
    const code = status === 201 ? "reserved" : status === 200 ? "known" : body.code ?? body.outcome;
    this.heard[code] = this.count(code) + 1;
    this.onAnswer({ edge, code, at: Date.now() });
    return code;
  }

  /**
   * New buyers, `parallel` at a time and each edge as often, until `signal` fires or there are none.
   * Each tries without a key, `pauseMs` after the one before him; who is refused comes again later,
   * so that a fast machine does not run out of buyers.
   */
  async rush(parallel: number, signal: AbortSignal, pauseMs = 0): Promise<void> {
    let tries = 0;
    await inParallel(parallel, async () => {
      if (signal.aborted || this.buyersLeft === 0) return false;
      const token = this.newBuyer();
      const code = await this.buy(token, tries++ % this.edgeUrls.length);
      if (code !== "reserved" && code !== "processing") this.#tokens.push(token);
      if (pauseMs > 0) await pause(pauseMs, signal);
      return true;
    });
  }

  /** So many buyers who each buy, ask again with the same key, and try with another one. */
  async walk(buyers: number, parallel: number): Promise<void> {
    let done = 0;
    await inParallel(parallel, async () => {
      if (done >= buyers) return false;
      const at = done++;
      const token = this.newBuyer();
      const edges = this.edgeUrls.length;
      for (const [step, key] of ["first", "first", "second"].entries()) {
        await this.buy(token, (at + step) % edges, key);
      }
      return true;
    });
  }
}

/** Runs `work` again and again, `parallel` at a time, until each has said that it is done. */
async function inParallel(parallel: number, work: () => Promise<boolean>): Promise<void> {
  await Promise.all(Array.from({ length: parallel }, async () => {
    while (await work());
  }));
}
