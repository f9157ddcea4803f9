import type { BenchOptions } from "./bench_options.ts";
import type { RoundResult } from "./bench_result.ts";
import { BuyAnswers, COURSE_STEP_MS, type HeardTicket } from "./buy_answers.ts";
import type { ByteSlab } from "./byte_slab.ts";
import { followProcessing, type ProcessingEnd, readTickets } from "./check_tickets.ts";
import { type SettleCount, waitForProof, waitForRows } from "./count_orders.ts";
import type { Crowd } from "./crowd.ts";
import { driveLoad, type LoadResult } from "./generator.ts";
import type { JsonClient } from "./json_client.ts";
import { type OrderRow, readRows, type RowSource } from "./order_rows.ts";
import type { Progress } from "./progress.ts";
import type { BenchSale } from "./sale_setup.ts";
import { perSecond } from "./statistics.ts";
import { judgeRun, type RunFacts } from "./verdict.ts";

/** A buy without an answer for so long is sent again. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Tickets that are looked up through the API when the database already tells about all. */
const LOOK_UP_SAMPLE = 1_000;

/** What a round works with. */
export interface RoundContext {
  options: BenchOptions;
  crowd: Crowd;
  admin: JsonClient;
  rows: RowSource;
  progress: Progress;
}

/** The part of a round in which the clock runs. */
export interface BuyingResult {
  answers: BuyAnswers;
  load: LoadResult;
  asked: number;
}

/** Sends the buys; `seconds` 0 sends them all. */
export async function sendBuys(
  context: RoundContext,
  label: string,
  requests: ByteSlab,
  seconds: number,
): Promise<BuyingResult> {
  const answers = new BuyAnswers();
  const count = requests.length;
  let asked = 0;
  let open = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stage = context.progress.begin(label, () => answers.latency.count, count, seconds);
  try {
    const load = await driveLoad({
      target: context.crowd.edge,
      connections: Math.min(context.options.connections, count),
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      onStart: (nowMs) => {
        answers.startedAtMs = nowMs;
        if (seconds > 0) timer = setTimeout(() => open = false, seconds * 1000);
      },
      next: () => open && asked < count ? asked++ : -1,
      request: (buyer) => requests.get(buyer),
      onAnswer: (buyer, answer, latencyMs, nowMs) => answers.take(buyer, answer, latencyMs, nowMs),
      onUnanswered: (_buyer, error) => answers.takeUnanswered(error),
    });
    return { answers, load, asked };
  } finally {
    clearTimeout(timer);
    stage.end();
  }
}

/**
 * Runs one sale, in which every buyer may bring a captcha pass: lets the crowd buy, waits for the orders, counts everything and
 * judges.
 */
export async function runRound(
  context: RoundContext,
  sale: BenchSale,
  prepared: number,
  passOf?: (userId: string) => string,
): Promise<RoundResult> {
  const { options, crowd } = context;
  const requests = crowd.buyRequests(sale.saleId, sale.productId, prepared, passOf);
  const seconds = options.amount.kind === "seconds" ? options.amount.seconds : 0;
  const buying = await sendBuys(context, "buying", requests, seconds);
  const { answers, load } = buying;
  const settleMs = options.settleSeconds * 1000;
  // Every ticket becomes a row, an order or a refusal. Looked for at once: this wait is measured.
  const settled = await waitForOrders(context, sale, answers.reserved + answers.processing, load);
  const reserved = answers.reservedTickets();
  const processing = await followProcessing(
    crowd,
    answers.processingTickets(),
    options.connections,
    settleMs,
  );
  const proof = await waitForProof(context.admin, sale.saleId, settleMs);
  const rows = await readRows(context.rows, sale);
  const told = await lookUp(context, reserved, rows !== null);
  const facts: RunFacts = {
    command: options.command,
    stock: sale.stock,
    asked: buying.asked,
    serverErrors: answers.serverErrors,
    unanswered: answers.unanswered,
    soldOut: answers.soldOut,
    unexpected: answers.unexpected,
    samples: answers.samples,
    reserved,
    processing,
    rowsCounted: settled.rows,
    proof,
    rows,
    told,
    ticketPrefix: (buyer) => `${sale.saleId}-${sale.productId}-${crowd.userId(buyer)}-`,
  };
  return {
    ...figures(buying, answers),
    ...sale,
    prepared,
    asked: buying.asked,
    usedUp: seconds > 0 && load.endedAtMs - load.startedAtMs < seconds * 1000 &&
      buying.asked === prepared,
    processing: processingFigures(answers, processing),
    rowsCounted: settled.rows,
    writtenAfterS: settled.tookMs === null ? null : settled.tookMs / 1000,
    proof,
    database: databaseFigures(rows),
    ticketsLookedUp: told.length,
    echoPerSecond: null,
    echoRatio: null,
    violations: judgeRun(facts),
  };
}

async function waitForOrders(
  { admin, options, progress }: RoundContext,
  sale: BenchSale,
  expected: number,
  load: LoadResult,
): Promise<SettleCount> {
  let written = 0;
  const stage = progress.begin("orders written", () => written, expected);
  try {
    const stallMs = options.settleSeconds * 1000;
    const { saleId } = sale;
    return await waitForRows(admin, saleId, expected, load.endedAtMs, stallMs, (rows) => {
      written = rows;
    });
  } finally {
    stage.end();
  }
}

async function lookUp(
  context: RoundContext,
  reserved: HeardTicket[],
  sampleOnly: boolean,
): Promise<{ ticket: string; status: string }[]> {
  const every = sampleOnly ? Math.ceil(reserved.length / LOOK_UP_SAMPLE) : 1;
  const chosen = reserved.filter((_, number) => number % Math.max(1, every) === 0);
  let done = 0;
  const stage = context.progress.begin("tickets looked up", () => done, chosen.length);
  const statuses = await readTickets(
    context.crowd,
    chosen,
    context.options.connections,
    () => done++,
  )
    .finally(() => stage.end());
  return chosen.map(({ ticket }, number) => ({ ticket, status: statuses[number]! }));
}

function processingFigures(
  answers: BuyAnswers,
  end: ProcessingEnd,
): RoundResult["processing"] {
  return {
    answers: answers.processing,
    ordered: end.ordered.length,
    refused: end.refused.length,
    open: end.open.length,
  };
}

function databaseFigures(rows: OrderRow[] | null): RoundResult["database"] {
  if (rows === null) return null;
  const live = rows.filter(({ status }) => status === "unpaid" || status === "paid");
  return {
    rows: rows.length,
    live: live.length,
    tickets: new Set(live.map(({ ticket }) => ticket)).size,
    users: new Set(live.map(({ user_id }) => user_id)).size,
  };
}

function figures({ load }: BuyingResult, answers: BuyAnswers) {
  const elapsedMs = load.endedAtMs - load.startedAtMs;
  return {
    elapsedS: elapsedMs / 1000,
    accepted: answers.reserved,
    acceptedPerSecond: perSecond(answers.reserved, elapsedMs),
    answersPerSecond: perSecond(load.answers, elapsedMs),
    soldOut: answers.soldOut,
    serverErrors: answers.serverErrors,
    unexpected: answers.unexpected,
    unanswered: answers.unanswered,
    kinds: Object.fromEntries(answers.kinds),
    samples: answers.samples,
    lastReservedS: answers.reserved === 0
      ? 0
      : (answers.lastReservedAtMs - load.startedAtMs) / 1000,
    reservedLatency: answers.reservedLatency.summary(),
    latency: answers.latency.summary(),
    curve: answers.reservedLatency.curve(),
    courseStepMs: COURSE_STEP_MS,
    course: answers.course,
    reconnects: load.reconnects,
    generatorCpuShare: load.cpuShare,
  };
}
