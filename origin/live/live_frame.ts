import type { SaleState } from "../../shared/sale.ts";

/** An item as it stands. Null is what could not be read. */
export interface LiveItemFigures {
  productId: number;
  name: string;
  /** Pieces put on sale; −1 is unlimited. */
  stock: number;
  /** Pieces left by the ledger; −1 is unlimited. */
  left: number | null;
  /** Pieces of orders unpaid and paid, by the order book. */
  sold: number | null;
}

/** Counts per second since the frame before. */
export interface LiveRates {
  /** New reservations, confirmed or still processing. */
  accepted: number;
  /** Those of them whose confirmation was late. */
  processing: number;
  /** Buyers who sent an answered request again and heard their ticket. */
  known: number;
  refused: number;
  /** Refusals by code; those that did not come are left out. */
  reasons: Record<string, number>;
  limits: Record<string, number>;
  captcha: Record<"asked" | "solved" | "failed" | "spent", number>;
  /** Orders written to the order book. */
  written: number;
}

/** Everything that was counted since `since`, by all processes that are or were there. */
export interface LiveTotals {
  /** When the first of them started, ISO 8601; null while none has reported of this sale. */
  since: string | null;
  accepted: number;
  known: number;
  refused: number;
  /** Every answer by its code, `reserved`, `processing` and `known` too. */
  outcomes: Record<string, number>;
  limits: Record<string, number>;
  captcha: Record<"asked" | "solved" | "failed" | "spent", number>;
  written: number;
  writtenRefused: number;
}

/** A process that reports, or did within the last minute. */
export interface LiveProcess {
  kind: "edge" | "origin" | "worker";
  processId: string;
  /** Seconds since its last report was taken. */
  ageS: number;
  /** Reported within the last few seconds. */
  heard: boolean;
  ready: boolean;
  salesVersion: number;
  /** True when it works with the sales that this origin knows, or newer ones. */
  upToDate: boolean;
  upS: number;
}

/** An origin as the edges see it. */
export interface LiveOrigin {
  url: string;
  /** Edges that tell of it, and how many of them find it healthy and ready. */
  edges: number;
  healthy: number;
  ready: number;
  /** Calls of edges that it has not answered yet. */
  inFlight: number;
}

/** One moment of a sale: all that the live view shows. */
export interface LiveFrame {
  /** Rises with every frame of a sale on one origin. */
  id: number;
  /** ISO 8601, by the clock of the origin that made it. */
  at: string;
  saleId: number;
  title: string;
  state: SaleState;
  startsAt: string;
  endsAt: string;
  limits: { ratePerSecond: number; burst: number; userPerMinute: number; ipPerMinute: number };
  captchaPolicy: "always" | "suspicious" | "off";
  items: LiveItemFigures[];
  /** Over all items; −1 with an unlimited one, null when one could not be read. */
  stock: number;
  left: number | null;
  sold: number | null;
  /** Null in the first frame, and while reports cannot be read. */
  perSecond: LiveRates | null;
  /** The stretch that `perSecond` tells of, seconds. */
  overS: number;
  totals: LiveTotals;
  /** Of the last ten seconds: buys that an origin was asked about; bounds of classes a fifth apart. */
  latency: {
    count: number;
    p50Ms: number | null;
    p95Ms: number | null;
    p99Ms: number | null;
    maxMs: number | null;
  };
  queue: {
    /** Messages (up to 512 orders each) that no worker has yet, of all sales. */
    messages: number | null;
    /** Since the ledger decided the oldest message that a worker has in hand; null when idle. */
    oldestS: number | null;
    /** Messages that the workers record per second. */
    perSecond: number | null;
    /** `messages` ÷ `perSecond`: how long what waits will take; null while nobody can tell. */
    drainS: number | null;
  };
  /** Decided and not yet taken over by the queue, of this sale. */
  outbox: { messages: number | null; oldestS: number | null };
  /** Share of slider answers that were right in the last frame's stretch; null without any. */
  captchaPassRate: number | null;
  /** Ledger, queue, database as this origin sees them. */
  parts: { name: string; up: boolean }[];
  processes: LiveProcess[];
  origins: LiveOrigin[];
  /** What could not be read for this frame: `reports`, `ledger`, `queue`, `database`. */
  missing: string[];
}
