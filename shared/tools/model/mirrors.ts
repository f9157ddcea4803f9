import { DatabaseError, type DatabaseFault } from "../../../origin/database/database.ts";
import type {
  Opening,
  ReserveBatch,
  ReserveOutcome,
  StockLedger,
} from "../../../origin/ledger/stock_ledger.ts";
import type { OrderBook } from "../../../origin/orders/order_book.ts";
import type { UnpaidBook } from "../../../origin/orders/unpaid_book.ts";
import type { PaymentBook } from "../../../origin/payments/payment_book.ts";
import type { OrderQueue } from "../../../origin/queue/order_queue.ts";
import type { Mirror } from "./actor.ts";
import { BrokenPromiseError, expectSame, promise } from "./broken_promise.ts";
import type { LedgerModel } from "./ledger_model.ts";
import type { SaleModel } from "./sale_model.ts";

/** Faults that say something about what was asked for, not about the server. */
const REFUSALS: DatabaseFault[] = ["duplicate", "invalid", "deadlock"];

/** What the model says to each call: the arguments, and what the real part answered. */
type Says<Part> = {
  [Name in keyof Part]?: Part[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (args: Args, seen: Result) => void
    : never;
};

function mirrorOf<Part>(part: string, says: Says<Part>, before?: Mirror["before"]): Mirror {
  return {
    ...(before ? { before } : {}),
    after(name, args, result) {
      const say = says[name as keyof Part] as
        | ((args: unknown[], seen: unknown) => void)
        | undefined;
      if (!say) throw new TypeError(`Cannot mirror ${part}.${name} as the model has no such part`);
      say(args, result);
    },
    // The model knows of no wish that a database refuses: a guard behind the guards has spoken.
    failed(name, error) {
      if (!(error instanceof DatabaseError) || !REFUSALS.includes(error.fault)) return error;
      return new BrokenPromiseError(`Broken promise: ${part}.${name} failed: ${error}`);
    },
  };
}

/** The ledger of one server, held against its model. `outcomes` hears what was decided. */
export function ledgerMirror(
  model: SaleModel,
  ledger: LedgerModel,
  outcomes: (outcome: ReserveOutcome) => void = () => {},
): Mirror {
  const same = (name: string, seen: unknown, expected: unknown) =>
    expectSame(`ledger.${name}`, seen, expected);
  return mirrorOf<StockLedger>("ledger", {
    reserve([batches], seen) {
      batches.forEach((batch, at) => {
        const expected = model.expectsLate && ledger.openLife(batch.epoch)
          ? { kind: "late" }
          : ledger.reserve(batch, seen[at]!);
        notePasses(model, batch, seen[at]!);
        same("reserve", seen[at], expected);
        outcomes(seen[at]!);
      });
    },
    settle([messages]) {
      for (const { epoch, messageId } of messages) ledger.settle(epoch, [messageId]);
    },
    claimUnsettled([items], seen) {
      const expected = items.flatMap(({ epoch }) => ledger.claimUnsettled(epoch));
      const short = seen.map(({ messageId, attempts }) => ({ messageId, attempts }));
      same("claimUnsettled", sorted(short), sorted(expected));
    },
    release([releases], seen) {
      same("release", seen, releases.map((one) => ledger.release(one)));
    },
    adjust([changes], seen) {
      same("adjust", seen, changes.map((one) => ledger.adjust(one)));
    },
    readStock([items], seen) {
      same("readStock", seen, items.map(({ epoch }) => ledger.openLife(epoch)?.stock ?? null));
    },
    close([items]) {
      for (const { epoch } of items) ledger.close(epoch);
    },
    salvage([{ epoch }], seen) {
      const ids = seen.map(({ messageId }) => messageId);
      same("salvage", ids.toSorted(), ledger.salvage(epoch).toSorted());
      model.salvaged.set(epoch, seen);
    },
    open([opening], seen) {
      same("open", seen, ledger.open(opening, model.listed.get(opening.epoch) ?? []));
    },
  }, (name, args) => {
    if (name === "open") ledger.beginOpen((args[0] as Opening).epoch);
  });
}

/** Counts what passes made by what was seen, whatever the model makes of it. */
function notePasses({ told }: SaleModel, batch: ReserveBatch, seen: ReserveOutcome): void {
  if (seen.kind !== "decided") return;
  seen.decisions.forEach((decision, at) => {
    const { pass } = batch.requests[at]!;
    if (pass === null || decision.kind !== "reserved" || decision.repeat) return;
    told.spend(pass.passId, batch.epoch, decision.seq);
  });
}

function sorted<T extends { messageId: string }>(some: T[]): T[] {
  return some.toSorted((a, b) => a.messageId < b.messageId ? -1 : 1);
}

/** The order book, held against its model. */
export function bookMirror(model: SaleModel): Mirror {
  const { book } = model;
  const same = (name: string, seen: unknown, expected: unknown) =>
    expectSame(`book.${name}`, seen, expected);
  return mirrorOf<OrderBook>("book", {
    writeOrders([message, content], seen) {
      same("writeOrders", seen, book.writeOrders(message, content));
      model.told.checkPromised();
    },
    writeOrdersSingly([message, content], seen) {
      same("writeOrdersSingly", seen, book.writeOrdersSingly(message, content));
      model.told.checkPromised();
    },
    parkMessage([, content]) {
      book.parked.add(content);
    },
    raiseEpoch(_, seen) {
      same("raiseEpoch", seen, book.raiseEpoch());
    },
    readItems(_, [seen = null]) {
      const { stock, sold, epoch, ledgerEpoch, openEpoch, drainedEpoch } = book;
      const all = { stock, sold, epoch, ledgerEpoch, openEpoch, drainedEpoch };
      same("readItems", pick(seen, Object.keys(all)), all);
    },
    markDrained([{ epoch }]) {
      book.markDrained(epoch);
    },
    snapshotLedger([{ epoch }], seen) {
      for (const { messageId, content } of seen ? model.salvaged.get(epoch) ?? [] : []) {
        const isKept = book.inbox.has(messageId) || book.parked.has(content);
        promise("I4", isKept, () => `${messageId} was in the lost ledger and is not recorded`);
      }
      same("snapshotLedger", seen?.remaining ?? null, book.snapshot(epoch));
    },
    listReservations([{ epoch }], seen) {
      const expected = book.reservations(epoch);
      same("listReservations", seen, expected);
      model.listed.set(epoch, expected);
    },
    markOpen([{ epoch }], seen) {
      same("markOpen", seen, book.markOpen(epoch));
    },
    closeItems([items]) {
      for (const { epoch } of items) book.close(epoch);
    },
    pendingStockEvents(_, seen) {
      const ids = book.events.pending().map(({ id }) => id);
      same("pendingStockEvents", seen.map(({ id }) => id).toSorted(), ids.toSorted());
    },
    finishStockEvents([results], seen) {
      const states = results.map(({ id, state }) => book.events.finish(id, state));
      same("finishStockEvents", seen, states);
    },
    requestStockChange([, id, delta], seen) {
      same("requestStockChange", seen.kind, book.events.request(id, delta));
    },
  });
}

function pick(from: object | null, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, Reflect.get(from ?? {}, name)]));
}

/** The end of unpaid orders, held against its model. */
export function unpaidMirror({ book, clock }: SaleModel): Mirror {
  return mirrorOf<UnpaidBook>("unpaid", {
    dueTickets(_, seen) {
      const due = [...book.orders.values()].filter(({ status, payBy }) =>
        status === "unpaid" && payBy <= clock()
      );
      expectSame("unpaid.dueTickets", seen.toSorted(), due.map(({ ticket }) => ticket).toSorted());
    },
    cancelOrders([tickets, reason], seen) {
      const outcomes = tickets.map((ticket) => {
        const order = book.orders.get(ticket);
        if (!order) return "no_order";
        if (order.status !== "unpaid") return "not_unpaid";
        if (reason === "expired" && order.payBy > clock()) return "not_due";
        book.cancel(order, reason);
        return "cancelled";
      });
      expectSame("unpaid.cancelOrders", seen, outcomes);
    },
  });
}

/** The payment book, held against its model. */
export function paymentMirror({ payments }: SaleModel): Mirror {
  const same = (name: string, seen: unknown, expected: unknown) =>
    expectSame(`payments.${name}`, seen, expected);
  return mirrorOf<PaymentBook>("payments", {
    takePayment([notice], seen) {
      same("takePayment", seen, payments.take(notice));
    },
    applyStored(_, seen) {
      same("applyStored", seen, payments.applyStored());
    },
    dueRefunds(_, seen) {
      const ids = seen.map(({ paymentId }) => paymentId);
      same("dueRefunds", ids.toSorted(), payments.dueRefunds().toSorted());
    },
    finishRefund([paymentId, result]) {
      payments.finishRefund(paymentId, result.kind === "refunded");
    },
  });
}

/** The queue, whose model is what waits in it. */
export function queueMirror(model: SaleModel): Mirror {
  return mirrorOf<OrderQueue>("queue", {
    publish([messages], seen) {
      messages.forEach(({ messageId }, at) => {
        if (seen[at] === "confirmed") model.confirmed.add(messageId);
      });
    },
    openRoute() {},
    closeOlderRoutes() {},
    sendBarrier([{ epoch }]) {
      model.barrier(epoch);
    },
  });
}
