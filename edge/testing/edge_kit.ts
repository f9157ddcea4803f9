import type { Clock } from "../../shared/clock.ts";
import { type Log, logOf } from "../../shared/log.ts";
import { createEdgeApp, type EdgeApp, type EdgeDeps } from "../app.ts";
import type { EdgeConfig } from "../config.ts";
import type { BucketServer } from "../limits/shared_limits.ts";
import type { Origin } from "../origin_pool.ts";
import { readStaticFiles, type StaticFiles } from "../pages/assets.ts";
import type { Randomness } from "../randomness.ts";
import type { Timers } from "../timers.ts";
import { FakeOrigin } from "./fake_origin.ts";
import { FakeTimers } from "./fake_timers.ts";
import { SAMPLE_NOW_MS, sampleSale } from "./sample_sale.ts";

const EDGE_KEY = "edge-key-of-the-tests";

/** An edge with a fake origin and a fake clock. */
export interface EdgeKit {
  edge: EdgeApp;
  origin: FakeOrigin;
  timers: FakeTimers;
  /** Signs a buyer in, returns the token. */
  signIn(userId: string, level?: number): Promise<string>;
  /** A buy as a client sends it. */
  buy(options: BuyOptions): Promise<Response>;
  /** Reads the next snapshot. */
  refresh(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a buy is made of; a body that is a string is sent as it is. */
export interface BuyOptions {
  token?: string;
  key?: string;
  saleId?: number | string;
  body?: unknown;
  headers?: Record<string, string>;
  /** The address at the other end of the connection; 127.0.0.1 when left out. */
  peer?: string;
}

let staticFiles: StaticFiles | null = null;

/** Chance that repeats: the middle of every range, ids in order. */
export function fixedRandomness(): Randomness {
  let count = 0;
  return {
    fraction: () => 0.5,
    requestId: () => `edge-${count += 1}`,
    processId: () => "edge-of-the-tests",
  };
}

/** Makes an edge that has read its first snapshot: sale 1 with product 1, open. */
export async function startEdge(
  options: {
    config?: Partial<EdgeConfig>;
    origins?: (kit: FakeOrigin) => Origin[];
    gate?: EdgeDeps["gate"];
    startDrawer?: EdgeDeps["startDrawer"];
    buckets?: BucketServer;
    log?: Log;
    /** The machine's own clock and timers: for tests in which a browser is in the room. */
    clocks?: { clock: Clock; timers: Timers };
  } = {},
): Promise<EdgeKit> {
  const timers = new FakeTimers(SAMPLE_NOW_MS);
  const origin = new FakeOrigin({
    edgeKey: EDGE_KEY,
    clock: options.clocks?.clock ?? timers.clock,
  });
  origin.publish(sampleSale(1));
  staticFiles ??= await readStaticFiles(new URL("../../static/", import.meta.url));
  const edge = createEdgeApp({
    config: {
      edgeKey: EDGE_KEY,
      sessionKey: "session-key-of-the-tests",
      shopTokens: null,
      demo: true,
      shopOrigins: [],
      trustedProxies: [],
      limitsSharing: null,
      ...options.config,
    },
    origins: options.origins?.(origin) ?? [origin],
    staticFiles,
    clock: options.clocks?.clock ?? timers.clock,
    timers: options.clocks?.timers ?? timers,
    randomness: fixedRandomness(),
    log: options.log ?? logOf("edge", "test"),
    ...(options.gate === undefined ? {} : { gate: options.gate }),
    ...(options.startDrawer === undefined ? {} : { startDrawer: options.startDrawer }),
    ...(options.buckets === undefined ? {} : { buckets: options.buckets }),
  });
  await edge.start();
  return {
    edge,
    origin,
    timers,
    signIn: (userId, level = 0) => signIn(edge, userId, level),
    buy: (buy) => sendBuy(edge, buy),
    refresh: () => timers.advance(400),
    async [Symbol.asyncDispose]() {
      await edge.stop();
    },
  };
}

async function signIn(edge: EdgeApp, userId: string, level: number): Promise<string> {
  const response = await edge.app.request("/dev/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId, level }),
  });
  const { token } = await response.json();
  return token;
}

function sendBuy(
  edge: EdgeApp,
  { token, key, saleId = 1, body, headers, peer = "127.0.0.1" }: BuyOptions,
) {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? { productId: 1 });
  const request = new Request(`http://localhost/api/sales/${saleId}/buy`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...headers,
    },
    body: text,
  });
  return Promise.resolve(edge.handle(request, peer));
}

/** Status and code (or outcome) of an answer, say `409 sold_out`. */
export async function gist(response: Response | Promise<Response>): Promise<string> {
  const answer = await response;
  const body = await answer.json();
  return `${answer.status} ${body.code ?? body.outcome}`;
}
