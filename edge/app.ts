import { Hono } from "hono";
import { cors } from "hono/cors";
import { BoundedLines } from "../shared/bounded_lines.ts";
import type { Clock } from "../shared/clock.ts";
import { answerFailure } from "../shared/failed_request.ts";
import { identifyRequests } from "../shared/identify_requests.ts";
import type { Log } from "../shared/log.ts";
import type { MetricSource } from "../shared/metrics/metric_family.ts";
import { REQUEST_ID_HEADER, RequestIds } from "../shared/request_id.ts";
import { jsonText, plainProblem } from "./answers.ts";
import { BatchReport } from "./batch_report.ts";
import { BuyBatcher } from "./buy_batcher.ts";
import { calmLog } from "./calm_log.ts";
import { CaptchaService, type CaptchaSharing } from "./captcha/captcha_service.ts";
import type { StartDrawer } from "./captcha/draw_thread.ts";
import type { EdgeConfig } from "./config.ts";
import { EdgeRequests } from "./edge_requests.ts";
import { type Arrival, TrustedProxies } from "./gate/client_address.ts";
import { Identity } from "./gate/identity.ts";
import type { GateParts } from "./gate/gate_parts.ts";
import { OPEN_GATE } from "./gate/open_gate.ts";
import { LostAnswers } from "./gate/lost_answers.ts";
import { KnownLists } from "./lists/known_lists.ts";
import { shopTokenCheck } from "./gate/shop_tokens.ts";
import { type BucketServer, SharedLimits, type SharedLimitsParts } from "./limits/shared_limits.ts";
import { TokenLimits } from "./limits/token_limits.ts";
import { MediaReads } from "./media/media_reads.ts";
import { notFoundHandler } from "./not_found.ts";
import { openApiText } from "./openapi.ts";
import { type Origin, OriginPool } from "./origin_pool.ts";
import { OriginProbes } from "./origin_probes.ts";
import { Assets, type StaticFiles } from "./pages/assets.ts";
import { PageStore } from "./pages/page_store.tsx";
import { ProductReads } from "./products/product_reads.ts";
import { MemorySuspicion } from "./risk/memory_suspicion.ts";
import type { Randomness } from "./randomness.ts";
import { EdgeReporter } from "./reports/edge_reporter.ts";
import { SaleCounts } from "./reports/sale_counts.ts";
import { buyRoute } from "./routes/buy.ts";
import { addCaptchaRoutes } from "./routes/captcha.ts";
import { addHandOverRoutes } from "./routes/hand_over.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addMediaRoutes } from "./routes/media.ts";
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
  /** Where edges share their limits, when `config.limitsSharing` says that they do. */
  buckets?: BucketServer;
  /** Where edges share their captchas; each keeps its own when left out. */
  captchaSharing?: CaptchaSharing;
  /** Draws the puzzles; a thread when left out. */
  startDrawer?: StartDrawer;
  /** Parts to use in place of the edge's own: for tests, and to measure what the gate costs. */
  gate?: Partial<Omit<GateParts, "identity">>;
  /** What `/metrics` tells beside this edge: of its process, of an origin in the same process. */
  metricSources?: readonly MetricSource[];
}

/** A running edge. */
export interface EdgeApp {
  app: Hono;
  /** Answers a request that came from `peer`, the address at the other end of the connection. */
  handle(request: Request, peer: string): Response | Promise<Response>;
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
  const { snapshot, pool, probes, batcher, pages, assets } = parts;
  const proxies = new TrustedProxies(deps.config.trustedProxies);
  let draining = false;

  const missing = (): string[] => {
    const what: string[] = [];
    if (draining) what.push("draining");
    if (snapshot.ageMs() > MAX_SNAPSHOT_AGE_MS) what.push("sale snapshot");
    if (pool.healthyCount === 0) what.push("healthy origin");
    return what;
  };

  const reporter = new EdgeReporter({
    ...parts,
    processId: deps.randomness.processId(),
    clock: deps.clock,
    timers: deps.timers ?? systemTimers,
    salesVersion: () => snapshot.version,
    productsVersion: () => parts.products.version,
    ready: () => missing().length === 0,
  });
  const app = makeRoutes(deps, parts, missing);
  let compressed: Promise<void> = Promise.resolve();

  return {
    app,
    handle: (request, peer) => app.fetch(request, { peer, proxies } satisfies Arrival),
    async start() {
      compressed = assets.compress();
      await snapshot.start();
      probes.start();
      reporter.start();
    },
    drain() {
      draining = true;
    },
    async stop() {
      draining = true;
      pages.stop();
      parts.sharedLimits?.stop();
      parts.captcha.stop();
      batcher.stop();
      await Promise.all([snapshot.stop(), probes.stop()]);
      await reporter.stop();
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
function makeParts(deps: EdgeDeps) {
  const { config, origins, staticFiles, clock, randomness, log, timers } = deps;
  const clocks = { clock, timers: timers ?? systemTimers, log };
  const pool = new OriginPool({ ...clocks, origins, edgeKey: config.edgeKey });
  const index = new SaleIndex();
  const lists = new KnownLists();
  const assets = new Assets(staticFiles);
  const pages = new PageStore({
    assets,
    demo: config.demo,
    shopOrigins: config.shopOrigins,
    clock,
    log,
  });
  const products: ProductReads = new ProductReads({
    pool,
    version: () => snapshot.version,
    clock,
    log,
  });
  const media = new MediaReads({ pool, clock });
  const counts = new SaleCounts();
  const captcha = new CaptchaService({
    ...clocks,
    sessionKey: config.sessionKey,
    sales: counts,
    ...(deps.captchaSharing === undefined ? {} : { sharing: deps.captchaSharing }),
    ...(deps.startDrawer === undefined ? {} : { startDrawer: deps.startDrawer }),
  });
  const snapshot: SaleSnapshot = new SaleSnapshot({
    ...clocks,
    pool,
    index,
    lists,
    products,
    randomness,
    onSales: (sales) => {
      pages.update(sales);
      media.update(sales);
      captcha.prepareFor(sales);
    },
  });
  const probes = new OriginProbes({
    ...clocks,
    pool,
    randomness,
    question: () => snapshot.question(),
  });
  const calm = calmLog(log, clock);
  const ids = new RequestIds();
  const batcher = new BuyBatcher({
    ...clocks,
    pool,
    log: calm,
    onStock: (stock) => index.applyStock(stock, clock()),
    ids,
    report: new BatchReport(new BoundedLines(log, clock)),
  });
  const identity = new Identity({
    sessionKey: config.sessionKey,
    shopOrigins: config.shopOrigins,
    clock,
  });
  const lostAnswers = new LostAnswers({ batcher, clock });
  const suspicion = new MemorySuspicion({
    expiredHolds: (saleId, userId) => lists.expiredHolds(saleId, userId),
  });
  const limits = new TokenLimits({ nowMs: clock() });
  const own = { limits, blocklist: lists, profiles: lists, suspicion, passes: captcha.passes };
  const gate = { ...OPEN_GATE, ...own, ...deps.gate };
  const sharedLimits = sharedLimitsOf(deps, { ...clocks, local: limits, randomness });
  const requests = new EdgeRequests();
  const origin = { pool, probes, calm, sharedLimits, ids, requests };
  const shop = { index, assets, pages, snapshot, lists, products, media, captcha };
  return { ...gate, ...origin, ...shop, batcher, identity, lostAnswers, counts };
}

/** Null when this edge counts for itself. */
function sharedLimitsOf(
  { config, buckets }: EdgeDeps,
  parts: Omit<SharedLimitsParts, "server" | "failClosed">,
): SharedLimits | null {
  if (buckets === undefined || config.limitsSharing === null) return null;
  const { failClosed } = config.limitsSharing;
  return new SharedLimits({ ...parts, server: buckets, failClosed });
}

type Parts = ReturnType<typeof makeParts>;

function makeRoutes(deps: EdgeDeps, parts: Parts, missing: () => string[]): Hono {
  const { config, clock, randomness } = deps;
  const app = new Hono();
  const { ids, requests } = parts;
  app.onError((error, c) => {
    requests.failed += 1;
    // Whoever finds a way to fail a request must not be able to fill a disk with it: hence `calm`.
    return answerFailure(parts.calm, ids, error, c, plainProblem("internal"));
  });
  if (config.shopOrigins.length > 0) app.use("/api/*", shopCors(config.shopOrigins));

  app.post("/api/sales/:saleId/buy", buyRoute({ ...parts, clock, randomness }));
  // Behind the route of buys, which does the same at a lower price.
  app.use("/api/*", identifyRequests(ids), requests.middleware());
  addSalesRoutes(app, { ...parts, clock });
  const { shopTokens, demo } = config;
  const checkShopToken = shopTokens && shopTokenCheck(shopTokens, { clock, log: parts.calm });
  const signingIn = { ...parts, checkShopToken, clock, log: parts.calm };
  addSessionRoutes(app, { ...signingIn, demo });
  addHandOverRoutes(app, signingIn);
  const asking = { ...parts, log: parts.calm };
  addCaptchaRoutes(app, { ...asking, desk: parts.captcha.desk, clock });
  addOrdersRoutes(app, { ...asking, clock });
  addPaymentsRoutes(app, asking);
  if (config.demo) addSandboxRoutes(app, asking);
  addHealthRoutes(app, missing, parts, deps.metricSources);
  addMediaRoutes(app, parts);
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
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: [
      "authorization",
      "content-type",
      "idempotency-key",
      "x-captcha-pass",
      REQUEST_ID_HEADER,
    ],
    exposeHeaders: ["retry-after", REQUEST_ID_HEADER],
    maxAge: 600,
  });
}
