import { logOf } from "../../../shared/log.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { answerTests } from "../answer_tests.ts";
import { tellShop } from "../tell_shop.ts";

/** What a shop was sent. */
interface Sent {
  // deno-lint-ignore no-explicit-any -- whatever was sent
  body: any;
  signature: string;
}

/** An origin and what a worker does for it, with a shop that answers as it is told, without HTTP. */
export class FailingShop implements AsyncDisposable {
  answer = 200;
  readonly requests: Sent[] = [];
  #sales = 0;

  private constructor(readonly origin: OriginFixture) {}

  static async open(): Promise<FailingShop> {
    return new FailingShop(await OriginFixture.open());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.origin[Symbol.asyncDispose]();
  }

  /** These users buy something new. */
  async sell(users: string[]): Promise<void> {
    const { saleId, productId } = await this.origin.openSale({ stock: 1_000 });
    this.#sales += 1;
    const key = `key-${this.#sales}`;
    for (let at = 0; at < users.length; at += 500) {
      const some = users.slice(at, at + 500);
      await this.origin.buy(
        ...some.map((user): [number, number, string, number, string, 0] => [
          ...[saleId, productId] as const,
          user,
          1,
          key,
          0,
        ]),
      );
    }
    await this.origin.drain();
  }

  /** A worker's round. */
  tell(): Promise<number> {
    return tellShop({ ...this.#parts(), log: logOf("test"), random: () => 0 });
  }

  /** Something is sold, and the shop wants to hear nothing of it. */
  async giveUp(users: string[]): Promise<void> {
    await this.sell(users);
    this.answer = 410;
    await this.tell();
  }

  /** A worker's round of tests. */
  answerTests(): Promise<void> {
    return answerTests(this.#parts());
  }

  #parts() {
    return {
      book: this.origin.webhook,
      webhook: { url: "http://127.0.0.1/hooks?key=hidden", keys: ["key-of-the-shop-0123456789"] },
      clock: () => this.origin.now,
      signal: new AbortController().signal,
      fetch: async (request: Request) => {
        const signature = request.headers.get("dropgate-signature") ?? "";
        this.requests.push({ body: await request.json(), signature });
        return new Response(null, { status: this.answer });
      },
    };
  }
}
