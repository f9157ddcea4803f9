import { DatabaseSync } from "node:sqlite";
import { createConnection } from "mysql2/promise";
import { withDeadline } from "../../shutdown.ts";
import type { BenchSale } from "./sale_setup.ts";

/** A row of the order book as the database has it. */
export interface OrderRow {
  ticket: string;
  user_id: string;
  status: string;
}

/** Where the rows can be read without asking the system under test. */
export interface RowSource {
  mysqlUrl?: string;
  /** The database file of the embedded profile. */
  databaseFile?: string;
}

/** Rows per statement. */
const PAGE = 20_000;

const QUERY_TIMEOUT_MS = 60_000;

/** All rows of a sale's item, or null when no database is known. */
export async function readRows(source: RowSource, sale: BenchSale): Promise<OrderRow[] | null> {
  if (source.mysqlUrl !== undefined) return await readMysql(source.mysqlUrl, sale);
  if (source.databaseFile !== undefined) return readSqlite(source.databaseFile, sale);
  return null;
}

/** Read-only, beside the process that owns the file: WAL lets readers in. */
function readSqlite(file: string, sale: BenchSale): OrderRow[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const prefix = `${sale.saleId}-${sale.productId}`;
    // "." follows "-" in ASCII: the range holds exactly the tickets with this prefix.
    return db.prepare(
      "SELECT ticket, user_id, status FROM orders WHERE ticket >= ? AND ticket < ?",
    ).all(`${prefix}-`, `${prefix}.`) as unknown as OrderRow[];
  } finally {
    db.close();
  }
}

async function readMysql(url: string, sale: BenchSale): Promise<OrderRow[]> {
  const connection = await createConnection({ uri: url, connectTimeout: 10_000 });
  try {
    const rows: OrderRow[] = [];
    let after = "";
    for (;;) {
      const [page] = await withDeadline(
        connection.query(
          "SELECT ticket, user_id, status FROM orders WHERE ticket LIKE ? AND ticket > ? " +
            "ORDER BY ticket LIMIT ?",
          [`${sale.saleId}-${sale.productId}-%`, after, PAGE],
        ),
        QUERY_TIMEOUT_MS,
        "reading the orders",
      );
      const found = page as OrderRow[];
      rows.push(...found);
      if (found.length < PAGE) return rows;
      after = found[found.length - 1]!.ticket;
    }
  } finally {
    connection.destroy();
  }
}
