import { createHmac } from "node:crypto";
import type { Stage } from "./drill.ts";

/** How long one call of the race may take. */
const CALL_TIMEOUT_MS = 10_000;

/** Tries of a notification that was not taken, and the pause between two. */
const MAX_TRIES = 8;
const RETRY_MS = 250;

/** What a payment races against. */
export type Rival = "deadline" | "buyer";

/** A reservation that has to be paid by a time. */
export interface RacedOrder {
  id: number;
  ticket: string;
  user_id: string;
  pay_by: number;
  amount: number;
  currency: string;
}

/** What pays and cancels at the edge, as a payment provider and as buyers. */
export class RaceHand {
  readonly #edgeUrl: string;
  readonly #webhookKey: string;

  constructor(stage: Stage) {
    this.#edgeUrl = stage.system.edgeUrls[0] ?? "";
    // Two keys may be in force while one is replaced; either will do.
    this.#webhookKey = (stage.part("edge").spec.env.PAYMENT_WEBHOOK_KEY ?? "").split(",")[0] ?? "";
  }

  /** Tells of a captured payment until it is taken, as providers do. Returns the last status. */
  async pay({ ticket, amount, currency }: RacedOrder, rival: Rival): Promise<number> {
    const text = JSON.stringify({
      eventId: `${rival}-${ticket}`,
      type: "payment.succeeded",
      ticket,
      paymentId: `race-pay-${ticket}`,
      amount,
      currency,
    });
    let status = 0;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const time = Math.floor(Date.now() / 1_000);
      const mac = createHmac("sha256", this.#webhookKey).update(`${time}.${text}`).digest("hex");
      status = await this.#post("/api/payments/webhook", {
        "dropgate-signature": `t=${time},v1=${mac}`,
      }, text);
      if (status !== 0 && status < 500) return status;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return status;
  }

  /** Signs a buyer in, so that the cancel itself is one call. Returns the session's token. */
  async signIn(userId: string): Promise<string> {
    const response = await fetch(`${this.#edgeUrl}/dev/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ userId }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const { token } = await response.json() as { token?: string };
    return token ?? "";
  }

  /** The buyer's own cancel. Returns the status. */
  cancel(token: string, ticket: string): Promise<number> {
    return this.#post(`/api/orders/${ticket}/cancel`, { authorization: `Bearer ${token}` }, null);
  }

  async #post(path: string, headers: Record<string, string>, text: string | null): Promise<number> {
    try {
      const response = await fetch(this.#edgeUrl + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: text,
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  }
}

/** How the raced orders and their payments ended. */
export interface RaceEnd {
  /** Order by ticket: its status and why. */
  status: string;
  reason: string | null;
  /** The payment's state; null when it is not in the record. */
  state: string | null;
  races: number;
}

/** Counts raced orders by how they ended. */
export function raceEnds(stage: Stage): Promise<RaceEnd[]> {
  return stage.probe.sql<RaceEnd>(
    `SELECT o.status, o.reason, p.state, COUNT(*) AS races
       FROM orders o LEFT JOIN payment p ON p.ticket = o.ticket
      GROUP BY o.status, o.reason, p.state`,
  );
}

/** Share of races against the deadline that payments won since a time; null without any race. */
export async function paymentsShare(stage: Stage, sinceMs: number): Promise<number | null> {
  const rows = await stage.probe.sql<{ state: string; races: number }>(
    `SELECT state, COUNT(*) AS races FROM payment
      WHERE event_id LIKE 'deadline-%' AND created_at >= ? GROUP BY state`,
    [sinceMs],
  );
  const all = rows.reduce((sum, { races }) => sum + Number(races), 0);
  const won = rows.find(({ state }) => state === "applied")?.races ?? 0;
  return all === 0 ? null : Number(won) / all;
}

/** True for an end that is fair to both sides: paid and taken, or money on its way back. */
export function isFair({ status, state }: RaceEnd): boolean {
  if (status === "paid") return state === "applied";
  if (status === "refund_due") return state === "refund_due";
  return status === "refunded" && state === "refunded";
}
