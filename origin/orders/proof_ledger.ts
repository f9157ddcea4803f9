import type { ItemEpoch } from "../../shared/item.ts";
import type { Reservation, StockLedger } from "../ledger/stock_ledger.ts";

/** The ledger cannot be read: a proof without it would prove nothing. */
export class LedgerAwayError extends Error {
  override name = "LedgerAwayError";
}

/** What a proof reads of the ledger. */
export type ProvenLedger = Pick<
  StockLedger,
  "isUp" | "readStock" | "findReservations" | "listReservations"
>;

/** What to say of an item whose ledger is not open. */
export function closedLedger({ item }: Pick<ItemEpoch, "item">): LedgerAwayError {
  return new LedgerAwayError(`The ledger of item ${item} is closed: it is being recovered`);
}

/** A ledger whose only failure is `LedgerAwayError`: away, or closed under the reader. */
export class ReadableLedger {
  constructor(readonly ledger: ProvenLedger) {}

  /** Pieces left per item, −1 for unlimited. @throws {LedgerAwayError} */
  async readStock(items: ItemEpoch[]): Promise<number[]> {
    if (items.length === 0) return [];
    const stock = await this.#ask(() => this.ledger.readStock(items));
    return items.map((item, at) => {
      const left = stock[at] ?? null;
      if (left === null) throw closedLedger(item);
      return left;
    });
  }

  /** The reservations of users, null where there is none. @throws {LedgerAwayError} */
  async findReservations(item: ItemEpoch, userIds: string[]): Promise<(Reservation | null)[]> {
    const found = await this.#ask(() => this.ledger.findReservations(item, userIds));
    if (found === "closed") throw closedLedger(item);
    return found;
  }

  /** A page of all reservations. @throws {LedgerAwayError} */
  async listReservations(
    item: ItemEpoch,
    cursor: string,
    limit: number,
  ): Promise<{ cursor: string; reservations: Reservation[] }> {
    const found = await this.#ask(() => this.ledger.listReservations(item, cursor, limit));
    if (found === "closed") throw closedLedger(item);
    return found;
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    if (!this.ledger.isUp()) throw new LedgerAwayError("The ledger is away");
    try {
      return await work();
    } catch (error) {
      throw new LedgerAwayError("The ledger does not answer", { cause: error });
    }
  }
}
