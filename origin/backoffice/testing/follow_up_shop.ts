import { POISON_RULE } from "../../admin/testing/message_shop.ts";
import { itemKey } from "../../../shared/item.ts";
import {
  encodeOrderMessage,
  MAX_ORDERS_PER_MESSAGE,
  type OrderMessage,
} from "../../../shared/order_message.ts";
import { SEQ_PER_EPOCH } from "../../../shared/ticket.ts";
import { ticketsOf } from "../../orders/order_rows.ts";
import { recordMessage } from "../../orders/record_message.ts";
import { OriginFixture } from "../../testing/origin_fixture.ts";
import { restoreStock } from "../../worker/restore_stock.ts";

/** What there is to follow up after a sale, with the tickets by buyer. */
export interface FollowUpShop {
  saleId: number;
  productId: number;
  /** Of ann (unpaid), bob (paid), cy (cancelled, and paid after it), poison (parked). */
  tickets: { ann: string; bob: string; cy: string; poison: string };
  /** The parked message. */
  messageId: number;
  /** The payment that is to be given back. */
  paymentId: number;
}

/** Fills an empty origin with an order of every kind that operators look after. */
export async function fillFollowUpShop(origin: OriginFixture): Promise<FollowUpShop> {
  const { saleId, productId } = await origin.openSale({ stock: 100 });
  await origin.db.execute(POISON_RULE);
  const answers = await origin.buy(
    [saleId, productId, "ann", 2, "key-of-ann", 0],
    [saleId, productId, "bob", 1, "key-of-bob", 0],
    [saleId, productId, "cy", 1, "key-of-cy", 0],
    [saleId, productId, "poison", 1, "key-of-poison", 0],
  );
  const [ann, bob, cy, poison] = answers.map(({ ticket }: { ticket: string }) => ticket);
  await recordQueued(origin);
  await restoreStock({ ...origin, log: origin.deps.log });
  await origin.db.execute("DROP TRIGGER no_poison");
  await origin.unpaid.cancelOrders([cy], "by_buyer");
  for (const [user, ticket] of [["bob", bob], ["cy", cy]]) {
    const paid = { eventId: `event-${user}`, paymentId: `payment-${user}`, ticket };
    await origin.payments.takePayment({ ...paid, amount: 9_900, currency: "CNY" });
  }
  await origin.payments.finishRefund("payment-cy", {
    kind: "failed",
    error: "The provider said: card expired",
  });
  const [due] = await origin.payments.paymentsOf([cy]);
  const [parked] = await origin.messages.parkedOf(poison);
  if (!due || !parked) throw new Error("Cannot fill the shop: no payment, or nothing parked");
  return {
    saleId,
    productId,
    tickets: { ann, bob, cy, poison },
    messageId: parked.id,
    paymentId: due.id,
  };
}

/** A worker's step: writes what is queued, poison and all. */
export async function recordQueued(origin: OriginFixture): Promise<void> {
  const rows = await origin.db.query<{ message_id: string; content: string }>(
    "SELECT message_id, content FROM queue_message WHERE kind = 'orders' ORDER BY id LIMIT 100",
  );
  for (const { message_id, content } of rows) {
    await recordMessage(origin.book, { messageId: message_id, content });
  }
  await origin.db.execute("DELETE FROM queue_message WHERE kind = 'orders'");
}

/** Writes so many more orders, each of a buyer of its own; every third is cancelled. */
export async function addManyOrders(
  origin: OriginFixture,
  { saleId, productId }: { saleId: number; productId: number },
  count: number,
): Promise<void> {
  const item = itemKey(saleId, productId);
  await origin.admin("POST", `/sales/${saleId}/items/${productId}/stock`, { delta: count });
  for (let from = 0; from < count; from += MAX_ORDERS_PER_MESSAGE) {
    const size = Math.min(MAX_ORDERS_PER_MESSAGE, count - from);
    const message: OrderMessage = {
      v: 1,
      item,
      epoch: 1,
      firstSeq: SEQ_PER_EPOCH + MANY_FROM + from,
      reservedAt: origin.now,
      payBy: origin.now + 900_000,
      orders: Array.from({ length: size }, (_, at) => ({
        userId: `many-${from + at}`,
        quantity: 1,
        requestId: `key-${from + at}`,
      })),
    };
    await origin.book.writeOrders(message, encodeOrderMessage(message));
    const tickets = ticketsOf(message).map(({ ticket }) => ticket);
    await origin.unpaid.cancelOrders(tickets.filter((_, at) => at % 3 === 0), "by_buyer");
  }
}

/** Numbers of the epoch that no reservation of the fixture reaches. */
const MANY_FROM = 100_000;

/** So many parked and recorded messages, refunds, users and blocks, straight into the tables. */
export async function addManyFollowUps(
  { db }: OriginFixture,
  { tickets }: FollowUpShop,
  count: number,
): Promise<void> {
  const numbers = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ${count})`;
  await db.execute(
    `${numbers} INSERT INTO parked_message (message_id, ticket, content, content_hash, reason,
       created_at)
     SELECT 'm-' || n, ticket || n, content, 'hash-' || n, reason, created_at
       FROM n, parked_message WHERE ticket = ?`,
    [tickets.poison],
  );
  await db.execute(
    `${numbers} INSERT INTO inbox (message_id, content_hash, created_at)
     SELECT 'm-' || n, 'hash-' || n, 1780308000000 + n FROM n`,
  );
  await db.execute(
    `${numbers} INSERT INTO payment (event_id, payment_id, ticket, amount, currency, state,
       created_at, updated_at, refund_attempts, refund_error)
     SELECT 'event-' || n, 'payment-' || n, ticket, amount, currency, state, created_at,
       updated_at, n % 11, CASE WHEN n % 11 > 0 THEN refund_error END
       FROM n, payment WHERE ticket = ? AND event_id = 'event-cy'`,
    [tickets.cy],
  );
  await db.execute(
    `${numbers} INSERT INTO shop_user (user_id, level, claims, created_at, updated_at)
     SELECT 'vip-' || n, n % 10, '{"tier":"gold"}', 0, 0 FROM n`,
  );
  await db.execute(
    `${numbers} INSERT INTO blocklist (user_id, cidr, created_at)
     SELECT CASE WHEN n % 2 = 0 THEN 'bot-' || n END,
       CASE WHEN n % 2 = 1 THEN '10.' || (n / 256) || '.' || (n % 256) || '.0/24' END,
       1780308000000 + n FROM n`,
  );
}
