import { type Browser, chromium } from "playwright-core";
import { systemClock } from "../../shared/clock.ts";
import type { LiveItem, OrderView, Snapshot } from "../../shared/internal_api.ts";
import { type ItemKey, itemKey } from "../../shared/item.ts";
import { problem } from "../../shared/problem.ts";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { startDrawThread } from "../captcha/draw_thread.ts";
import { WITHIN } from "../gate/gate_parts.ts";
import { OPEN_GATE } from "../gate/open_gate.ts";
import { systemTimers } from "../timers.ts";
import { type EdgeKit, startEdge } from "./edge_kit.ts";
import type { FakeOrigin } from "./fake_origin.ts";

/** Nothing may reach another host, and no part of the browser tries to. */
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** An edge on the machine's clock, its origin in memory, and a browser to look at it. */
export interface PageHouse {
  url: string;
  kit: EdgeKit;
  origin: FakeOrigin;
  browser: Browser;
  /** How far the clock of the house is ahead of the machine's, ms; 0 at first. */
  aheadMs: number;
  /** What snapshots say of items besides their stock. */
  live: Map<ItemKey, Partial<LiveItem>>;
  /** Everybody's orders, newest first; those of the fake origin while null. */
  orders: OrderView[] | null;
  /** What the user limit says to the next tries, one for each: `LimitVerdict`s; then `WITHIN`. */
  limited: number[];
  /** Where the piece belongs, by the puzzle's background: what no visitor is ever told. */
  solutions: Map<string, number>;
  /** Waits until the edge has read what the origin says now. */
  settled(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a house with no sale in it. */
export async function openPageHouse(): Promise<PageHouse> {
  /** Answers of the puzzles that were drawn here, by their pictures. At most a pool and its buyers. */
  const solutions: PageHouse["solutions"] = new Map();
  const live: PageHouse["live"] = new Map();
  const state = { orders: null as OrderView[] | null, limited: [] as number[], aheadMs: 0 };
  const kit = await startEdge({
    clocks: { clock: () => systemClock() + state.aheadMs, timers: systemTimers },
    origins: (origin) => [{
      url: origin.url,
      call: (request) => answer(request, origin, live, state.orders),
    }],
    startDrawer: ({ onPuzzle, onEnd }) =>
      startDrawThread({
        onEnd,
        onPuzzle(puzzle) {
          solutions.set(puzzle.background, puzzle.x);
          onPuzzle(puzzle);
        },
      }),
    gate: {
      limits: { ...OPEN_GATE.limits, takeUser: () => state.limited.shift() ?? WITHIN },
    },
  });
  kit.origin.sales = [];
  kit.origin.version += 1;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, info) => kit.edge.handle(request, info.remoteAddr.hostname),
  );
  const browser = await chromium.launch({
    executablePath: serviceFor("CHROMIUM_PATH"),
    args: CHROMIUM_ARGS,
  });
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.addr.port}`,
    kit,
    origin: kit.origin,
    browser,
    live,
    solutions,
    settled: () => settled(kit),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.shutdown();
      await kit[Symbol.asyncDispose]();
    },
  });
}

/** Two snapshots that were asked for after this call: the first may have left before. */
async function settled({ origin, edge }: EdgeKit): Promise<void> {
  const wanted = origin.snapshotCalls + 2;
  const deadline = Date.now() + 10_000;
  while (origin.snapshotCalls < wanted) {
    if (Date.now() > deadline) throw new Error("Gave up waiting for snapshots after 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await edge.idle();
}

/** What the fake origin says, with live times and orders of the test's own. */
async function answer(
  request: Request,
  origin: FakeOrigin,
  live: PageHouse["live"],
  orders: OrderView[] | null,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/internal/snapshot" && live.size > 0) {
    const response = await origin.call(request);
    const snapshot = await response.json() as Snapshot;
    const items = snapshot.live.map((item) => ({
      ...item,
      ...live.get(itemKey(item.saleId, item.productId)),
    }));
    return Response.json({ ...snapshot, live: items });
  }
  if (orders === null || request.method !== "GET") return await origin.call(request);
  if (pathname === "/internal/orders") {
    const page = Number(searchParams.get("page"));
    const per = Number(searchParams.get("per"));
    const items = orders.slice((page - 1) * per, page * per);
    return Response.json({ items, page, per, total: orders.length });
  }
  const ticket = /^\/internal\/orders\/([^/]+)$/.exec(pathname)?.[1];
  if (ticket === undefined) return await origin.call(request);
  const order = orders.find((one) => one.ticket === decodeURIComponent(ticket));
  return order ? Response.json(order) : problem("not_found");
}
