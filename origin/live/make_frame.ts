import { isoTime } from "../../shared/clock.ts";
import type { ProcessReport } from "../../shared/process_report.ts";
import { saleState } from "../../shared/sale.ts";
import type { PublishedSale } from "../catalog/catalog.ts";
import type {
  LiveFrame,
  LiveItemFigures,
  LiveOrigin,
  LiveProcess,
  LiveRates,
} from "./live_frame.ts";
import { type LatencyFigures, type SaleRates } from "./live_rates.ts";
import type { SaleReadings, SharedReadings } from "./live_sources.ts";
import type { ReportSeries } from "./report_series.ts";
import { figuresOf, type SaleFigures, type SaleVector } from "./sale_vector.ts";

/** A process that was silent for longer is not counted on. */
const HEARD_WITHIN_MS = 3_000;

/** What a buyer may hear that is no refusal. */
const ACCEPTED = ["reserved", "processing"];
const KNOWN = "known";

/** Everything that a frame is made of. */
export interface FrameParts {
  id: number;
  /** This origin's clock, and the keeper's. */
  nowMs: number;
  keeperMs: number;
  sale: PublishedSale;
  salesVersion: number;
  shared: SharedReadings;
  own: SaleReadings;
  series: ReportSeries;
  rates: SaleRates | null;
  latency: LatencyFigures;
  totals: { sum: SaleVector; since: number | null };
}

/** Puts a frame together; reads nothing. */
export function makeFrame(parts: FrameParts): LiveFrame {
  const { id, nowMs, sale, shared, own, rates } = parts;
  const items = itemsOf(sale, own);
  const left = sumOf(items.map((item) => item.left));
  const { saleId, title, startsAt, endsAt, status, paused, limits, captcha } = sale;
  const soldOut = items.every((item) => item.left === 0);
  const course = { startsAt, endsAt, closed: status === "closed", paused, soldOut };
  const perSecond = shared.reports === null || rates === null
    ? null
    : ratesOf(figuresOf(rates.perSecond));
  return {
    id,
    at: isoTime(nowMs),
    saleId,
    title,
    state: saleState(course, nowMs),
    startsAt: isoTime(startsAt),
    endsAt: isoTime(endsAt),
    limits: { ...limits },
    captchaPolicy: captcha,
    items,
    stock: sumOf(items.map(({ stock }) => stock)) ?? 0,
    left,
    sold: own.sold === null ? null : own.sold.reduce((sum, { sold }) => sum + sold, 0),
    perSecond,
    overS: Math.round((rates?.seconds ?? 0) * 1_000) / 1_000,
    totals: totalsOf(parts),
    latency: parts.latency,
    queue: queueOf(parts),
    outbox: outboxOf(parts),
    captchaPassRate: perSecond && passRate(perSecond.captcha),
    parts: shared.parts,
    processes: processesOf(parts),
    origins: originsOf(parts.series, parts.keeperMs),
    missing: missingOf(parts),
  };
}

function itemsOf(sale: PublishedSale, own: SaleReadings): LiveItemFigures[] {
  const names = new Map(sale.products.map(({ productId, name }) => [productId, name]));
  return sale.items.map(({ productId, stock }, at) => ({
    productId,
    name: names.get(productId) ?? "",
    stock: own.sold?.[at]?.stock ?? stock,
    left: own.left[at] ?? null,
    sold: own.sold?.[at]?.sold ?? null,
  }));
}

/** −1 where one of them is unlimited, null where one is not known. */
function sumOf(counts: (number | null)[]): number | null {
  let sum = 0;
  for (const count of counts) {
    if (count === null) return null;
    if (count < 0) return -1;
    sum += count;
  }
  return sum;
}

/** Rates are shown with at most two places. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function roundedAll<Name extends string>(counts: Record<Name, number>): Record<Name, number> {
  const entries = Object.entries<number>(counts).map(([name, value]) => [name, rounded(value)]);
  return Object.fromEntries(entries) as Record<Name, number>;
}

/** Splits outcomes into accepted, known again, and refused by reason. */
function split(outcomes: Record<string, number>) {
  const refused = Object.entries(outcomes).filter(([code]) =>
    code !== KNOWN && !ACCEPTED.includes(code)
  );
  return {
    accepted: ACCEPTED.reduce((sum, code) => sum + (outcomes[code] ?? 0), 0),
    known: outcomes[KNOWN] ?? 0,
    refused: refused.reduce((sum, [, count]) => sum + count, 0),
    reasons: Object.fromEntries(refused),
  };
}

function ratesOf({ outcomes, limits, captcha, written }: SaleFigures): LiveRates {
  const { accepted, known, refused, reasons } = split(outcomes);
  return {
    accepted: rounded(accepted),
    processing: rounded(outcomes.processing ?? 0),
    known: rounded(known),
    refused: rounded(refused),
    reasons: roundedAll(reasons),
    limits: roundedAll(limits),
    captcha: roundedAll(captcha),
    written: rounded(written.orders),
  };
}

function totalsOf({ totals: { sum, since } }: FrameParts): LiveFrame["totals"] {
  const { outcomes, limits, captcha, written } = figuresOf(sum);
  const { accepted, known, refused } = split(outcomes);
  return {
    since: since === null ? null : isoTime(since),
    accepted,
    known,
    refused,
    outcomes,
    limits,
    captcha,
    written: written.orders,
    writtenRefused: written.refused,
  };
}

function passRate({ solved, failed }: LiveRates["captcha"]): number | null {
  return solved + failed === 0 ? null : rounded(solved / (solved + failed));
}

function queueOf({ shared, series, keeperMs }: FrameParts): LiveFrame["queue"] {
  const messages = shared.depth?.ready ?? null;
  const perSecond = shared.reports === null ? null : series.messagesPerSecond();
  const inHand = series.processes()
    .filter(({ last }) => keeperMs - last.takenAt <= HEARD_WITHIN_MS)
    .map(({ last }) => last.report.recording?.oldestReservedAt ?? null)
    .filter((at) => at !== null);
  return {
    messages,
    oldestS: inHand.length === 0 ? null : secondsBetween(Math.min(...inHand), keeperMs),
    perSecond: perSecond === null ? null : rounded(perSecond),
    drainS: drainTime(messages, perSecond),
  };
}

/** How long what waits will take at the pace of the last seconds; null while there is no pace. */
export function drainTime(messages: number | null, perSecond: number | null): number | null {
  if (messages === 0) return 0;
  if (messages === null || perSecond === null || perSecond <= 0) return null;
  return Math.round(messages / perSecond * 10) / 10;
}

function outboxOf({ own, keeperMs }: FrameParts): LiveFrame["outbox"] {
  if (own.outbox === null) return { messages: null, oldestS: null };
  const { messages, oldestAt } = own.outbox;
  return { messages, oldestS: oldestAt === null ? null : secondsBetween(oldestAt, keeperMs) };
}

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 100) / 10);
}

const KIND_ORDER: ProcessReport["kind"][] = ["edge", "origin", "worker"];

function processesOf({ series, keeperMs, salesVersion }: FrameParts): LiveProcess[] {
  return series.processes()
    .filter(({ last }) => last.report.ending !== true)
    .map(({ id, kind, last, startedAt }) => ({
      kind,
      processId: id,
      ageS: secondsBetween(last.takenAt, keeperMs),
      heard: keeperMs - last.takenAt <= HEARD_WITHIN_MS,
      ready: last.report.ready,
      salesVersion: last.report.salesVersion,
      upToDate: last.report.salesVersion >= salesVersion,
      upS: secondsBetween(startedAt, keeperMs),
    }))
    .sort((a, b) =>
      KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) ||
      (a.processId < b.processId ? -1 : 1)
    );
}

function originsOf(series: ReportSeries, keeperMs: number): LiveOrigin[] {
  const origins = new Map<string, LiveOrigin>();
  for (const { last } of series.processes()) {
    if (keeperMs - last.takenAt > HEARD_WITHIN_MS) continue;
    for (const { url, healthy, ready, inFlight } of last.report.origins ?? []) {
      const seen = origins.get(url) ?? { url, edges: 0, healthy: 0, ready: 0, inFlight: 0 };
      origins.set(url, {
        url,
        edges: seen.edges + 1,
        healthy: seen.healthy + Number(healthy),
        ready: seen.ready + Number(healthy && ready),
        inFlight: seen.inFlight + inFlight,
      });
    }
  }
  return [...origins.values()].sort((a, b) => a.url < b.url ? -1 : 1);
}

function missingOf({ shared, own }: FrameParts): string[] {
  const missing: string[] = [];
  if (shared.reports === null) missing.push("reports");
  if (!own.ledgerRead) missing.push("ledger");
  if (shared.depth === null) missing.push("queue");
  if (own.sold === null) missing.push("database");
  return missing;
}
