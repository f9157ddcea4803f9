import type { Buffer } from "node:buffer";
import type { ConfirmChannel } from "amqplib";
import type { Clock } from "../../shared/clock.ts";
import type { PublishOutcome } from "./order_queue.ts";

/** Messages sent and not yet confirmed; more wait for room. About 20 MB at 20 KB each. */
const MAX_IN_FLIGHT = 1_024;

/** Calls that wait for room; further ones are answered at once, without sending. */
const MAX_WAITING = 256;

/** The parts of a confirm channel that publishing needs. */
export type PublishChannel = Pick<ConfirmChannel, "publish" | "on">;

/** A message as it goes to the broker. */
export interface OutboundFrame {
  /** Empty for the default exchange, where the routing key names a queue. */
  exchange: string;
  routingKey: string;
  type: string;
  messageId: string;
  content: Buffer;
  /** Travel beside the content. */
  headers?: Record<string, string>;
}

/** What a publisher works with. */
export interface PublisherSettings {
  /** Only differences count. */
  clock: Clock;
  /** A confirm that is this late means that the broker is in trouble: `isFlowing` turns false. */
  overdueMs: number;
  /** A confirm that is this late is not waited for any more: `onStuck` is called. */
  stuckMs: number;
  onStuck(): void;
}

/** A message that the broker has not answered yet. */
interface InFlight {
  call: PublishCall;
  index: number;
  sentAtMs: number;
  returned: boolean;
}

/**
 * Publishes over whatever confirm channel is attached and says of each message what the broker
 * said. Every sending has a number of its own (its correlation id), because the same message id
 * may be on its way twice: a return names the sending, not only the message.
 */
export class RabbitPublisher {
  readonly #settings: PublisherSettings;
  readonly #inFlight = new Map<number, InFlight>();
  readonly #waiting: (() => void)[] = [];
  #channel: PublishChannel | null = null;
  #backPressure = false;
  #held = false;
  /** When the broker last said that it takes messages again. */
  #releasedAtMs = -Infinity;
  #lastNumber = 0;
  #stuckTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: PublisherSettings) {
    this.#settings = settings;
  }

  /** Sends over this channel from now on. */
  attach(channel: PublishChannel): void {
    this.detach();
    this.#channel = channel;
    channel.on("return", (message) => {
      const sent = this.#inFlight.get(Number(message.properties.correlationId));
      if (sent) sent.returned = true;
    });
    channel.on("drain", () => {
      if (this.#channel === channel) this.#backPressure = false;
      this.#wake();
    });
  }

  /** The channel is gone: what is on its way stays unconfirmed. */
  detach(): void {
    this.#channel = null;
    this.#backPressure = false;
    this.#held = false;
    clearTimeout(this.#stuckTimer);
    this.#stuckTimer = undefined;
    for (const { call, index } of this.#inFlight.values()) call.settle(index, "unconfirmed");
    this.#inFlight.clear();
    this.#wake();
  }

  /**
   * The broker asks its publishers to wait. Confirms are late then because it said so: a connection
   * made anew would gain nothing, and would look fine until it had sent something.
   */
  hold(): void {
    this.#held = true;
  }

  /** The broker takes messages again, and gets its time to answer what has waited. */
  release(): void {
    this.#held = false;
    this.#releasedAtMs = this.#settings.clock();
  }

  /** True when there is a channel, the broker takes messages, and no confirm is overdue. */
  isFlowing(): boolean {
    if (!this.#channel || this.#held) return false;
    return this.#oldestMs() < this.#settings.overdueMs;
  }

  /** Sends all, in order, and waits at most `timeoutMs` for the outcomes. Never rejects. */
  publish(frames: OutboundFrame[], timeoutMs: number): Promise<PublishOutcome[]> {
    const call = new PublishCall(frames.length, timeoutMs);
    void this.#sendAll(frames, call);
    return call.outcomes;
  }

  async #sendAll(frames: OutboundFrame[], call: PublishCall): Promise<void> {
    for (const [index, frame] of frames.entries()) {
      while (this.#channel && !this.#hasRoom() && !call.over) {
        if (this.#waiting.length >= MAX_WAITING) return call.finish();
        await Promise.race([call.outcomes, new Promise<void>((run) => this.#waiting.push(run))]);
      }
      if (call.over) return;
      if (!this.#channel || !this.#send(this.#channel, frame, { call, index })) {
        for (let rest = index; rest < frames.length; rest += 1) call.settle(rest, "unconfirmed");
        return;
      }
    }
  }

  #hasRoom(): boolean {
    return !this.#backPressure && this.#inFlight.size < MAX_IN_FLIGHT;
  }

  /** False when the channel would not take it. */
  #send(
    channel: PublishChannel,
    frame: OutboundFrame,
    { call, index }: { call: PublishCall; index: number },
  ): boolean {
    const number = this.#lastNumber += 1;
    const { exchange, routingKey, messageId, type, content, headers } = frame;
    this.#inFlight.set(number, {
      call,
      index,
      sentAtMs: this.#settings.clock(),
      returned: false,
    });
    try {
      const room = channel.publish(
        exchange,
        routingKey,
        content,
        {
          persistent: true,
          mandatory: true,
          messageId,
          type,
          correlationId: String(number),
          ...(headers === undefined ? {} : { headers }),
        },
        (error: unknown) => this.#answered(number, error === null),
      );
      // False asks for a pause; this message is on its way all the same.
      if (!room) this.#backPressure = true;
    } catch {
      this.#inFlight.delete(number);
      return false;
    }
    this.#watch(this.#settings.stuckMs);
    return true;
  }

  #answered(number: number, taken: boolean): void {
    const sent = this.#inFlight.get(number);
    if (!sent) return;
    this.#inFlight.delete(number);
    const outcome = sent.returned ? "returned" : "confirmed";
    sent.call.settle(sent.index, taken ? outcome : "unconfirmed");
    if (this.#hasRoom()) this.#wake();
  }

  #wake(): void {
    for (const run of this.#waiting.splice(0)) run();
  }

  /** Age of the oldest message without an answer; a map keeps the order in which it was filled. */
  #oldestMs(): number {
    for (const { sentAtMs } of this.#inFlight.values()) return this.#settings.clock() - sentAtMs;
    return 0;
  }

  #watch(delayMs: number): void {
    if (this.#stuckTimer !== undefined) return;
    this.#stuckTimer = setTimeout(() => {
      this.#stuckTimer = undefined;
      if (this.#inFlight.size === 0) return;
      const { stuckMs, clock } = this.#settings;
      const waitedMs = Math.min(this.#oldestMs(), clock() - this.#releasedAtMs);
      if (this.#held) this.#watch(stuckMs);
      else if (waitedMs < stuckMs) this.#watch(stuckMs - waitedMs);
      else this.#settings.onStuck();
    }, delayMs);
  }
}

/** The outcomes of one call, complete when every message has one or the time is up. */
class PublishCall {
  readonly outcomes: Promise<PublishOutcome[]>;
  readonly #known: (PublishOutcome | undefined)[];
  readonly #resolve: (outcomes: PublishOutcome[]) => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #missing: number;
  #over = false;

  constructor(count: number, timeoutMs: number) {
    const { promise, resolve } = Promise.withResolvers<PublishOutcome[]>();
    this.outcomes = promise;
    this.#resolve = resolve;
    this.#known = new Array(count).fill(undefined);
    this.#missing = count;
    this.#timer = setTimeout(() => this.finish(), timeoutMs);
    if (count === 0) this.finish();
  }

  get over(): boolean {
    return this.#over;
  }

  settle(index: number, outcome: PublishOutcome): void {
    if (this.#over || this.#known[index] !== undefined) return;
    this.#known[index] = outcome;
    this.#missing -= 1;
    if (this.#missing === 0) this.finish();
  }

  finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#resolve(this.#known.map((outcome) => outcome ?? "unconfirmed"));
  }
}
