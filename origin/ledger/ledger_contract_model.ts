import type { ItemEpoch } from "../../shared/item.ts";
import { SEQ_PER_EPOCH } from "../../shared/ticket.ts";
import type { ReleaseOutcome, ReserveRequest, StockChangeOutcome } from "./stock_ledger.ts";

/** One step of a random history. */
export type Step =
  | { kind: "reserve"; isOther: boolean; requests: ReserveRequest[] }
  | { kind: "release"; userId: string; restock: boolean; stale: boolean }
  | { kind: "adjust"; changeId: string; delta: number }
  | { kind: "pause"; paused: boolean };

interface ModelHolder {
  seq: number;
  quantity: number;
  requestId: string;
  live: boolean;
}

/** The passes that made a reservation, of a sale with one item or several. */
export type SpentPasses = Set<string>;

/** What a ledger is, without servers, transactions, time or speed. */
export class LedgerModel {
  readonly holders = new Map<string, ModelHolder>();
  readonly #changes = new Map<string, StockChangeOutcome>();
  #seq: number;
  #paused = false;
  /** How often the terms were changed. */
  version = 0;
  /** Pieces that an operator has put on sale; −1 is unlimited. */
  putOnSale: number;
  /** Pieces whose reservation was dropped without giving them back. */
  dropped = 0;

  constructor(
    life: ItemEpoch,
    public stock: number,
    readonly limit: number,
    readonly spent: SpentPasses,
  ) {
    this.#seq = life.epoch * SEQ_PER_EPOCH;
    this.putOnSale = stock;
  }

  pause(paused: boolean): void {
    this.version += 1;
    this.#paused = paused;
  }

  reserve(requests: ReserveRequest[]): object[] {
    return requests.map((request) => this.#one(request));
  }

  #one({ userId, requestId, quantity, lookupOnly, pass }: ReserveRequest): object {
    const held = this.holders.get(userId);
    if (held?.requestId === requestId) {
      const { seq } = held;
      if (held.quantity !== quantity) return { kind: "idempotency_mismatch", seq };
      if (!held.live) return { kind: "order_ended", seq };
      return { kind: "reserved", seq, quantity, repeat: true };
    }
    if (lookupOnly && !held?.live) return { kind: "unknown_buyer" };
    if (this.#paused) return { kind: "paused" };
    if (held?.live) return { kind: "already_bought", seq: held.seq };
    if (quantity > this.limit) return { kind: "over_limit" };
    if (this.stock !== -1 && this.stock < quantity) return { kind: "sold_out" };
    if (pass && this.spent.has(pass.passId)) return { kind: "captcha_required" };
    if (pass) this.spent.add(pass.passId);
    if (this.stock !== -1) this.stock -= quantity;
    this.#seq += 1;
    this.holders.set(userId, { seq: this.#seq, quantity, requestId, live: true });
    return { kind: "reserved", seq: this.#seq, quantity, repeat: false };
  }

  release(userId: string, seq: number, restock: boolean): ReleaseOutcome {
    const held = this.holders.get(userId);
    if (!held?.live || held.seq !== seq) return "not_held";
    held.live = false;
    if (!restock) this.dropped += held.quantity;
    else if (this.stock !== -1) this.stock += held.quantity;
    return "released";
  }

  adjust(changeId: string, delta: number): StockChangeOutcome {
    const known = this.#changes.get(changeId);
    if (known) return known;
    const applies = this.stock !== -1 && this.stock + delta >= 0;
    if (applies) {
      this.stock += delta;
      this.putOnSale += delta;
    }
    this.#changes.set(changeId, applies ? "applied" : "refused");
    return applies ? "applied" : "refused";
  }
}
