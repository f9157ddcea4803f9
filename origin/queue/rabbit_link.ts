import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { ConnectionState } from "../../shared/metrics/connection_states.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import { type BrokerAddress, type BrokerSession, openSession } from "./rabbit_broker.ts";

/** The first delay before connecting again; it doubles up to the last one, less up to a half. */
const BACKOFF_FIRST_MS = 100;
const BACKOFF_LAST_MS = 5_000;

/** A connection that lived this long was a good one: the next delay is the first one again. */
const STABLE_MS = 10_000;

/** Waiting for the broker's goodbye when a connection is dropped on purpose. */
const GOODBYE_MS = 1_000;

/** Thrown by what needs the broker while it is away. */
export class BrokerAwayError extends Error {
  override name = "BrokerAwayError";
}

/** What a link works with. */
export interface LinkSettings {
  broker: BrokerAddress;
  /** Shown in the broker's list of connections and in logs. */
  name: string;
  /** For connecting, and once more for `setUp`. */
  connectTimeoutMs: number;
  /** Only differences count. */
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  log: Log;
  /** Hears when the connection is there. */
  state: ConnectionState;
  /** Declares and opens what the connection is for; a rejection costs the connection. */
  setUp(session: BrokerSession): Promise<void>;
  /** Forgets everything that belonged to the connection. May come twice, or without a `setUp`. */
  tearDown(): void;
}

/**
 * Keeps one connection to the broker alive: connects, sets up, and begins again with growing,
 * jittered delays whenever it is lost, until it is closed. Connecting again never gives up, since
 * the process has nothing else to do; each try has a deadline.
 */
export class RabbitLink {
  readonly #settings: LinkSettings;
  readonly #first = Promise.withResolvers<void>();
  #session: BrokerSession | null = null;
  #lastError = "not connected yet";
  #closing = false;
  #endPause: () => void = () => {};
  #connecting: AbortController | null = null;
  #loop: Promise<void> | null = null;

  constructor(settings: LinkSettings) {
    this.#settings = settings;
    this.#first.promise.catch(() => {});
  }

  /** Begins to connect in the background. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** Waits until it was set up once. @throws {BrokerAwayError} after `timeoutMs`; it goes on. */
  async whenReady(timeoutMs: number): Promise<void> {
    try {
      await withDeadline(this.#first.promise, timeoutMs, "waiting for the broker");
    } catch {
      throw new BrokerAwayError(
        `Cannot reach ${this.#settings.broker.label} within ${timeoutMs} ms: ${this.#lastError}`,
      );
    }
  }

  /** Drops the connection, if there is one, and connects again. */
  restart(reason: string): void {
    this.#lastError = reason;
    this.#settings.log.warn("{name}: dropping the connection: {reason}", {
      name: this.#settings.name,
      reason,
    });
    this.#settings.tearDown();
    void this.#session?.close(GOODBYE_MS);
  }

  /** Ends the connection and the trying. Takes at most `timeoutMs` and a second. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    this.#first.reject(new BrokerAwayError("closed"));
    this.#endPause();
    this.#connecting?.abort();
    await this.#session?.close(timeoutMs);
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, random, log, name, state } = this.#settings;
    state.closed();
    for (let attempt = 0; !this.#closing; attempt += 1) {
      const startedAt = clock();
      const reason = await this.#live();
      if (this.#closing) return;
      this.#lastError = reason;
      if (clock() - startedAt >= STABLE_MS) attempt = 0;
      const delayMs = Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 16), BACKOFF_LAST_MS) *
        (1 - random() / 2);
      log.warn("{name}: no connection: {reason}; next try in {delayMs} ms", {
        name,
        reason,
        delayMs: Math.round(delayMs),
      });
      await this.#pause(delayMs);
    }
  }

  /** One connection from beginning to end; returns why it ended. */
  async #live(): Promise<string> {
    const { broker, name, connectTimeoutMs, log } = this.#settings;
    const connecting = this.#connecting = new AbortController();
    let session: BrokerSession;
    try {
      session = await openSession(broker, name, connectTimeoutMs, connecting);
    } catch (error) {
      return messageOf(error);
    } finally {
      this.#connecting = null;
    }
    this.#session = session;
    try {
      if (this.#closing) return "closed";
      await withDeadline(this.#settings.setUp(session), connectTimeoutMs, "setting up");
      log.info("{name}: connected to {broker}", { name, broker: broker.label });
      this.#settings.state.opened();
      this.#first.resolve();
      return await session.ended;
    } catch (error) {
      return messageOf(error);
    } finally {
      this.#session = null;
      this.#settings.state.closed();
      this.#settings.tearDown();
      await session.close(GOODBYE_MS);
    }
  }

  #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, delayMs);
    this.#endPause = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
