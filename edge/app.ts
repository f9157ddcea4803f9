import { Hono } from "hono";
import { cors } from "hono/cors";
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { jsonText, plainProblem } from "./answers.ts";
import { BuyBatcher } from "./buy_batcher.ts";
import type { EdgeConfig } from "./config.ts";
import { Identity } from "./gate/identity.ts";
import { LostAnswers } from "./gate/lost_answers.ts";
import { shopTokenCheck } from "./gate/shop_tokens.ts";
import { BuyCounts } from "./metrics.ts";
import { notFoundHandler } from "./not_found.ts";
import { openApiText } from "./openapi.ts";
import { type Origin, OriginPool } from "./origin_pool.ts";
import { Assets, type StaticFiles } from "./pages/assets.ts";
import { PageStore } from "./pages/page_store.tsx";
import type { Randomness } from "./randomness.ts";
import { buyRoute } from "./routes/buy.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addOrdersRoutes } from "./routes/orders.ts";
import { addPagesRoutes } from "./routes/pages.ts";
import { addPaymentsRoutes } from "./routes/payments.ts";
import { addSandboxRoutes } from "./routes/sandbox.ts";
import { addSalesRoutes } from "./routes/sales.ts";
import { addSessionRoutes } from "./routes/session.ts";
import { SaleIndex } from "./sale_index.ts";
import { MAX_SNAPSHOT_AGE_MS, SaleSnapshot } from "./sale_snapshot.ts";
import { systemTimers, type Timers } from "./timers.ts";

/** What an edge is made of. */
export interface EdgeDeps {
  config: EdgeConfig;
  /** At least one; a single in-process one when edge and origin share a process. */
  origins: Origin[];
  staticFiles: StaticFiles;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** The machine's timers when left out. */
  timers?: Timers;
}

/** A running edge. */
export interface EdgeApp {
  app: Hono;
  /** Reads a first snapshot (waits at most a second) and goes on reading. */
  start(): Promise<void>;
  /** Says "not ready" from now on and still answers: what goes before a stop. */
  drain(): void;
  /** Ends what `start` began; buys that wait hear 503. */
  stop(): Promise<void>;
  /** What is missing for readiness; empty when the edge is ready. */
  missing(): string[];
  /** Snapshot at most 5 s old, an origin healthy, not draining. */
  ready(): boolean;
  /** Resolves when all pages are prepared and compressed. */
  idle(): Promise<void>;
}

/** Puts an edge together. Connects to nothing before `start`. */
export function createEdgeApp(deps: EdgeDeps): EdgeApp {
  const parts = makeParts(deps);
  const { snapshot, pool, batcher, pages, assets } = parts;
  let draining = false;

  const missing = (): string[] => {
    const what: string[] = [];
    if (draining) what.push("draining");
    if (snapshot.ageMs() > MAX_SNAPSHOT_AGE_MS) what.push("sale snapshot");
    if (pool.healthyCount === 0) what.push("healthy origin");
    return what;
  };

  const app = makeRoutes(deps, parts, missing);
  let compressed: Promise<void> = Promise.resolve();

  return {
    app,
    async start() {
      compressed = assets.compress();
      await snapshot.start();
    },
    drain() {
      draining = true;
    },
    async stop() {
      draining = true;
      batcher.stop();
      await snapshot.stop();
      await Promise.all([compressed, pages.idle()]);
    },
    missing,
    ready: () => missing().length === 0,
    async idle() {
      await Promise.all([compressed, pages.idle()]);
    },
  };
}

/** The parts of an edge, each with what it needs. */
function makeParts({ config, origins, staticFiles, clock, randomness, log, timers }: EdgeDeps) {
  const clocks = { clock, timers: timers ?? systemTimers, log };
  const pool = new OriginPool({ ...clocks, origins, edgeKey: config.edgeKey });
  const index = new SaleIndex();
  const assets = new Assets(staticFiles);
  const pages = new PageStore({ assets, demo: config.demo }, log);
  const snapshot = new SaleSnapshot({
    ...clocks,
    pool,
    index,
    randomness,
    onSales: (sales) => pages.update(sales),
  });
  const batcher = new BuyBatcher({
    ...clocks,
    pool,
    onStock: (stock) => index.applyStock(stock, clock()),
  });
  const identity = new Identity({
    sessionKey: config.sessionKey,
    shopOrigins: config.shopOrigins,
    clock,
  });
  const lostAnswers = new LostAnswers({ batcher, clock });
  const counts = new BuyCounts();
  return { pool, index, assets, pages, snapshot, batcher, identity, lostAnswers, counts };
}

type Parts = ReturnType<typeof makeParts>;

function makeRoutes(deps: EdgeDeps, parts: Parts, missing: () => string[]): Hono {
  const { config, clock, randomness, log } = deps;
  const app = new Hono();
  app.onError((error, c) => {
    log.error("{method} {path} failed: {error}", {
      method: c.req.method,
      path: c.req.path,
      error: error.stack ?? String(error),
    });
    return plainProblem("internal");
  });
  if (config.shopOrigins.length > 0) app.use("/api/*", shopCors(config.shopOrigins));

  app.post("/api/sales/:saleId/buy", buyRoute({ ...parts, clock, randomness }));
  addSalesRoutes(app, { ...parts, clock });
  addSessionRoutes(app, {
    ...parts,
    checkShopToken: config.shopTokens ? shopTokenCheck(config.shopTokens, clock) : null,
    demo: config.demo,
    clock,
    log,
  });
  addOrdersRoutes(app, { ...parts, log });
  addPaymentsRoutes(app, { ...parts, log });
  if (config.demo) addSandboxRoutes(app, { ...parts, log });
  addHealthRoutes(app, missing, parts);
  addPagesRoutes(app, parts);
  let document: string | null = null;
  app.get("/api/openapi.json", () => jsonText(document ??= openApiText(config.demo)));
  app.notFound(notFoundHandler(app, parts.pages));
  return app;
}

/** Lets the shop's own pages call the API from a browser, with the session cookie. */
function shopCors(origins: string[]) {
  return cors({
    origin: origins,
    credentials: true,
    allowMethods: ["GET", "POST"],
    allowHeaders: ["authorization", "content-type", "idempotency-key", "x-captcha-pass"],
    exposeHeaders: ["retry-after"],
    maxAge: 600,
  });
}
