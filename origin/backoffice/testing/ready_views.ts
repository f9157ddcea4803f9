import type { RehearsalReport } from "../../rehearsal/rehearsal_report.ts";
import type { OfficeView } from "./office_views.ts";
import type { Stage } from "./office_stages.ts";

/** Sales of the stage `full` by their ids: paused, with nothing to sell, of tomorrow, a draft. */
const PAUSED = 4;
const TOMORROW = 6;
const DRAFT = 8;

const DONE: RehearsalReport["done"] = [
  { step: "copy", tookMs: 6 },
  { step: "open", tookMs: 312 },
  { step: "rush", tookMs: 241 },
  { step: "write", tookMs: 388 },
  { step: "retry", tookMs: 61 },
  { step: "count", tookMs: 140 },
  { step: "cancel", tookMs: 520 },
  { step: "pay", tookMs: 730 },
  { step: "prove", tookMs: 460 },
  { step: "remove", tookMs: 2_610 },
];

const PASSED: RehearsalReport = {
  buyers: 6_000,
  items: [{ productId: 2, stock: 5_000, realStock: 120_000, wishes: 6_000 }],
  step: "remove",
  done: DONE,
  progress: { answered: 6_000, accepted: 5_000, written: 5_020 },
  checks: [
    { name: "every_wish_answered", ok: true, detail: "6,000 of 6,000 buyers heard an answer" },
    { name: "exactly_the_stock_sold", ok: true, detail: "5,000 pieces, 6,000 buyers" },
    { name: "others_heard_sold_out", ok: true, detail: "1,000 buyers heard it" },
    {
      name: "same_request_same_ticket",
      ok: true,
      detail: "624 of 624 requests heard the same twice",
    },
    {
      name: "one_order_per_ticket",
      ok: true,
      detail: "5,000 orders; 0 tickets without one, 0 that nobody was promised",
    },
    { name: "books_balance", ok: true, detail: "4,920 unpaid, 100 paid, 20 cancelled, 0 left" },
  ],
  figures: {
    asked: 6_624,
    accepted: 5_000,
    rushMs: 241,
    acceptedPerS: 20_747,
    askedPerS: 27_485,
    writtenMs: 629,
    writtenPerS: 7_949,
    drainMs: 388,
    batchP50Ms: 31.4,
    batchP95Ms: 52.8,
    batchMaxMs: 61.1,
  },
  prediction: { pieces: 120_000, isLimited: true, sellOutMs: 118_000, drainMs: 0 },
  fault: null,
};

const BROKEN: RehearsalReport = {
  ...PASSED,
  step: "write",
  done: DONE.slice(0, 3),
  progress: { answered: 6_000, accepted: 5_000, written: 1_204 },
  checks: [
    ...PASSED.checks.slice(0, 1),
    { name: "exactly_the_stock_sold", ok: false, detail: "product 2: 4998 of 5000" },
  ],
  figures: null,
  prediction: null,
  fault: "Gave up waiting until every order is written after 180 s",
};

const RUNNING: RehearsalReport = {
  ...PASSED,
  step: "write",
  done: DONE.slice(0, 3),
  progress: { answered: 6_000, accepted: 5_000, written: 1_204 },
  checks: PASSED.checks.slice(0, 4),
  figures: null,
  prediction: null,
};

/** Puts rehearsals of a sale on record; what it returns takes them away. */
function rehearsed(saleId: number, ...reports: [state: string, RehearsalReport][]) {
  return async ({ house: { origin } }: Stage) => {
    for (const [at, [state, report]] of reports.entries()) {
      const beganAt = origin.now - (reports.length - at) * 3_600_000;
      const endedAt = state === "running" ? null : beganAt + 5_500;
      await origin.db.execute(
        `INSERT INTO rehearsal (sale_id, state, report, started_by, created_at, alive_at,
           copy_sale_id, finished_at, removed_at) VALUES (?, ?, ?, 'mara', ?, ?, 999, ?, ?)`,
        [saleId, state, JSON.stringify(report), beganAt, origin.now, endedAt, endedAt],
      );
    }
    return () => void origin.db.execute("DELETE FROM rehearsal WHERE sale_id = ?", [saleId]);
  };
}

/** Something that buyers depend on is away. */
function away({ house: { origin } }: Stage): () => void {
  origin.faults.queue.down = true;
  origin.faults.ledger.down = true;
  return () => {
    origin.faults.queue.down = origin.faults.ledger.down = false;
  };
}

const ready = (saleId: number) => `/sales/${saleId}/ready`;

/** The only rehearsal of the sale is looked at by the way to it. */
const first: OfficeView["act"] = async ({ page }) => {
  await page.locator("td a").first().click();
};

/** Whether a sale could sell, and its rehearsals. */
export const READY_VIEWS: OfficeView[] = [
  { name: "ready-draft", stage: "full", path: ready(DRAFT), shows: ".checks" },
  {
    name: "ready-publish",
    stage: "full",
    path: ready(DRAFT),
    act: async ({ page }) => {
      await page.getByRole("button", { name: "Publish…" }).click();
    },
    shows: ".ask:popover-open",
  },
  { name: "ready-published", stage: "full", path: ready(TOMORROW), shows: ".checks" },
  { name: "ready-red", stage: "full", path: ready(PAUSED), prepare: away, shows: ".checks .bad" },
  {
    name: "ready-rehearsing",
    stage: "full",
    path: ready(DRAFT),
    prepare: rehearsed(DRAFT, ["passed", PASSED], ["running", RUNNING]),
    shows: ".badge.running",
  },
  {
    name: "ready-rehearsed",
    stage: "full",
    path: ready(DRAFT),
    prepare: rehearsed(DRAFT, ["passed", PASSED], ["failed", BROKEN], ["passed", PASSED]),
    shows: "td a",
  },
  {
    name: "rehearsal-passed",
    stage: "full",
    path: ready(DRAFT),
    prepare: rehearsed(DRAFT, ["passed", PASSED]),
    act: first,
    shows: ".tiles",
  },
  {
    name: "rehearsal-failed",
    stage: "full",
    path: ready(DRAFT),
    prepare: rehearsed(DRAFT, ["failed", BROKEN]),
    act: first,
    shows: ".checks .bad",
  },
];
