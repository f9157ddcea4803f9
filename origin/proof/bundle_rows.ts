import type { Clock } from "../../shared/clock.ts";
import type { Database, Sql, SqlRow } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import {
  type BeginResult,
  type BundleEntry,
  type BundleOutcome,
  type BundleState,
  KEPT_TEXTS,
  MAKING_LEASE_MS,
  type NewBundle,
  PAGE_PART,
} from "./proof_book.ts";

const FIELDS = "id, sale_id, state, head, previous_head, public_key, tickets, ok, names_buyers, " +
  "is_final, made_by, created_at, finished_at, summary, " +
  // The first part to go: a bundle of which a part is missing is not offered.
  "EXISTS (SELECT 1 FROM proof_part p " +
  `WHERE p.bundle_id = proof_bundle.id AND p.part = ${PAGE_PART}) AS has_page`;

/** Longest reason that is kept. */
const MAX_REASON = 500;

/** Parts removed by one statement: some 64 MB of text. */
const PARTS_PER_DELETE = 256;

/** Statements that no bundle can need. */
const MAX_DELETES = 10_000;

/** A bundle from its row. */
function bundleOf(row: SqlRow): BundleEntry {
  const summary = row.summary === null
    ? null
    : JSON.parse(row.summary as string) as BundleOutcome | { reason: string };
  return {
    id: row.id as number,
    saleId: row.sale_id as number,
    state: row.state as BundleState,
    head: row.head as string | null,
    previousHead: row.previous_head as string | null,
    publicKey: row.public_key as string,
    tickets: row.tickets as number,
    ok: row.ok !== 0,
    full: row.names_buyers !== 0,
    final: row.is_final !== 0,
    madeBy: row.made_by as string,
    createdAt: row.created_at as number,
    finishedAt: row.finished_at as number | null,
    outcome: summary !== null && "proof" in summary ? summary : null,
    reason: summary !== null && "reason" in summary ? summary.reason : null,
    hasText: row.state === "done" && row.has_page !== 0,
  };
}

/** `ProofBook.begin`: the sale's row lock lets one bundle begin at a time. */
export async function beginBundle(
  database: Database,
  clock: Clock,
  wanted: NewBundle,
): Promise<BeginResult> {
  const result = await insertBundle(database, clock, wanted);
  const givenUp = await database.query<{ id: number }>(
    `SELECT b.id FROM proof_bundle b WHERE b.sale_id = ? AND b.state = 'failed'
       AND EXISTS (SELECT 1 FROM proof_part p WHERE p.bundle_id = b.id) ORDER BY b.id LIMIT 100`,
    [wanted.saleId],
  );
  for (const { id } of givenUp) await removeParts(database, id);
  return result;
}

function insertBundle(
  database: Database,
  clock: Clock,
  { saleId, full, final, publicKey, madeBy }: NewBundle,
): Promise<BeginResult> {
  return database.transaction(async (tx): Promise<BeginResult> => {
    const sales = await tx.query(`SELECT id FROM sale WHERE id = ?${tx.forUpdate}`, [saleId]);
    if (sales.length === 0) return { kind: "not_found" };
    const now = clock();
    const making = await tx.query<{ id: number; alive_at: number }>(
      "SELECT id, alive_at FROM proof_bundle WHERE sale_id = ? AND state = 'making' ORDER BY id",
      [saleId],
    );
    for (const { id, alive_at } of making) {
      if (alive_at > now - MAKING_LEASE_MS) return { kind: "busy", bundleId: id };
      await markFailed(tx, now, id, "Whoever made it has ended");
    }
    const [last] = await tx.query<{ head: string }>(
      "SELECT head FROM proof_bundle WHERE sale_id = ? AND state = 'done' ORDER BY id DESC LIMIT 1",
      [saleId],
    );
    const { insertId } = await tx.execute(
      `INSERT INTO proof_bundle (sale_id, state, previous_head, public_key, names_buyers, is_final,
         made_by, created_at, alive_at) VALUES (?, 'making', ?, ?, ?, ?, ?, ?, ?)`,
      [saleId, last?.head ?? null, publicKey, full ? 1 : 0, final ? 1 : 0, madeBy, now, now],
    );
    const bundle = await getBundle(tx, insertId);
    if (!bundle) throw new Error(`Cannot find bundle ${insertId} that was just begun`);
    return { kind: "begun", bundle };
  });
}

/** `ProofBook.get`. */
export async function getBundle(sql: Sql, bundleId: number): Promise<BundleEntry | null> {
  const [row] = await sql.query(`SELECT ${FIELDS} FROM proof_bundle WHERE id = ?`, [bundleId]);
  return row ? bundleOf(row) : null;
}

/** `ProofBook.list`. @throws {RangeError} for a page outside of its bounds. */
export async function listBundles(
  database: Database,
  saleId: number,
  page: number,
  per: number,
): Promise<Page<BundleEntry>> {
  const offset = checkPage(page, per);
  const [count] = await database.query<{ total: number }>(
    "SELECT COUNT(*) AS total FROM proof_bundle WHERE sale_id = ?",
    [saleId],
  );
  const rows = await database.query(
    `SELECT ${FIELDS} FROM proof_bundle WHERE sale_id = ? ORDER BY id DESC LIMIT ? OFFSET ?`,
    [saleId, per, offset],
  );
  return { items: rows.map(bundleOf), page, per, total: count?.total ?? 0 };
}

/** `ProofBook.addPart`. */
export function addPart(
  database: Database,
  clock: Clock,
  bundleId: number,
  part: number,
  body: string,
  tickets: number,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { affectedRows } = await tx.execute(
      "UPDATE proof_bundle SET alive_at = ?, tickets = ? WHERE id = ? AND state = 'making'",
      [clock(), tickets, bundleId],
    );
    if (affectedRows === 0) return false;
    await tx.execute(
      "INSERT INTO proof_part (bundle_id, part, body) VALUES (?, ?, ?)",
      [bundleId, part, body],
    );
    return true;
  });
}

/** `ProofBook.stayAlive`. */
export async function stayAlive(
  database: Database,
  clock: Clock,
  bundleId: number,
): Promise<boolean> {
  const { affectedRows } = await database.execute(
    "UPDATE proof_bundle SET alive_at = ? WHERE id = ? AND state = 'making'",
    [clock(), bundleId],
  );
  return affectedRows > 0;
}

/** `ProofBook.finish`. */
export async function finishBundle(
  database: Database,
  clock: Clock,
  bundleId: number,
  end: { head: string; tickets: number; ok: boolean; outcome: BundleOutcome },
): Promise<boolean> {
  const { affectedRows } = await database.execute(
    `UPDATE proof_bundle SET state = 'done', head = ?, tickets = ?, ok = ?, summary = ?,
       finished_at = ? WHERE id = ? AND state = 'making'`,
    [end.head, end.tickets, end.ok ? 1 : 0, JSON.stringify(end.outcome), clock(), bundleId],
  );
  return affectedRows > 0;
}

/** `ProofBook.fail`. */
export async function failBundle(
  database: Database,
  clock: Clock,
  bundleId: number,
  reason: string,
): Promise<void> {
  await markFailed(database, clock(), bundleId, reason);
  const failed = await getBundle(database, bundleId);
  if (failed?.state === "failed") await removeParts(database, bundleId);
}

async function removeParts(database: Database, bundleId: number): Promise<void> {
  for (let round = 0; round < MAX_DELETES; round += 1) {
    if (!await removeSomeParts(database, bundleId)) return;
  }
}

/** Removes the first parts that are there; false when there was none. */
async function removeSomeParts(database: Database, bundleId: number): Promise<boolean> {
  const rows = await database.query<{ part: number }>(
    `SELECT part FROM proof_part WHERE bundle_id = ? ORDER BY part LIMIT ${PARTS_PER_DELETE}`,
    [bundleId],
  );
  const last = rows.at(-1);
  if (!last) return false;
  await database.execute(
    "DELETE FROM proof_part WHERE bundle_id = ? AND part <= ?",
    [bundleId, last.part],
  );
  return true;
}

/** `ProofBook.dropText`: one statement's worth of the newest bundle beyond those that are kept. */
export async function dropText(database: Database, saleId: number): Promise<boolean> {
  const [old] = await database.query<{ id: number }>(
    `SELECT b.id FROM proof_bundle b WHERE b.sale_id = ? AND b.state = 'done' AND b.is_final = 0
       AND EXISTS (SELECT 1 FROM proof_part p WHERE p.bundle_id = b.id)
      ORDER BY b.id DESC LIMIT 1 OFFSET ${KEPT_TEXTS}`,
    [saleId],
  );
  return old !== undefined && await removeSomeParts(database, old.id);
}

async function markFailed(
  sql: Sql,
  nowMs: number,
  bundleId: number,
  reason: string,
): Promise<void> {
  await sql.execute(
    `UPDATE proof_bundle SET state = 'failed', summary = ?, finished_at = ?
      WHERE id = ? AND state = 'making'`,
    [JSON.stringify({ reason: reason.slice(0, MAX_REASON) }), nowMs, bundleId],
  );
}
