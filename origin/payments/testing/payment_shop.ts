import { assertEquals } from "@std/assert";
import type { ItemKey } from "../../../shared/item.ts";
import type { Database } from "../../database/database.ts";
import { batchOf, BookShop, type OpenDatabase, ticketsIn } from "../../orders/testing/book_shop.ts";
import type { PaymentNotice } from "../payment_book.ts";
import { SqlPaymentBook } from "../sql_payment_book.ts";

/** What one piece costs in a `BookShop`. */
export const PRICE = 19_900;

/** A shop whose orders are paid. */
export class PaymentShop {
  readonly payments: SqlPaymentBook;

  constructor(readonly shop: BookShop) {
    this.payments = this.bookOn(shop.database);
  }

  /** Runs `work` in a shop and closes its database whatever happens. */
  static async with(open: OpenDatabase, work: (shop: PaymentShop) => Promise<void>): Promise<void> {
    await BookShop.with(open, (shop) => work(new PaymentShop(shop)));
  }

  /** A payment book on another connection to the same tables. */
  bookOn(database: Database): SqlPaymentBook {
    return new SqlPaymentBook(database, () => this.shop.now);
  }

  /** An item of 10 pieces and one unpaid order of it. */
  async ordered(user = "ann", quantity = 1): Promise<{ item: ItemKey; ticket: string }> {
    const item = await this.shop.item(10);
    const message = batchOf(item, [user], { quantity });
    await this.shop.write(message);
    return { item, ticket: ticketsIn(message)[0]! };
  }

  /** Status and reason of a ticket's row, or null. */
  async order(ticket: string): Promise<[string, string | null] | null> {
    const [row] = await this.shop.book.findOrders([ticket]);
    return row ? [row.status, row.reason] : null;
  }

  /** The states of a ticket's payments, oldest first. */
  async states(ticket: string): Promise<string[]> {
    return (await this.payments.paymentsOf([ticket])).map(({ state }) => state);
  }

  /** Holds the whole of a ticket's end against what it must be. */
  async expect(ticket: string, status: string | null, payments: string[]): Promise<void> {
    assertEquals([(await this.order(ticket))?.[0] ?? null, await this.states(ticket)], [
      status,
      payments,
    ]);
  }
}

/** A notice of a ticket's own payment; `name` tells payments of one ticket apart. */
export function noticeOf(
  ticket: string,
  name = "a",
  changes: Partial<PaymentNotice> = {},
): PaymentNotice {
  return {
    eventId: `event-${name}-${ticket}`,
    paymentId: `payment-${name}-${ticket}`,
    ticket,
    amount: PRICE,
    currency: "EUR",
    ...changes,
  };
}
