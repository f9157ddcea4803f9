import type { SqlValue } from "../../../origin/database/database.ts";
import { expectSame, promise } from "./broken_promise.ts";
import { PER_USER_LIMIT } from "./profile.ts";
import type { World } from "./world.ts";

/** Rows of every kind in one statement: what a check costs is the way to the database. */
const RECORD = `
SELECT 'item' AS kind, NULL AS name, stock AS a, sold AS b, epoch AS c, ledger_epoch AS d,
       open_epoch AS e, NULL AS words, NULL AS more FROM sale_item
UNION ALL SELECT 'order', ticket, quantity, live, amount, pay_by, NULL, status, reason FROM orders
UNION ALL SELECT 'event', id, delta, ledger_epoch, NULL, NULL, NULL, state, kind FROM stock_event
UNION ALL SELECT 'payment', payment_id, amount, refund_attempts, NULL, NULL, NULL, state, ticket
  FROM payment
UNION ALL SELECT 'barred', user_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM barred_buyer
UNION ALL SELECT 'parked', NULL, COUNT(*), NULL, NULL, NULL, NULL, NULL, NULL FROM parked_message
UNION ALL SELECT 'inbox', NULL, COUNT(*), NULL, NULL, NULL, NULL, NULL, NULL FROM inbox`;

interface RecordRow {
  kind: "item" | "order" | "event" | "payment" | "barred" | "parked" | "inbox";
  name: string | null;
  a: SqlValue;
  b: SqlValue;
  c: SqlValue;
  d: SqlValue;
  e: SqlValue;
  words: string | null;
  more: string | null;
}

/** Everything that is recorded must be what the model says, and keep the standing promises. */
export async function compareRecord(world: World): Promise<void> {
  const rows = await world.profile.database.query<RecordRow>(RECORD);
  const lines = rows.map(({ kind, name, a, b, c, d, e, words, more }) =>
    [kind, name, ...[a, b, c, d, e].map(numberOf), words, more].join(" ")
  );
  checkStanding(world, rows);
  expectSame("the record", lines.toSorted(), modelLines(world).toSorted());
  await compareLedger(world);
}

function numberOf(value: SqlValue): number | null {
  return value === null ? null : Number(value);
}

function modelLines({ model }: World): string[] {
  const { book, payments } = model;
  const line = (...values: (string | number | null)[]) => values.join(" ");
  return [
    line(
      "item",
      null,
      book.stock,
      book.sold,
      book.epoch,
      book.ledgerEpoch,
      book.openEpoch,
      null,
      null,
    ),
    ...[...book.orders.values()].map((order) =>
      line(
        "order",
        order.ticket,
        order.quantity,
        order.live ? 1 : null,
        order.amount,
        order.payBy,
        null,
        order.status,
        order.reason,
      )
    ),
    ...[...book.events.all.values()].map(({ id, delta, epoch, state, kind }) =>
      line("event", id, delta, epoch, null, null, null, state, kind)
    ),
    ...payments.all.map(({ paymentId, amount, attempts, state, ticket }) =>
      line("payment", paymentId, amount, attempts, null, null, null, state, ticket)
    ),
    ...[...book.barred].map((user) => line("barred", user, ...Array(7).fill(null))),
    line("parked", null, book.parked.size, ...Array(6).fill(null)),
    line("inbox", null, book.inbox.size, ...Array(6).fill(null)),
  ];
}

/** I2, I3 and I5, from the rows alone. */
function checkStanding({ model, forged }: World, rows: RecordRow[]): void {
  const orders = rows.filter(({ kind }) => kind === "order");
  const live = orders.filter(({ words }) => words === "unpaid" || words === "paid");
  const stock = Number(rows.find(({ kind }) => kind === "item")?.a);
  const sold = live.reduce((sum, order) => sum + Number(order.a), 0);
  promise("I2", stock < 0 || sold <= stock, () => `${sold} pieces are sold of ${stock}`);
  const tickets = new Set<string>();
  for (const { name, words } of orders) {
    const ticket = name ?? "";
    promise("I3", !tickets.has(ticket), () => `${ticket} has two rows`);
    tickets.add(ticket);
    promise(
      "I3",
      model.told.issued.has(ticket) || forged.has(ticket),
      () => `${ticket} is ${words} and was never given out`,
    );
  }
  const buyers = new Set<string>();
  for (const { name, a } of live) {
    const user = (name ?? "").split("-")[2] ?? "";
    promise("I5", !buyers.has(user), () => `${user} has two live orders`);
    promise("I5", Number(a) <= PER_USER_LIMIT, () => `${name} is over the limit`);
    buyers.add(user);
  }
}

/** What is left in the ledger, and what waits in a queue that it writes itself. */
async function compareLedger({ profile, model }: World): Promise<void> {
  const { item, ledgers, broker } = profile;
  const epoch = model.book.openEpoch;
  if (epoch > 0) {
    const [stock] = await ledgers[model.primary]!.readStock([{ item, epoch }]);
    expectSame("the ledger's stock", stock, model.ledger.openLife(epoch)?.stock ?? null);
  }
  if (!model.start.hasOutbox) expectSame("the queue", await broker.waiting(), model.queue);
}
