import type { Clock } from "../../shared/clock.ts";
import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import { type Database, DatabaseError, type SqlRow } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import type { OrderRecord } from "../orders/order_book.ts";
import type { Proof } from "../orders/proof.ts";
import type { BundleOutcome, ProofKeyEntry, TicketEnd } from "./proof_book.ts";

const MAX_KEYS = 1_000;
const MAX_SEQS = 10_000;

/** `ProofBook.keptProof`: that of the last bundle, which the clean-up made before it began. */
export async function keptProof(database: Database, saleId: number): Promise<Proof | null> {
  const [row] = await database.query<{ summary: string }>(
    `SELECT b.summary FROM proof_bundle b JOIN sale s ON s.id = b.sale_id
      WHERE b.sale_id = ? AND b.state = 'done' AND b.is_final = 1 AND s.cleaned_at IS NOT NULL
      ORDER BY b.id DESC LIMIT 1`,
    [saleId],
  );
  return row ? (JSON.parse(row.summary) as BundleOutcome).proof : null;
}

/** `ProofBook.addKey`. */
export async function addKey(database: Database, clock: Clock, publicKey: string): Promise<void> {
  const known = await database.query("SELECT 1 FROM proof_key WHERE public_key = ?", [publicKey]);
  if (known.length > 0) return;
  try {
    await database.execute(
      "INSERT INTO proof_key (public_key, created_at) VALUES (?, ?)",
      [publicKey, clock()],
    );
  } catch (error) {
    // Another origin was faster.
    if (!(error instanceof DatabaseError) || error.fault !== "duplicate") throw error;
  }
}

/** `ProofBook.keys`. */
export async function listKeys(database: Database): Promise<ProofKeyEntry[]> {
  const rows = await database.query<{ public_key: string; created_at: number }>(
    `SELECT public_key, created_at FROM proof_key ORDER BY created_at, public_key LIMIT ${MAX_KEYS}`,
  );
  return rows.map((row) => ({ publicKey: row.public_key, createdAt: row.created_at }));
}

/** `ProofBook.countTickets`. */
export async function countTickets(database: Database, saleId: number): Promise<number> {
  const [row] = await database.query<{ total: number }>(
    "SELECT COUNT(*) AS total FROM orders WHERE sale_id = ?",
    [saleId],
  );
  return row?.total ?? 0;
}

/** `ProofBook.listSeqs`. */
export async function listSeqs(
  database: Database,
  item: ItemKey,
  afterId: number,
  limit: number,
): Promise<[id: number, seq: number][]> {
  const { saleId, productId } = parseItemKey(item);
  const rows = await database.query<{ id: number; seq: number }>(
    `SELECT id, seq FROM orders WHERE sale_id = ? AND product_id = ? AND id > ?
      ORDER BY id LIMIT ?`,
    [saleId, productId, afterId, Math.min(Math.max(1, Math.trunc(limit)), MAX_SEQS)],
  );
  return rows.map(({ id, seq }) => [id, seq]);
}

/** `ProofBook.readTickets`. */
export async function readTickets(database: Database, ids: number[]): Promise<TicketEnd[]> {
  const found = new Map<number, TicketEnd>();
  for (const { marks, values } of inLists(ids)) {
    const rows = await database.query(
      `SELECT id, seq, product_id, user_id, status, reason, quantity, amount, created_at, updated_at
         FROM orders WHERE id IN (${marks})`,
      values,
    );
    for (const row of rows) found.set(row.id as number, ticketOf(row));
  }
  return ids.map((id) => {
    const ticket = found.get(id);
    if (!ticket) throw new Error(`Cannot read order ${id} as it must be there: it is gone`);
    return ticket;
  });
}

function ticketOf(row: SqlRow): TicketEnd {
  return {
    id: row.id as number,
    seq: row.seq as number,
    productId: row.product_id as number,
    userId: row.user_id as string,
    status: row.status as OrderRecord["status"],
    reason: row.reason as string | null,
    quantity: row.quantity as number,
    amount: row.amount as number,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  };
}
