import { parseTicket } from "../../ticket.ts";
import { BookOrderStatus } from "../../../origin/orders/order_status.ts";
import { receiptKey } from "../../../origin/orders/receipt.ts";
import { promise } from "./broken_promise.ts";
import { checkFeed, checkTallies } from "./feed_check.ts";
import { applyStored, refund } from "./money_jobs.ts";
import { relay } from "./origin_jobs.ts";
import { checkTables } from "./table_guards.ts";
import { recover, restore, watch, workOff } from "./worker_jobs.ts";
import type { World } from "./world.ts";

/** Rounds after which a sale must have come to rest: each mends what the one before found. */
const MAX_ROUNDS = 8;

/** Any key will do: nobody reads the receipts. */
const RECEIPT_KEY = receiptKey("receipt-key-of-the-model-0123456789");

/** Lets everything finish, as it does when nothing is broken any more, and checks the promises. */
export async function comeToRest(world: World): Promise<void> {
  while (world.held.length > 0) await world.thaw(0, null);
  while (world.profile.broker.onTheWay.length > 0) world.profile.broker.arrive(0);
  for (let round = 0; round < MAX_ROUNDS && !await isAtRest(world); round += 1) {
    await workOff(world);
    await watch(world);
    if (world.model.book.openEpoch === 0) await recover(world, null);
    await relay(world, "good", null);
    await workOff(world);
    await restore(world, null);
    await applyStored(world);
    await refund(world, false);
  }
  await world.check();
  promise("rest", await isAtRest(world), () => `there is still work after ${MAX_ROUNDS} rounds`);
  checkSums(world);
  checkTickets(world);
  checkMoney(world);
  await checkPolls(world);
  await checkFeed(world);
  await checkTallies(world);
  await checkTables(world);
}

async function isAtRest({ model, profile }: World): Promise<boolean> {
  const { book, payments } = model;
  const life = model.ledger.openLife(book.openEpoch);
  const isPending = [...book.events.all.values()].some(({ state }) => state === "pending");
  const isDue = payments.all.some(({ state }) => state === "refund_due" || state === "stored");
  const waiting = await profile.broker.waiting();
  return life !== null && life.outbox.size === 0 && waiting.length === 0 && !isPending && !isDue;
}

/** I1: what is left and what is sold is what was put on sale. */
function checkSums({ model }: World): void {
  const { book, ledger } = model;
  const left = ledger.openLife(book.openEpoch)?.stock;
  const live = [...book.orders.values()].filter((order) => order.live);
  const sold = live.reduce((sum, { quantity }) => sum + quantity, 0);
  if (book.stock >= 0) {
    promise("I1", left === book.stock - sold, () => `${left} left + ${sold} sold of ${book.stock}`);
  }
  promise("I1", sold === book.sold, () => `the counter says ${book.sold}, the orders ${sold}`);
}

/** I3 and I4: a promised ticket is an order; every row has a reservation behind it. */
function checkTickets({ model }: World): void {
  const { told, book, ledger } = model;
  for (const ticket of told.reserved) {
    const order = book.orders.get(ticket);
    promise("I4", order !== undefined, () => `${ticket} was told "reserved" and has no order`);
  }
  told.checkPromised();
  for (const order of book.orders.values()) {
    const held = ledger.openLife(book.openEpoch)?.holders.get(order.userId);
    const isHeld = held?.live === true && held.seq === order.seq;
    promise("I3", !order.live || isHeld, () => `${order.ticket} is live and not held`);
  }
}

/** I6: captured money paid for an order, or went back. */
function checkMoney({ model }: World): void {
  const { payments, book } = model;
  for (const { ticket, state, paymentId } of payments.all) {
    const status = book.orders.get(ticket)?.status;
    const isRight = state === "applied" ? status === "paid" : state === "refunded";
    promise("I6", isRight, () => `${paymentId} is ${state}, its order ${ticket} ${status}`);
  }
  for (const { ticket, status } of book.orders.values()) {
    if (status !== "paid") continue;
    const paid = payments.all.filter((one) => one.ticket === ticket && one.state === "applied");
    promise("I6", paid.length === 1, () => `${ticket} is paid by ${paid.length} payments`);
  }
}

/** Whoever asks for a ticket hears what became of it. */
export async function checkPolls({ model, profile, ...world }: World): Promise<void> {
  const desk = new BookOrderStatus({
    book: world.book,
    ledger: profile.ledgers[model.primary]!,
    registry: world.awake.registry,
    receiptKey: RECEIPT_KEY,
    clock: world.clock,
    log: world.log,
  });
  for (const { ticket, userId } of model.told.issued.values()) {
    const { seq = 0, epoch = 0 } = parseTicket(ticket) ?? {};
    const answer = await desk.find(ticket, userId);
    const said = answer.kind === "found"
      ? [answer.order.status, answer.order.reason ?? ""]
      : [answer.kind, ""];
    const [status, reason = ""] = model.poll(ticket, seq, epoch, userId);
    promise(
      "poll",
      said[0] === status && said[1] === reason,
      () => `${ticket} is ${said.join(" ")}, the model says ${status} ${reason}`,
    );
  }
}
