import { createHmac } from "node:crypto";
import type { CrowdCaller, Heard } from "./crowd_call.ts";
import type { CrowdPlan } from "./crowd_plan.ts";
import type { RecordKind } from "./crowd_record.ts";

/** Pause before a second try, when the answer names none; later ones are longer. */
const RETRY_FROM_MS = 300;
const RETRY_TO_MS = 1_000;
/** How much longer each pause is than the one before: a crowd that hammers is no fault to test. */
const RETRY_GROWTH = 1.4;
/** Longest pause, and longest that an answer's `Retry-After` is believed. */
const RETRY_MAX_MS = 5_000;
/** Longest pause of a winner before the next step. */
const THINKING_MS = 2_000;
/** Looks at an order that is on its way. */
const POLL_EVERY_MS = 500;

/** What buyers share. */
export interface CrowdParts {
  plan: CrowdPlan;
  caller: CrowdCaller;
  random: () => number;
  /** Waits; once the crowd ends, waits that nobody needs are cut short. */
  pause(ms: number, needed: boolean): Promise<void>;
  /** True from the moment when buyers under way must give up. */
  isOver(): boolean;
}

/** One simulated buyer, from signing in to paying. */
export class CrowdBuyer {
  readonly #startedAt = performance.now();
  #token = "";
  /** Tries in a row that led to nothing. */
  #failures = 0;

  constructor(readonly parts: CrowdParts, readonly user: string) {}

  async run(): Promise<void> {
    if (!await this.#signIn()) return this.#giveUp("login");
    const key = `k-${this.user}`;
    const heard = await this.#decided("buy", key);
    if (heard === null) return this.#giveUp(key);
    if (heard.ticket === undefined || !["reserved", "processing"].includes(heard.code)) return;
    await this.#afterWinning(key, heard.ticket, heard.code);
  }

  async #afterWinning(key: string, ticket: string, code: string): Promise<void> {
    const { plan, random } = this.parts;
    // The dice are thrown in one place, so that the same seed gives the same buyers.
    const dice = { repeat: random(), again: random(), end: random(), twice: random() };
    if (code === "processing" && !await this.#written(ticket)) return;
    if (dice.repeat < plan.repeating) {
      await this.#think();
      await this.#decided("repeat", key);
    }
    if (dice.again < plan.tryingAgain) await this.#decided("other_key", `${key}-again`);
    await this.#think();
    if (dice.end < plan.paying) {
      await this.#pay(ticket);
      // Providers tell the same thing again.
      if (dice.twice < 0.2) await this.#pay(ticket);
      await this.#poll(ticket);
    } else if (dice.end < plan.paying + plan.cancelling) {
      await this.#cancel(ticket);
    } else if (dice.twice < 0.2) {
      await this.#poll(ticket);
    }
  }

  async #signIn(): Promise<boolean> {
    const text = JSON.stringify({ userId: this.user });
    while (true) {
      const heard = await this.parts.caller.call(
        { user: this.user, kind: "login" },
        { method: "POST", path: "/dev/login", text },
      );
      this.#token = heard.token ?? "";
      if (heard.status === 200) return true;
      if (!await this.#again(heard)) return false;
    }
  }

  /** Buys until the answer is a decision; null when patience ran out. */
  async #decided(kind: RecordKind, key: string): Promise<Heard | null> {
    const { plan, caller } = this.parts;
    const text = JSON.stringify({ productId: plan.productId });
    while (true) {
      const heard = await caller.call({ user: this.user, kind, key }, {
        method: "POST",
        path: `/api/sales/${plan.saleId}/buy`,
        token: this.#token,
        headers: { "idempotency-key": key },
        text,
      });
      if (isDecision(heard)) {
        this.#failures = 0;
        return heard;
      }
      if (!await this.#again(heard)) return null;
    }
  }

  /** Looks until an order that is on its way is written, or refused. */
  async #written(ticket: string): Promise<boolean> {
    while (true) {
      const heard = await this.#poll(ticket);
      if (heard.status === 200 && heard.code !== "processing") return heard.code === "unpaid";
      if (!await this.#again({ ...heard, retryAfterMs: POLL_EVERY_MS })) return false;
    }
  }

  #poll(ticket: string): Promise<Heard> {
    return this.parts.caller.call({ user: this.user, kind: "poll", ticket }, {
      method: "GET",
      path: `/api/orders/${ticket}`,
      token: this.#token,
    });
  }

  /** Tells of a payment as its provider would: until it is taken, or refused for good. */
  async #pay(ticket: string): Promise<void> {
    const { plan, caller } = this.parts;
    const ids = { eventId: `ev-${ticket}`, paymentId: `pay-${ticket}` };
    const amount = plan.price;
    const text = JSON.stringify({
      ...ids,
      type: "payment.succeeded",
      ticket,
      amount,
      currency: plan.currency,
    });
    while (true) {
      const time = Math.floor(Date.now() / 1_000);
      const mac = createHmac("sha256", plan.webhookKey).update(`${time}.${text}`).digest("hex");
      const heard = await caller.call({ user: this.user, kind: "pay", ticket, ...ids, amount }, {
        method: "POST",
        path: "/api/payments/webhook",
        headers: { "dropgate-signature": `t=${time},v1=${mac}` },
        text,
      });
      if (heard.status !== 0 && heard.status < 500) return;
      if (!await this.#again(heard)) return;
    }
  }

  async #cancel(ticket: string): Promise<void> {
    while (true) {
      const heard = await this.parts.caller.call({ user: this.user, kind: "cancel", ticket }, {
        method: "POST",
        path: `/api/orders/${ticket}/cancel`,
        token: this.#token,
      });
      if (heard.status !== 0 && heard.status < 500) return;
      if (!await this.#again(heard)) return;
    }
  }

  /** Waits before another try; false when patience is over. */
  async #again({ retryAfterMs }: Heard): Promise<boolean> {
    const { plan, random, pause, isOver } = this.parts;
    if (isOver() || performance.now() - this.#startedAt > plan.patienceMs) return false;
    const jittered = RETRY_FROM_MS + random() * (RETRY_TO_MS - RETRY_FROM_MS);
    const grownMs = jittered * RETRY_GROWTH ** Math.min(this.#failures, 10);
    this.#failures += 1;
    await pause(Math.min(RETRY_MAX_MS, Math.max(grownMs, retryAfterMs)), true);
    return !isOver();
  }

  #think(): Promise<void> {
    return this.parts.pause(this.parts.random() * THINKING_MS, false);
  }

  #giveUp(key: string): void {
    const { user } = this;
    const none = { at: Date.now(), ms: 0, lateMs: 0, status: 0, code: "gave_up" };
    this.parts.caller.record.add({ ...none, user, key, kind: "gave_up" });
  }
}

/** True when asking again with the same key would not help. */
export function isDecision({ status, code }: Pick<Heard, "status" | "code">): boolean {
  if (status === 0 || status >= 500) return false;
  return status !== 429 && status !== 428 && code !== "paused";
}
