import type { SqliteDatabase } from "../database/sqlite_database.ts";
import { encodeOrderMessage, type OrderMessage } from "../../shared/order_message.ts";
import { formatMessageId, SEQ_PER_EPOCH } from "../../shared/ticket.ts";
import { BUY, decide } from "./sqlite_ledger_decide.ts";
import { SqlitePasses } from "./sqlite_ledger_passes.ts";
import type { HolderRow, ItemRow, LedgerRows } from "./sqlite_ledger_rows.ts";
import type { Decision, ReserveBatch, ReserveOutcome, ReserveRequest } from "./stock_ledger.ts";

/** What a reservation that is being written needs beside the request. */
interface Draft {
  item: ItemRow;
  stock: number;
  firstSeq: number;
  messageId: string;
  payBy: number;
  orders: OrderMessage["orders"];
}

const INSERT_HOLDER = `INSERT INTO ledger_holder
  (item, epoch, user_id, seq, quantity, live, message_id, pay_by, request_id)
  VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING`;

const INSERT_MESSAGE = `INSERT INTO queue_message
  (shard, kind, message_id, item, epoch, content, trail)
  VALUES (0, 'orders', ?, ?, ?, ?, ?)`;

const QUEUE_SPAN = `SELECT
  (SELECT max(id) FROM queue_message) - (SELECT min(id) FROM queue_message) AS span`;

const QUEUE_COUNT = "SELECT count(*) AS waiting FROM (SELECT 1 FROM queue_message LIMIT ?)";

/** Decides batches inside `SqliteDatabase.exclusive` and writes the queue row in the same commit. */
export class SqliteReserve {
  readonly #passes: SqlitePasses;

  /** `room`: most rows in the queue before new deductions hear `busy`. */
  constructor(readonly db: SqliteDatabase, readonly rows: LedgerRows, readonly room: number) {
    this.#passes = new SqlitePasses(db);
  }

  /** True when the queue has no room. Ids grow, so their span bounds the count from above. */
  queueIsFull(): boolean {
    const { span } = this.db.prepare(QUEUE_SPAN).get() as { span: number | null };
    if (span === null || span + 1 < this.room) return false;
    const { waiting } = this.db.prepare(QUEUE_COUNT).get(this.room) as { waiting: number };
    return waiting >= this.room;
  }

  /** Decides one batch. Only `decided` wrote something. */
  run(batch: ReserveBatch, now: number, deadline: number, full: boolean): ReserveOutcome {
    const item = this.rows.openItem(batch);
    if (!item || item.n + batch.requests.length >= SEQ_PER_EPOCH) return { kind: "closed" };
    if (now >= deadline) return { kind: "late" };
    if (full) return this.#runFull(batch, item, now);
    const firstSeq = batch.epoch * SEQ_PER_EPOCH + item.n + 1;
    const draft: Draft = {
      item,
      stock: item.stock,
      firstSeq,
      messageId: formatMessageId(batch.item, firstSeq),
      payBy: Math.floor(now + item.payment_window_ms),
      orders: [],
    };
    const decisions = this.#decideAll(batch, draft, now);
    if (draft.orders.length > 0) this.#finish(batch, draft, now);
    return { kind: "decided", decisions, remaining: draft.stock, messages: [] };
  }

  /** With a full queue, buyers who are known are still answered, unless somebody would win. */
  #runFull(batch: ReserveBatch, item: ItemRow, now: number): ReserveOutcome {
    const decisions: Decision[] = [];
    for (const request of batch.requests) {
      const held = this.rows.holder(batch, request.userId);
      const decision = this.#decide(request, held, batch, { item, stock: item.stock }, now);
      if (decision === BUY) return { kind: "busy" };
      decisions.push(decision);
    }
    return { kind: "decided", decisions, remaining: item.stock, messages: [] };
  }

  /** Decides one wish; whoever can be met also needs a good pass where the sale asked for one. */
  #decide(
    request: ReserveRequest,
    held: HolderRow | undefined,
    batch: ReserveBatch,
    { item, stock }: Pick<Draft, "item" | "stock">,
    now: number,
  ): Decision | typeof BUY {
    const decision = decide(request, held, item, stock, now);
    return decision === BUY && this.#passes.isUsedUp(batch, request, now)
      ? { kind: "captcha_required" }
      : decision;
  }

  #decideAll(batch: ReserveBatch, draft: Draft, now: number): Decision[] {
    const { item, epoch } = batch;
    const { firstSeq, messageId, payBy, orders } = draft;
    const insertHolder = this.db.prepare(INSERT_HOLDER);
    const passes = this.#passes;
    const decisions = batch.requests.map((request) => {
      const { userId, quantity, requestId } = request;
      const seq = firstSeq + orders.length;
      // Most buyers are new, so the row is tried first: one statement instead of two.
      if (this.#decide(request, undefined, batch, draft, now) === BUY) {
        const inserted = insertHolder.run(
          item,
          epoch,
          userId,
          seq,
          quantity,
          messageId,
          payBy,
          requestId,
        );
        if (Number(inserted.changes) === 1) {
          passes.spend(batch, request);
          return won(request, draft);
        }
      }
      const held = this.rows.holder(batch, userId);
      const decision = this.#decide(request, held, batch, draft, now);
      if (decision !== BUY) return decision;
      passes.spend(batch, request);
      this.rows.putHolder(batch, {
        userId,
        seq,
        quantity,
        requestId,
        messageId,
        live: true,
        payBy,
      });
      return won(request, draft);
    });
    passes.prune(batch.requests, now);
    return decisions;
  }

  #finish(batch: ReserveBatch, draft: Draft, now: number): void {
    const { item, epoch } = batch;
    const { stock, firstSeq, payBy, orders, messageId } = draft;
    const content = encodeOrderMessage({
      v: 1,
      item,
      epoch,
      firstSeq,
      reservedAt: Math.floor(now),
      payBy,
      orders,
    });
    this.rows.setCounters(item, stock, draft.item.n + orders.length);
    const trail = batch.trail === undefined ? null : JSON.stringify(batch.trail);
    this.db.prepare(INSERT_MESSAGE).run(messageId, item, epoch, content, trail);
  }
}

/** Notes the winner in the draft. */
function won({ userId, quantity, requestId }: ReserveRequest, draft: Draft): Decision {
  const seq = draft.firstSeq + draft.orders.length;
  draft.orders.push({ userId, quantity, requestId });
  if (draft.stock !== -1) draft.stock -= quantity;
  return {
    kind: "reserved",
    seq,
    quantity,
    payBy: draft.payBy,
    repeat: false,
    pendingMessage: null,
  };
}
