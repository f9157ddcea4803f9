import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type { Reservation } from "../ledger/stock_ledger.ts";
import type { ItemState, OrderBook } from "../orders/order_book.ts";
import type { ProvenLedger } from "../orders/proof_ledger.ts";

/** What a rebuilt ledger is read from. */
export type RebuildingBook = Pick<OrderBook, "readItems" | "listReservations">;

/**
 * The ledger of a sale that is so long over that nobody opens its items any more, as a recovery would
 * build it from the order book: every live order holds its pieces, the rest is left. The proof of
 * such a sale holds the order book against itself, and says so.
 */
export class RebuiltLedger implements ProvenLedger {
  constructor(readonly book: RebuildingBook) {}

  isUp(): boolean {
    return true;
  }

  async readStock(items: ItemEpoch[]): Promise<(number | null)[]> {
    const states = await this.book.readItems(items.map(({ item }) => item));
    return states.map((state) =>
      state === null ? null : state.stock < 0 ? -1 : state.stock - state.sold
    );
  }

  /** Asked only for live orders that the listing did not have: they came behind it. */
  findReservations(_item: ItemEpoch, userIds: string[]): Promise<(Reservation | null)[]> {
    return Promise.resolve(userIds.map(() => null));
  }

  async listReservations(
    item: ItemEpoch,
    cursor: string,
    limit: number,
  ): Promise<{ cursor: string; reservations: Reservation[] }> {
    const after = cursor === "0" ? "" : cursor.slice(CURSOR_MARK.length);
    const reservations = await this.book.listReservations(item, after, limit);
    const last = reservations.length === limit ? reservations.at(-1) : undefined;
    return { cursor: last ? CURSOR_MARK + last.userId : "0", reservations };
  }
}

const CURSOR_MARK = "after:";

/** The states of items as a proof wants them: those that nobody opens count as open. */
export async function readAsOpen(
  book: RebuildingBook,
  items: ItemKey[],
): Promise<(ItemState | null)[]> {
  const states = await book.readItems(items);
  return states.map((state) => state && { ...state, openEpoch: Math.max(1, state.epoch) });
}
