import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { ConnectionStates } from "../shared/metrics/connection_states.ts";
import type { MetricSource } from "../shared/metrics/metric_family.ts";
import { RedisProductCache } from "./catalog/redis_product_cache.ts";
import { SqlCatalog } from "./catalog/sql_catalog.ts";
import { SqlCleanUpBook } from "./clean_up/sql_clean_up_book.ts";
import type { ServiceUrls } from "./config.ts";
import { SqlCustomerBook } from "./customers/sql_customer_book.ts";
import { SqlOrderFeed } from "./feed/sql_order_feed.ts";
import { migrateMysql } from "./database/migrate.ts";
import { MysqlDatabase } from "./database/mysql_database.ts";
import { readMysqlUrl } from "./database/mysql_url.ts";
import type { HealthCheck } from "./internal/health_routes.ts";
import { connectionMetrics } from "./metrics/connection_metrics.ts";
import { closeRedisClients, createRedisClients, whenRedisReady } from "./ledger/redis_client.ts";
import { RedisLedger } from "./ledger/redis_ledger.ts";
import { RedisReports } from "./live/redis_reports.ts";
import { SqlMediaBook } from "./media/sql_media_book.ts";
import { SqlAuditBook } from "./operators/sql_audit_book.ts";
import { SqlOperatorBook } from "./operators/sql_operator_book.ts";
import { SqlOrderTallies } from "./orders/fold_tallies.ts";
import { SqlMessageBook } from "./orders/sql_message_book.ts";
import { SqlOrderBook } from "./orders/sql_order_book.ts";
import { SqlUnpaidBook } from "./orders/sql_unpaid_book.ts";
import { SqlPaymentBook } from "./payments/sql_payment_book.ts";
import { SqlProofBook } from "./proof/sql_proof_book.ts";
import { RabbitQueue } from "./queue/rabbit_queue.ts";
import { RabbitReminders } from "./queue/rabbit_reminders.ts";
import { SqlWebhookBook } from "./webhook/sql_webhook_book.ts";
import { probeMysql } from "./readiness/database_probe.ts";
import { probeRedis } from "./readiness/redis_probe.ts";
import type { StoreProbes } from "./readiness/store_probes.ts";
import { SqlRehearsalBook } from "./rehearsal/sql_rehearsal_book.ts";

/** How long a server may take to answer a first time before it counts as away. */
const FIRST_ANSWER_MS = 3_000;

/** First and longest pause between two tries to prepare a server. */
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 3_000;

/** The three ports on real servers. */
export interface ServiceAdapters {
  ledger: RedisLedger;
  queue: RabbitQueue;
  book: SqlOrderBook;
  unpaid: SqlUnpaidBook;
  customers: SqlCustomerBook;
  feed: SqlOrderFeed;
  webhook: SqlWebhookBook;
  tallies: SqlOrderTallies;
  mediaBook: SqlMediaBook;
  productCache: RedisProductCache;
  reports: RedisReports;
  payments: SqlPaymentBook;
  messages: SqlMessageBook;
  audit: SqlAuditBook;
  proofs: SqlProofBook;
  cleanUpBook: SqlCleanUpBook;
  operatorBook: SqlOperatorBook;
  /** Connects when it is first used: only workers need it. */
  reminders: RabbitReminders;
  catalog: SqlCatalog;
  rehearsalBook: SqlRehearsalBook;
  probes: StoreProbes;
  /** One check per server, for readiness. */
  health: HealthCheck[];
  /** Tells of the connections to all three. */
  connections: MetricSource;
  /** Resolves once the database is migrated and Redis is one that can keep stock. */
  readonly prepared: Promise<void>;
  /** Says whether `prepared` has resolved. */
  isPrepared(): boolean;
  close(timeoutMs: number): Promise<void>;
}

/** What the adapters are made with. */
export interface AdapterOptions {
  urls: ServiceUrls;
  namespace: string;
  clock: Clock;
  log: Log;
}

/**
 * Begins to connect to Redis, RabbitMQ and MySQL, and goes on trying for as long as one is away.
 * Called by the `main.ts` of origin and worker only. @throws for a URL that cannot be used.
 */
export function openServiceAdapters(options: AdapterOptions): ServiceAdapters {
  const { urls, namespace, clock, log } = options;
  const database = new MysqlDatabase(readMysqlUrl(urls.mysqlUrl));
  const states = new ConnectionStates();
  const queue = new RabbitQueue({ url: new URL(urls.amqpUrl), namespace, states });
  const reminders = new RabbitReminders({ url: new URL(urls.amqpUrl), namespace, states });
  const clients = createRedisClients(urls.redisUrl, (connection, error) => {
    log.debug("Redis connection {connection}: {error}", { connection, error: error.message });
  }, states);
  const ledger = new RedisLedger({ ...clients, namespace, clock });

  const closing = new AbortController();
  const done = { database: false, ledger: false };
  const prepared = Promise.all([
    untilDone("MySQL", log, closing.signal, async () => {
      await database.ping(FIRST_ANSWER_MS);
      await migrateMysql(database, clock);
      done.database = true;
    }),
    untilDone("Redis", log, closing.signal, async () => {
      await whenRedisReady(clients, FIRST_ANSWER_MS);
      await ledger.checkServer();
      done.ledger = true;
    }),
  ]).then(() => {});

  const health = [
    { name: "ledger", isReady: () => done.ledger && ledger.isUp() },
    { name: "queue", isReady: () => queue.isUp() },
    { name: "database", isReady: () => done.database && database.isUp() },
  ];
  return {
    ledger,
    queue,
    book: new SqlOrderBook(database, clock),
    unpaid: new SqlUnpaidBook(database, clock),
    customers: new SqlCustomerBook(database, clock),
    feed: new SqlOrderFeed(database, clock),
    webhook: new SqlWebhookBook(database, clock),
    tallies: new SqlOrderTallies(database),
    mediaBook: new SqlMediaBook(database, clock),
    productCache: new RedisProductCache(clients.admin, namespace),
    reports: new RedisReports(clients.admin, namespace),
    payments: new SqlPaymentBook(database, clock),
    messages: new SqlMessageBook(database, clock),
    audit: new SqlAuditBook(database, clock),
    proofs: new SqlProofBook(database, clock),
    cleanUpBook: new SqlCleanUpBook(database, clock),
    operatorBook: new SqlOperatorBook(database, clock),
    reminders,
    catalog: new SqlCatalog(database, clock),
    rehearsalBook: new SqlRehearsalBook(database, clock),
    probes: {
      ledger: () => probeRedis(clients.admin, clock),
      database: () => probeMysql(database, clock),
    },
    health,
    connections: connectionMetrics({ states, database, health }),
    prepared,
    isPrepared: () => done.database && done.ledger,
    async close(timeoutMs) {
      closing.abort();
      await prepared;
      ledger.stop();
      await Promise.all([
        queue.close(timeoutMs),
        reminders.close(timeoutMs),
        closeRedisClients(clients),
        database.close(),
      ]);
    },
  };
}

/** Tries until it succeeds or the signal fires, telling every third failure. */
async function untilDone(
  server: string,
  log: Log,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (failures % 3 === 0) {
        log.warning("{server} is not ready, trying again: {error}", {
          server,
          error: String(error),
        });
      }
    }
    await pause(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 10)), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
