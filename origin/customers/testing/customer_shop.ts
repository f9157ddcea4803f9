import { BookShop, type OpenDatabase } from "../../orders/testing/book_shop.ts";
import { SqlCustomerBook } from "../sql_customer_book.ts";

/** A customer book in a test database, and names that no other test uses. */
export class CustomerShop {
  readonly customers: SqlCustomerBook;
  readonly #mark = crypto.randomUUID().slice(0, 8);
  #names = 0;

  private constructor(readonly shop: BookShop) {
    this.customers = new SqlCustomerBook(shop.database, () => shop.now);
  }

  /** Runs `work` and closes the database whatever happens. */
  static with(open: OpenDatabase, work: (shop: CustomerShop) => Promise<void>): Promise<void> {
    return BookShop.with(open, (shop) => work(new CustomerShop(shop)));
  }

  /** Another user with each call, in the order of ids. */
  readonly user = (prefix = "user"): string => {
    this.#names += 1;
    return `${prefix}-${this.#mark}-${String(this.#names).padStart(4, "0")}`;
  };

  /** Another network with each call. */
  readonly cidr = (): string => {
    this.#names += 1;
    const [high, low] = [this.#mark.slice(0, 4), this.#mark.slice(4)];
    return `2001:${high}:${low}:${this.#names.toString(16)}::/64`;
  };
}
