import type { Child } from "hono/jsx";
import type { PageContext } from "../page_env.ts";
import { Csrf, may } from "./frame.tsx";
import { formatMoney } from "./money.ts";
import { type TimeStyle, timeText } from "./zones.ts";

/** How a state is coloured; `running` has a dot. */
export type Tone = "plain" | "good" | "running" | "warn" | "bad" | "accent";

/** Words and tones of all states of sales, orders, messages and deliveries. */
const STATES: Record<string, { label: string; tone: Tone }> = {
  draft: { label: "Draft", tone: "plain" },
  upcoming: { label: "Upcoming", tone: "accent" },
  open: { label: "Open", tone: "running" },
  paused: { label: "Paused", tone: "warn" },
  sold_out: { label: "Sold out", tone: "warn" },
  ended: { label: "Ended", tone: "plain" },
  closed: { label: "Closed", tone: "plain" },
  processing: { label: "Processing", tone: "accent" },
  unpaid: { label: "Unpaid", tone: "warn" },
  paid: { label: "Paid", tone: "good" },
  cancelled: { label: "Cancelled", tone: "plain" },
  refused: { label: "Refused", tone: "bad" },
  refund_due: { label: "Refund due", tone: "bad" },
  refunded: { label: "Refunded", tone: "plain" },
  parked: { label: "Parked", tone: "bad" },
  pending: { label: "Pending", tone: "warn" },
  replayed: { label: "Replayed", tone: "good" },
  begun: { label: "Begun", tone: "warn" },
  done: { label: "Done", tone: "good" },
  failed: { label: "Failed", tone: "bad" },
  sent: { label: "Sent", tone: "good" },
  running: { label: "Running", tone: "running" },
  making: { label: "Being made", tone: "running" },
  passed: { label: "Passed", tone: "good" },
};

/** The word for a state, `Sold out` for `sold_out`; an unknown one is shown as it is. */
export function stateLabel(state: string): string {
  return STATES[state]?.label ?? state;
}

/** A state as a badge, by its code (`sold_out`), or any word with a tone of its own. */
export function Badge({ state, label, tone }: { state?: string; label?: string; tone?: Tone }) {
  const known = state === undefined ? undefined : STATES[state];
  const kind = tone ?? known?.tone ?? "plain";
  const names = kind === "running" ? "badge good running" : `badge ${kind}`;
  return <span class={names}>{label ?? known?.label ?? state}</span>;
}

/** A figure that is read first. */
export interface TileProps {
  label: string;
  value: Child;
  note?: Child;
  tone?: "good" | "warn" | "bad";
  /** For scripts that keep the value up to date: the id of the element around it. */
  id?: string;
}

/** Figures beside each other. */
export function Tiles({ tiles }: { tiles: TileProps[] }) {
  return (
    <dl class="tiles">
      {tiles.map(({ label, value, note, tone, id }) => (
        <div class={tone ? `tile ${tone}` : "tile"}>
          <dt>{label}</dt>
          <dd>
            <span class="value" id={id}>{value}</span>
            {note !== undefined && <div class="note">{note}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Names and values of one thing; what is null is left out. */
export function Facts({ facts }: { facts: (readonly [string, Child] | null)[] }) {
  return (
    <dl class="facts">
      {facts.filter((fact) => fact !== null).map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

/** The tabs of one sale. */
export type SaleTab = "overview" | "live" | "ready" | "orders" | "proof" | "edit";

const SALE_TABS: { id: SaleTab; label: string; path: (id: number) => string }[] = [
  { id: "overview", label: "Overview", path: (id) => `/admin/sales/${id}` },
  { id: "live", label: "Live", path: (id) => `/admin/sales/${id}/live` },
  { id: "ready", label: "Ready?", path: (id) => `/admin/sales/${id}/ready` },
  { id: "orders", label: "Orders", path: (id) => `/admin/orders?saleId=${id}` },
  { id: "proof", label: "Proof", path: (id) => `/admin/sales/${id}/proof` },
  { id: "edit", label: "Edit", path: (id) => `/admin/sales/${id}/edit` },
];

/** The way between the pages of one sale, for `tabs` of `page()`. Viewers do not edit. */
export function SaleTabs(
  { c, saleId, current }: { c: PageContext; saleId: number; current: SaleTab },
) {
  return (
    <nav class="tabs" aria-label="Pages of this sale">
      {SALE_TABS.filter(({ id }) => id !== "edit" || may(c)).map(({ id, label, path }) => (
        <a href={path(saleId)} aria-current={id === current ? "page" : undefined}>{label}</a>
      ))}
    </nav>
  );
}

/** Filters above a list: fields in a form that is sent by GET, with a way to clear them. */
export function FilterBar({ action, children }: { action: string; children?: Child }) {
  return (
    <form class="filters" method="get" action={action} role="search" aria-label="Filters">
      {children}
      <div class="actions">
        <button type="submit">Show</button>
        <a href={action}>Clear</a>
      </div>
    </form>
  );
}

interface ConfirmProps {
  c: PageContext;
  /** Of this page only, as `close-sale`. */
  id: string;
  /** Where the form is sent. */
  action: string;
  /** On the button that opens the question, and on the one that does it. */
  label: string;
  /** What will happen, in a sentence or two. */
  question: Child;
  /** Red, for what cannot be undone. */
  danger?: boolean;
  /** The look of the opening button beside that, as `small` or `primary`. */
  look?: string;
  /** On the button that does nothing, where "Cancel" could be taken for the other. */
  dismiss?: string;
  /** Further fields. */
  children?: Child;
}

/** A button that asks before it acts; needs no script. */
export function Confirm(
  { c, id, action, label, question, danger, look = "", dismiss = "Cancel", children }: ConfirmProps,
) {
  const names = `${danger ? "danger" : ""} ${look}`.trim();
  return (
    <>
      <button type="button" class={names || undefined} popovertarget={id}>{label}…</button>
      <div class="ask" id={id} popover="auto" role="dialog" aria-labelledby={`${id}-title`}>
        <form method="post" action={action}>
          <Csrf c={c} />
          <h2 id={`${id}-title`}>{label}?</h2>
          <div>{question}</div>
          {children}
          <div class="actions">
            <button type="button" popovertarget={id} popovertargetaction="hide" autofocus>
              {dismiss}
            </button>
            <button type="submit" class={danger ? "danger sure" : "primary"}>{label}</button>
          </div>
        </form>
      </div>
    </>
  );
}

/**
 * A time in the viewer's zone; `at` is ms or ISO 8601. `named` writes the zone's name behind it, as
 * where only one time is told.
 */
export function Time(
  { c, at, style = "minute", named }: {
    c: PageContext;
    at: number | string;
    style?: TimeStyle;
    named?: boolean;
  },
) {
  const ms = typeof at === "number" ? at : Date.parse(at);
  if (Number.isNaN(ms)) return <span>{at}</span>;
  const iso = new Date(ms).toISOString();
  const zone = c.get("zone");
  return (
    <>
      <time datetime={iso} title={iso} data-style={style}>{timeText(ms, zone, style)}</time>
      {named && (
        <>
          {" "}
          <span class="quiet" data-zone-name>{zone}</span>
        </>
      )}
    </>
  );
}

/** An amount in minor units as people read it, say `€12.50`. */
export function Money({ amount, currency }: { amount: number; currency: string }) {
  return <span class="money">{formatMoney(amount, currency)}</span>;
}

/** How much of something is used; the words are for who does not see the bar. */
export function Bar({ used, of, label }: { used: number; of: number; label: string }) {
  const share = of <= 0 ? 0 : Math.min(1, used / of);
  return (
    <span class={share >= 1 ? "bar full" : "bar"} role="img" aria-label={label}>
      <span style={`width:${(share * 100).toFixed(1)}%`}></span>
    </span>
  );
}

/** What a list or a page shows while there is nothing: what this is, and what to do first. */
export function Empty({ title, children }: { title: string; children?: Child }) {
  return (
    <>
      <h2>{title}</h2>
      {children}
    </>
  );
}
