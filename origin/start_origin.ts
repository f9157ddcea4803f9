import type { Hono } from "hono";
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { repeat, type Repeating } from "../shared/repeat.ts";
import type { AdminParts } from "./admin/admin_parts.ts";
import { createOriginApp } from "./app.ts";
import { BatchBuyDesk } from "./buy/buy_desk.ts";
import { relayOutbox, type RelayParts } from "./buy/relay_outbox.ts";
import { CatalogRegistry } from "./buy/sale_registry.ts";
import type { OriginSecrets } from "./config.ts";
import type { HealthCheck } from "./internal/health_routes.ts";
import type { DecidingLedger } from "./ledger/stock_ledger.ts";
import type { PublishingQueue } from "./queue/order_queue.ts";

/** How often an origin asks the database whether the sales have changed. */
const REGISTRY_INTERVAL_MS = 250;

/** How often an origin looks for messages that were not handed over. */
const RELAY_INTERVAL_MS = 1_000;

/** How long the relay waits for confirms: nobody waits for it. */
const RELAY_PUBLISH_TIMEOUT_MS = 5_000;

/** What an origin runs on: the three ports of either profile. */
export interface OriginParts {
  catalog: AdminParts["catalog"];
  book: AdminParts["book"];
  ledger: AdminParts["ledger"] & DecidingLedger;
  queue: AdminParts["queue"] & PublishingQueue;
  /** The relay's parts, or null where the ledger's commit is the hand-over. */
  relay: Pick<RelayParts, "ledger" | "queue" | "book"> | null;
  secrets: OriginSecrets;
  health: HealthCheck[];
  clock: Clock;
  log: Log;
}

/** A running origin. */
export interface StartedOrigin {
  app: Hono;
  stop(): Promise<void>;
}

/** Puts an origin together and starts its jobs: following the sales, relaying the outbox. */
export function startOrigin(parts: OriginParts): StartedOrigin {
  const { catalog, ledger, queue, clock, log } = parts;
  const registry = new CatalogRegistry(catalog, clock);
  const desk = new BatchBuyDesk({ ledger, queue, registry, clock, log });
  const app = createOriginApp({
    ...parts,
    registry,
    desk,
    delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    newId: () => crypto.randomUUID(),
  });
  const jobs: Repeating[] = [
    repeat("following the sales", REGISTRY_INTERVAL_MS, log, () => registry.refresh()),
  ];
  if (parts.relay) {
    const relay = { ...parts.relay, registry, log, publishTimeoutMs: RELAY_PUBLISH_TIMEOUT_MS };
    jobs.push(repeat("relaying the outbox", RELAY_INTERVAL_MS, log, () => relayOutbox(relay)));
  }
  return {
    app,
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
    },
  };
}
