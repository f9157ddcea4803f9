import type { Clock } from "../../shared/clock.ts";
import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import { itemOfTicket, parseTicket } from "../../shared/ticket.ts";
import type { Database, Sql } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import { judgePayment, lockTicket, settleOrder, tellChange } from "./settle_order.ts";
import { readTicket } from "./take_payment.ts";

/** Most payments looked at in one go, whatever the caller asks for. */
const MAX_STORED = 1_000;

/** A stored payment; `written` 1 when its ticket has a row. */
interface StoredRow {
  id: number;
  ticket: string;
  written: number;
}

/**
 * `PaymentBook.applyStored`. Each call looks at one page of the stored payments and the next call
 * at the page behind it, so that payments whose ticket stays open never hide those of others.
 */
export class StoredPayments {
  #afterId = 0;

  constructor(readonly database: Database, readonly clock: Clock) {}

  async apply(limit: number): Promise<number> {
    const most = Math.min(Math.max(1, Math.trunc(limit)), MAX_STORED);
    const page = await this.database.query<StoredRow>(
      `SELECT p.id, p.ticket, CASE WHEN o.ticket IS NULL THEN 0 ELSE 1 END AS written
         FROM payment p LEFT JOIN orders o ON o.ticket = p.ticket
        WHERE p.state = 'stored' AND p.id > ? ORDER BY p.id LIMIT ${most}`,
      [this.#afterId],
    );
    this.#afterId = page.length < most ? 0 : page.at(-1)!.id;
    let applied = 0;
    let failure: unknown;
    const epochs = new Map<ItemKey, number>();
    for (const row of page) {
      if (row.written === 0 && !await this.#isLost(row.ticket, epochs)) continue;
      try {
        if (await this.#apply(row)) applied += 1;
      } catch (error) {
        // One that cannot be applied now keeps no other back.
        failure ??= error;
      }
    }
    if (failure !== undefined && applied === 0) throw failure;
    return applied;
  }

  #apply(row: StoredRow): Promise<boolean> {
    return despiteDeadlocks(() => this.database.transaction((tx) => applyOne(tx, this.clock, row)));
  }

  /** Whether the ticket is of an epoch that is over. Epochs only rise: once over, over for good. */
  async #isLost(ticket: string, epochs: Map<ItemKey, number>): Promise<boolean> {
    const ids = parseTicket(ticket);
    if (!ids) return false;
    const item = itemOfTicket(ids);
    let epoch = epochs.get(item);
    if (epoch === undefined) {
      epoch = await readLedgerEpoch(this.database, item);
      epochs.set(item, epoch);
    }
    return ids.epoch < epoch;
  }
}

async function readLedgerEpoch(database: Database, item: ItemKey): Promise<number> {
  const { saleId, productId } = parseItemKey(item);
  const [row] = await database.query<{ ledger_epoch: number }>(
    "SELECT ledger_epoch FROM sale_item WHERE sale_id = ? AND product_id = ?",
    [saleId, productId],
  );
  return row?.ledger_epoch ?? 0;
}

interface PaymentRow {
  ticket: string;
  amount: number;
  currency: string;
  state: string;
}

/** One transaction; true when the payment came to its end in it. */
async function applyOne(tx: Sql, clock: Clock, { id, ticket }: StoredRow): Promise<boolean> {
  const ids = readTicket(ticket);
  const lock = await lockTicket(tx, ids, ticket);
  const [payment] = await tx.query<PaymentRow>(
    "SELECT ticket, amount, currency, state FROM payment WHERE id = ?",
    [id],
  );
  if (payment?.state !== "stored") return false;
  const nowMs = clock();
  const { verdict, order } = await judgePayment(tx, lock, ids, payment, nowMs);
  if (verdict === "stored") return false;
  // The provider was told 200 long ago, so money of a wrong amount can only go back.
  const end = verdict === "applied" ? verdict : "refund_due";
  const change = await settleOrder(tx, { verdict: end, order }, ticket, nowMs);
  await tx.execute("UPDATE payment SET state = ?, updated_at = ? WHERE id = ?", [end, nowMs, id]);
  if (change) await tellChange(tx, change, ids, ticket, nowMs);
  return true;
}
