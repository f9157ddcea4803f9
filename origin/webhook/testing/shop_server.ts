import { isSignedWebhook } from "../../payments/webhook_signature.ts";
import type { OrderEventView } from "../../feed/event_view.ts";

/** What the shop was sent. */
export interface Received {
  deliveryId: string;
  body: { deliveryId: string; events: OrderEventView[] };
  signature: string;
  /** True when it was signed with that key, lately. */
  isSignedWith(key: string, nowMs: number): boolean;
}

/** How the shop answers next: a status, or not before it is told to. */
export type ShopAnswer = number | Promise<number>;

/** A shop on a port of its own that takes deliveries; close it at the end. */
export class ShopServer implements AsyncDisposable {
  readonly received: Received[] = [];
  /** Answers in this order, then 200. */
  readonly answers: ShopAnswer[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#take(request));
  }

  static open(): ShopServer {
    return new ShopServer();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/hooks/orders?shop=1`;
  }

  /** The types of all events that came, delivery by delivery. */
  get types(): string[][] {
    return this.received.map(({ body }) => body.events.map(({ type }) => type));
  }

  /** Who is concerned by all events that came, in their order. */
  get users(): string[] {
    return this.received.flatMap(({ body }) => body.events.map(({ order }) => order.userId));
  }

  /** Waits until so many deliveries have come. @throws after 10 s */
  async arrived(count: number): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (this.received.length < count) {
      if (performance.now() > deadline) throw new Error(`Only ${this.received.length} came`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #take(request: Request): Promise<Response> {
    const raw = await request.bytes();
    const signature = request.headers.get("dropgate-signature") ?? "";
    this.received.push({
      deliveryId: request.headers.get("dropgate-delivery") ?? "",
      body: JSON.parse(new TextDecoder().decode(raw)),
      signature,
      isSignedWith: (key, nowMs) => isSignedWebhook(signature, raw, [key], nowMs),
    });
    const status = await (this.answers.shift() ?? 200);
    // Far more than anybody should read.
    const headers = status === 302 ? { location: "/elsewhere" } : undefined;
    return new Response(status === 204 ? null : "x".repeat(300_000), {
      status,
      ...(headers ? { headers } : {}),
    });
  }
}
