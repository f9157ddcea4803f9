import type { Clock } from "../../shared/clock.ts";
import { MAX_REPORTED_SALES, type ProcessReport } from "../../shared/process_report.ts";
import { reservedAtOf } from "../ledger/waiting_message.ts";
import type { Recorded } from "../orders/record_message.ts";
import type { DeliveryHandler } from "../queue/order_queue.ts";

/** Sales that are counted apart; the one that was quiet longest gives way. */
const MAX_SALES = 1_024;

interface Written {
  orders: number;
  refused: number;
  lastAt: number;
}

/** What a worker counts and tells of itself. */
export class RecordingReport {
  /** When the ledger decided the messages in hand, ms; as many as there are shards. */
  readonly #inHand = new Set<{ reservedAt: number }>();
  /** At most `MAX_SALES`. */
  readonly #sales = new Map<number, Written>();
  readonly #startedAt: number;
  #messages = 0;
  #seq = 0;

  constructor(readonly processId: string, readonly clock: Clock) {
    this.#startedAt = clock();
  }

  /** The same handler, watched: what it has in hand is known. */
  watching(handler: DeliveryHandler): DeliveryHandler {
    return async (delivery) => {
      if (delivery.kind !== "orders") return await handler(delivery);
      const held = { reservedAt: reservedAtOf(delivery.content) };
      this.#inHand.add(held);
      try {
        await handler(delivery);
        this.#messages += 1;
      } finally {
        this.#inHand.delete(held);
      }
    };
  }

  /** Counts what became of a message. Message ids begin with the id of their sale. */
  recorded(messageId: string, recorded: Recorded): void {
    const saleId = Number.parseInt(messageId, 10);
    if (!(saleId > 0) || recorded.kind === "known" || recorded.kind === "parked") return;
    const { orders, refused } = recorded.kind === "written" ? recorded : recorded.split;
    const written = this.#of(saleId);
    written.orders += orders;
    written.refused += refused;
    written.lastAt = this.clock();
  }

  /** The report of this moment; sales that are on come first. */
  report(
    ready: boolean,
    salesVersion: number,
    isOn: (saleId: number) => boolean = () => false,
  ): ProcessReport {
    this.#seq += 1;
    const on = new Set([...this.#sales.keys()].filter(isOn));
    const rank = (saleId: number) => Number(on.has(saleId));
    const reservedAt = [...this.#inHand].map((held) => held.reservedAt).filter((at) => at > 0);
    return {
      processId: this.processId,
      seq: this.#seq,
      kind: "worker",
      sentAt: this.clock(),
      startedAt: this.#startedAt,
      ready,
      salesVersion,
      sales: [...this.#sales]
        .sort(([one, a], [other, b]) => rank(other) - rank(one) || b.lastAt - a.lastAt)
        .slice(0, MAX_REPORTED_SALES)
        .map(([saleId, { orders, refused }]) => ({ saleId, written: { orders, refused } })),
      recording: {
        messages: this.#messages,
        oldestReservedAt: reservedAt.length === 0 ? null : Math.min(...reservedAt),
      },
    };
  }

  #of(saleId: number): Written {
    const known = this.#sales.get(saleId);
    if (known) return known;
    if (this.#sales.size >= MAX_SALES) {
      const [quietest] = [...this.#sales].sort(([, a], [, b]) => a.lastAt - b.lastAt)[0]!;
      this.#sales.delete(quietest);
    }
    const written = { orders: 0, refused: 0, lastAt: this.clock() };
    this.#sales.set(saleId, written);
    return written;
  }
}
