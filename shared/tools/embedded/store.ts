import type { Catalog } from "../../../origin/catalog/catalog.ts";
import type { StockLedger } from "../../../origin/ledger/stock_ledger.ts";
import type { PaymentSettings } from "../../../origin/payments/gateways.ts";
import type { OrderQueue } from "../../../origin/queue/order_queue.ts";
import type { ShopWebhook } from "../../../origin/webhook/webhook_settings.ts";
import { systemClock } from "../../clock.ts";
import type { LogForm, LogLevel } from "../../log.ts";
import { PortCaller } from "./port_rpc.ts";
import type { StorePorts, ThreadLedger } from "./store_contract.ts";

type LocalLedger = Pick<StockLedger, "isUp" | "reserve">;
type LocalQueue = Pick<OrderQueue, "isUp" | "publish">;

/** What the origin app needs of the store; the worker's part stays in the thread. */
export interface Store {
  ledger: ThreadLedger & LocalLedger;
  queue: StorePorts["queue"] & LocalQueue;
  book: StorePorts["book"];
  unpaid: StorePorts["unpaid"];
  customers: StorePorts["customers"];
  feed: StorePorts["feed"];
  webhook: StorePorts["webhook"];
  mediaBook: StorePorts["mediaBook"];
  payments: StorePorts["payments"];
  messages: StorePorts["messages"];
  audit: StorePorts["audit"];
  proofs: StorePorts["proofs"];
  cleanUpBook: StorePorts["cleanUpBook"];
  operatorBook: StorePorts["operatorBook"];
  catalog: Catalog;
  rehearsalBook: StorePorts["rehearsalBook"];
  probes: StorePorts["probes"];
  worker: StorePorts["worker"];
  /** Rejects when the thread ended by itself. */
  readonly failed: Promise<never>;
  close(timeoutMs: number): Promise<void>;
}

/**
 * The ledger's own bound on the queue, as a multiple of the limit at which origins begin to refuse:
 * it stands behind what comes in between two of their looks.
 */
const LAST_RESORT = 1.25;

/** Starts the store thread on a database file. @throws when the file cannot be opened. */
export async function openStore(
  databaseFile: string,
  logForm: LogForm,
  maxQueuedMessages: number,
  payment: PaymentSettings,
  logLevel: LogLevel = "info",
  shopWebhook: ShopWebhook | null = null,
): Promise<Store> {
  const thread = new Worker(new URL("./store_thread.ts", import.meta.url), { type: "module" });
  const caller = new PortCaller(thread);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  thread.onerror = (event) => {
    event.preventDefault();
    const error = new Error(`The store thread ended: ${event.message}`);
    caller.fail(error);
    failed.reject(error);
  };
  const isUp = () => caller.alive;
  const threadLedger = caller.port<ThreadLedger>("ledger");
  const control = caller.port<StorePorts["control"]>("control");
  const maxQueueRows = Math.ceil(maxQueuedMessages * LAST_RESORT);
  const opening = control.open(
    databaseFile,
    logForm,
    maxQueueRows,
    payment,
    logLevel,
    shopWebhook,
  );
  await opening.catch((error: unknown) => {
    caller.fail(new Error("The store did not open"));
    thread.terminate();
    throw error;
  });
  return {
    ledger: withLocal<ThreadLedger, LocalLedger>(threadLedger, {
      isUp,
      reserve: (batches, budgetMs) => threadLedger.reserveBefore(batches, systemClock() + budgetMs),
    }),
    queue: withLocal<StorePorts["queue"], LocalQueue>(caller.port("queue"), {
      isUp,
      // The ledger's commit is the confirm: it never has a message to publish.
      publish: (messages) => Promise.resolve(messages.map(() => "unconfirmed" as const)),
    }),
    book: caller.port<StorePorts["book"]>("book"),
    unpaid: caller.port<StorePorts["unpaid"]>("unpaid"),
    customers: caller.port<StorePorts["customers"]>("customers"),
    feed: caller.port<StorePorts["feed"]>("feed"),
    webhook: caller.port<StorePorts["webhook"]>("webhook"),
    mediaBook: caller.port<StorePorts["mediaBook"]>("mediaBook"),
    payments: caller.port<StorePorts["payments"]>("payments"),
    messages: caller.port<StorePorts["messages"]>("messages"),
    audit: caller.port<StorePorts["audit"]>("audit"),
    proofs: caller.port<StorePorts["proofs"]>("proofs"),
    cleanUpBook: caller.port<StorePorts["cleanUpBook"]>("cleanUpBook"),
    operatorBook: caller.port<StorePorts["operatorBook"]>("operatorBook"),
    catalog: caller.port<Catalog>("catalog"),
    rehearsalBook: caller.port<StorePorts["rehearsalBook"]>("rehearsalBook"),
    probes: caller.port<StorePorts["probes"]>("probes"),
    worker: caller.port<StorePorts["worker"]>("worker"),
    failed: failed.promise,
    async close(timeoutMs) {
      await control.close(timeoutMs);
      caller.fail(new Error("The store is closed"));
      thread.terminate();
    },
  };
}

/** A port with some methods answered on this side. */
function withLocal<Remote extends object, Local extends object>(
  remote: Remote,
  local: Local,
): Remote & Local {
  return new Proxy(remote, {
    get: (target, name) => Reflect.get(name in local ? local : target, name),
  }) as Remote & Local;
}
