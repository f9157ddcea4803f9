import type { PublishedSale } from "../../catalog/catalog.ts";
import type { AdminClient } from "../../admin/admin_client.ts";
import { viewSales } from "../../admin/admin_views.ts";
import type { ReportList } from "../../live/report_store.ts";
import { take } from "../kit/api_answers.ts";
import type { PageContext, PageParts } from "../page_env.ts";
import type { SaleView } from "./sale_form.tsx";

/** Sales of each kind that the home page shows; the list of sales has all. */
const SHOWN_SALES = 8;

/** Sales that are over: the last few are still to be followed up. */
const SHOWN_OVER = 3;

/** A process that was silent for so long counts as away, ms: it reports every half second. */
const SILENT_MS = 5_000;

/** Something that an operator should look at. */
export interface Attention {
  one: string;
  many: string;
  count: number;
  path: string;
  what: string;
}

/** A part that buyers depend on. */
export interface PartHealth {
  name: string;
  ok: boolean;
  detail: string;
}

/** What the home page shows. */
export interface HomeFacts {
  running: SaleView[];
  coming: SaleView[];
  /** Closed, or ended by themselves; what comes after them is followed up from there. */
  over: SaleView[];
  drafts: SaleView[];
  products: number;
  sales: number;
  attention: Attention[];
  health: PartHealth[];
}

/** Asks for all of it; a part that is away is told as such and hides nothing else. */
export async function readHome(c: PageContext, { admin, clock }: PageParts): Promise<HomeFacts> {
  const api = c.get("api");
  const nowMs = clock();
  const { sales: published } = admin.registry.current();
  const alive = published.filter(({ status, endsAt }) => status === "published" && endsAt > nowMs);
  const running = alive.filter(({ startsAt }) => startsAt <= nowMs).toSorted(byEnd);
  const coming = alive.filter(({ startsAt }) => startsAt > nowMs).toSorted(byStart);
  const over = published.filter((sale) => !alive.includes(sale)).toSorted(byEnd).reverse();
  const [shownRunning, shownComing, shownOver, newest, products, attention, health] = await Promise
    .all([
      viewSales(running.slice(0, SHOWN_SALES), admin),
      viewSales(coming.slice(0, SHOWN_SALES), admin),
      viewSales(over.slice(0, SHOWN_OVER), admin),
      take<{ items: SaleView[]; total: number }>(
        await api.sales.$get({ query: { page: "1", per: "50" } }),
      ),
      take<{ total: number }>(await api.products.$get({ query: { page: "1", per: "1" } })),
      readAttention(api),
      readHealth(admin),
    ]);
  return {
    running: shownRunning,
    coming: shownComing,
    over: shownOver,
    drafts: newest.items.filter(({ status }) => status === "draft").slice(0, SHOWN_SALES),
    products: products.total,
    sales: newest.total,
    attention,
    health,
  };
}

/** What needs somebody; what cannot be asked for is left out. */
async function readAttention(api: AdminClient): Promise<Attention[]> {
  const one = { page: "1", per: "1" };
  const [messages, refunds, webhook] = await Promise.all([
    known<{ parked: number }>(api.messages.summary.$get()),
    known<{ total: number }>(api.payments.$get({ query: { ...one, state: "refund_due" } })),
    known<{ failed: number }>(api.webhook.$get({ query: one })),
  ]);
  return [
    {
      one: "parked message",
      many: "parked messages",
      count: messages?.parked ?? 0,
      path: "/admin/messages",
      what: "Orders that could not be written: record them again, or refuse them.",
    },
    {
      one: "refund due",
      many: "refunds due",
      count: refunds?.total ?? 0,
      path: "/admin/refunds",
      what: "Captured payments that go back to their buyers.",
    },
    {
      one: "failed delivery to the shop",
      many: "failed deliveries to the shop",
      count: webhook?.failed ?? 0,
      path: "/admin/webhook",
      what: "Given up after the last try: send them again when the shop answers.",
    },
  ].filter(({ count }) => count > 0);
}

async function known<T>(
  asked: Promise<{ status: number; json(): Promise<unknown> }>,
): Promise<T | null> {
  const answer = await asked;
  return answer.status === 200 ? await answer.json() as T : null;
}

function byStart(a: PublishedSale, b: PublishedSale): number {
  return a.startsAt - b.startsAt;
}

function byEnd(a: PublishedSale, b: PublishedSale): number {
  return a.endsAt - b.endsAt;
}

async function readHealth(
  { ledger, queue, backlog, reports }: PageParts["admin"],
): Promise<PartHealth[]> {
  const depth = queue.isUp() ? await queue.depth().catch(() => null) : null;
  const waiting = depth?.ready === 1 ? "1 message waits" : `${depth?.ready ?? 0} messages wait`;
  const busy = backlog.isOver() ? `; over the limit of ${backlog.limit}, buys hear “busy”` : "";
  const parts: PartHealth[] = [
    { name: "Database", ok: true, detail: "answers" },
    {
      name: "Stock ledger",
      ok: ledger.isUp(),
      detail: ledger.isUp() ? "answers" : "away: nobody can buy until it is back",
    },
    {
      name: "Order queue",
      ok: depth !== null && !backlog.isOver(),
      detail: depth === null ? "away: nobody can buy until it is back" : waiting + busy,
    },
  ];
  const list = await reports.list().catch(() => null);
  return list === null ? parts : [...parts, ...processHealth(list)];
}

const KINDS = [["edge", "Edges"], ["origin", "Origins"], ["worker", "Workers"]] as const;

/** Kinds of processes that nothing was heard of are left out: not every profile has them. */
function processHealth({ now, reports }: ReportList): PartHealth[] {
  return KINDS.flatMap(([kind, name]) => {
    const known = reports.filter(({ report }) => report.kind === kind);
    if (known.length === 0) return [];
    const heard = known.filter(({ takenAt }) => now - takenAt < SILENT_MS);
    const ready = heard.filter(({ report }) => report.ready);
    const silent = known.length - heard.length;
    const detail = `${ready.length} of ${heard.length} ready` +
      (silent === 0 ? "" : `, ${silent} fell silent in the last minute`);
    return [{ name, ok: heard.length > 0 && ready.length === heard.length, detail }];
  });
}
