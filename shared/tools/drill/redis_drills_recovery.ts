import { type BuyAnswer, EDGE_KEY_HEADER, MAX_BUYS_PER_BATCH } from "../../internal_api.ts";
import { MAX_ANSWER_MS } from "./check_record.ts";
import type { Drill, Stage } from "./drill.ts";
import { readMeta, RECOVERY_AT_MOST_MS, untilRecovered, untilUnderWay } from "./selling.ts";

/** Orders of the sale whose ledger is lost. */
const ORDERS = 10_000;

const BUDGET_MS = 5_000;
const CALL_TIMEOUT_MS = 10_000;

/** Batches that may fail before the drill gives up filling the sale. */
const MAX_FAILED_BATCHES = 20;

/** Pause between two tries of the buyer who watches, and the longest that he tries. */
const TRY_EVERY_MS = 100;
const MAX_TRIES = 1_000;

/** What one buyer saw who began to buy when the ledger was lost. */
interface Watch {
  /** From his first try until he heard `reserved`. */
  reservedAfterMs: number;
  slowestMs: number;
  refusals: number;
  /** Refusals that did not say when to come again. */
  withoutRetryAfter: number;
}

/**
 * Sells pieces as an edge does, in full batches past the crowd, whose process would take minutes for
 * as many. Returns the tickets that were `reserved`.
 */
async function sell(stage: Stage, count: number): Promise<string[]> {
  const origin = stage.part("origin-1");
  const { saleId, productId } = stage.sale;
  const tickets: string[] = [];
  let failed = 0;
  for (let first = 0; first < count;) {
    const buys = Array.from(
      { length: Math.min(MAX_BUYS_PER_BATCH, count - first) },
      (_, at) => [saleId, productId, `bulk-${first + at}`, 1, `key-${first + at}`, 0],
    );
    const response = await fetch(`${origin.url}/internal/buys`, {
      method: "POST",
      headers: { [EDGE_KEY_HEADER]: origin.spec.env.EDGE_KEY ?? "" },
      body: JSON.stringify({ v: 1, budgetMs: BUDGET_MS, buys }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const { answers } = await response.json() as { answers: BuyAnswer[] };
    const won = answers.flatMap((answer) => answer.outcome === "reserved" ? [answer.ticket] : []);
    // A batch is sent again as a whole: the same keys get the same tickets.
    if (won.length === buys.length) {
      tickets.push(...won);
      first += won.length;
    } else if ((failed += 1) > MAX_FAILED_BATCHES) {
      throw new Error(`Cannot fill the sale as batches must be reserved: ${failed} were not`);
    }
  }
  return tickets;
}

/** Buys at the edge until it is reserved, looking at every answer on the way. */
async function watchEdge(stage: Stage): Promise<Watch> {
  const [edge = ""] = stage.system.edgeUrls;
  const userId = "watcher";
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(edge + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
  const { token } = await (await post("/dev/login", { userId })).json();
  const headers = { authorization: `Bearer ${token}`, "idempotency-key": "watching" };
  const watch: Watch = { reservedAfterMs: 0, slowestMs: 0, refusals: 0, withoutRetryAfter: 0 };
  const startedAt = performance.now();
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const since = performance.now();
    const response = await post(
      `/api/sales/${stage.sale.saleId}/buy`,
      { productId: stage.sale.productId },
      headers,
    );
    const { outcome } = await response.json();
    watch.slowestMs = Math.max(watch.slowestMs, performance.now() - since);
    watch.reservedAfterMs = performance.now() - startedAt;
    if (outcome === "reserved") return watch;
    watch.refusals += 1;
    if (response.status === 503 && response.headers.get("retry-after") === null) {
      watch.withoutRetryAfter += 1;
    }
    await stage.pause(TRY_EVERY_MS);
  }
  throw new Error(`The buyer who watches did not hear reserved in ${MAX_TRIES} tries`);
}

/** Waits until each ticket has an order, and expects that none was refused. */
async function untilAllWritten(stage: Stage, tickets: string[]): Promise<void> {
  const { saleId, productId } = stage.sale;
  await stage.until(`${tickets.length} tickets to have their orders`, async () => {
    const rows = await stage.probe.sql<{ ticket: string }>(
      `SELECT ticket FROM orders
        WHERE sale_id = ? AND product_id = ? AND user_id LIKE 'bulk-%' AND live = 1`,
      [saleId, productId],
    );
    const written = new Set(rows.map(({ ticket }) => ticket));
    return written.size === tickets.length && tickets.every((ticket) => written.has(ticket));
  }, RECOVERY_AT_MOST_MS);
}

const recovery: Drill = {
  name: "redis-recovery-10000",
  fault: `FLUSHALL on Redis right after ${ORDERS} orders were reserved, most of them on their way`,
  promise:
    `A sale of ${ORDERS} orders that lost its ledger sells again within 30 s, and buyers are ` +
    "answered meanwhile and told when to come again",
  takesS: 18,
  plan: { stock: 20_000, buyers: 5_000, buyersPerSecond: 60, paying: 0.1 },
  async inject(stage) {
    await untilUnderWay(stage);
    const tickets = await sell(stage, ORDERS);
    const epoch = (await stage.probe.item()).openEpoch;
    stage.counted("orders reserved", tickets.length);
    const since = performance.now();
    await stage.probe.redis(["FLUSHALL"]);
    stage.injected("FLUSHALL");
    const watching = watchEdge(stage);
    await stage.seen("the ledger is gone", async () => await readMeta(stage) === null);
    await untilRecovered(stage, epoch, since);
    const watch = await watching;
    stage.measured("a buyer's wait for `reserved`", watch.reservedAfterMs, RECOVERY_AT_MOST_MS);
    stage.measured("his slowest answer", watch.slowestMs, MAX_ANSWER_MS);
    stage.counted("refusals that he heard", watch.refusals);
    stage.expect("he was refused meanwhile", watch.refusals > 0);
    stage.expect("every refusal said when to come again", watch.withoutRetryAfter === 0);
    await untilAllWritten(stage, tickets);
  },
};

/** The time that a recovery takes. */
export const REDIS_RECOVERY_DRILLS: Drill[] = [recovery];
