import { BookShop, type OpenDatabase } from "../../orders/testing/book_shop.ts";
import { SqlAuditBook } from "../sql_audit_book.ts";
import { SqlOperatorBook } from "../sql_operator_book.ts";

/** Operators and the audit log in a test database, and names that no other test uses. */
export class OperatorShop {
  readonly operators: SqlOperatorBook;
  readonly audit: SqlAuditBook;
  readonly #mark = crypto.randomUUID().slice(0, 8);
  #names = 0;

  private constructor(readonly shop: BookShop) {
    this.operators = new SqlOperatorBook(shop.database, () => shop.now);
    this.audit = new SqlAuditBook(shop.database, () => shop.now);
  }

  /** Runs `work` and closes the database whatever happens. */
  static with(open: OpenDatabase, work: (shop: OperatorShop) => Promise<void>): Promise<void> {
    return BookShop.with(open, (shop) => work(new OperatorShop(shop)));
  }

  /** Another name with each call. */
  readonly name = (prefix = "Op"): string => {
    this.#names += 1;
    return `${prefix}-${this.#mark}-${this.#names}`;
  };

  /** An operator of his own. */
  async operator(role: "viewer" | "operator" | "admin" = "operator") {
    const made = await this.operators.create({ name: this.name(), role, passwordHash: "$x" });
    if (made.kind !== "done") throw new Error(`no operator: ${made.kind}`);
    return made.operator;
  }

  /** A hash that no other session has. */
  readonly token = (): string => {
    this.#names += 1;
    return `${this.#mark}${String(this.#names).padStart(56, "0")}`;
  };
}
