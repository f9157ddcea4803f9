import type { z } from "@hono/zod-openapi";
import type { messageSummarySchema } from "../../admin/message_schemas.ts";
import type { ListedMessage } from "../../admin/message_views.ts";
import type { Page } from "../../orders/order_book.ts";
import { readRefusal, RefusedByApi, take } from "../kit/api_answers.ts";
import { page } from "../kit/frame.tsx";
import { Badge, Empty, type TileProps, Tiles, Time } from "../kit/parts.tsx";
import { type Column, Pager, Table } from "../kit/table.tsx";
import { lastPage, listPlace } from "../list_place.ts";
import type { PageApp, PageContext } from "../page_env.ts";

type Summary = z.infer<typeof messageSummarySchema>;
type State = ListedMessage["state"];
type Message<S extends State> = Extract<ListedMessage, { state: S }>;
type ParkedRow = Message<"parked"> | Message<"replayed"> | Message<"refused">;

/** The lists of messages, each with what it says while it is empty. */
const TABS: { state: State; label: string; title: string; text: string }[] = [
  {
    state: "parked",
    label: "Parked",
    title: "Nothing is parked",
    text: "A message that the database will not take is kept here with its text, and waits for " +
      "you to replay or refuse it. Its neighbours go through.",
  },
  {
    state: "pending",
    label: "Waiting",
    title: "Nothing waits",
    text: "What the ledger decided and nobody handed to the queue yet. A message is here for a " +
      "moment only; one that stays is sent again after five seconds.",
  },
  {
    state: "recorded",
    label: "Recorded",
    title: "Nothing was recorded yet",
    text: "Every message that the worker has written to the order book will be listed here.",
  },
  {
    state: "replayed",
    label: "Replayed",
    title: "Nothing was replayed yet",
    text: "Parked messages that an operator replayed will be listed here.",
  },
  {
    state: "refused",
    label: "Refused",
    title: "Nothing was refused yet",
    text: "Parked messages that an operator refused will be listed here.",
  },
];

/** `/admin/messages`: what waits between ledger and order book, and what did not get through. */
export function addMessagesPage(app: PageApp): void {
  app.get("/messages", async (c) => {
    const place = listPlace(c);
    const given = c.req.query("state");
    const tab = TABS.find(({ state }) => state === given) ?? TABS[0]!;
    const { messages } = c.get("api");
    const query = { ...place.query, state: tab.state };
    const [summary, listed] = await Promise.all([
      messages.summary.$get().then((response) => take<Summary>(response)),
      readList(await messages.$get({ query })),
    ]);
    const last = listed.found && lastPage(place, listed.found);
    if (last) return c.redirect(last, 303);
    return page(c, {
      title: "Messages",
      place: "messages",
      tabs: <Tabs summary={summary} current={tab.state} />,
      children: (
        <>
          <Tiles tiles={tilesOf(summary)} />
          {listed.away !== null && <p class="flash failed" role="alert">{listed.away}</p>}
          {listed.found && (
            <>
              <Table
                caption={`${tab.label} messages`}
                rows={listed.found.items}
                columns={columnsOf(c, tab.state)}
                empty={
                  <Empty title={tab.title}>
                    <p>{tab.text}</p>
                  </Empty>
                }
              />
              {listed.found.total > 0 && <Pager url={place.url} {...listed.found} />}
            </>
          )}
        </>
      ),
    });
  });
}

/** The list, or why it cannot be told while the rest of the page can. */
async function readList(
  response: Pick<Response, "ok" | "status"> & { json(): Promise<unknown> },
): Promise<{ found: Page<ListedMessage> | null; away: string | null }> {
  if (response.ok) return { found: await response.json() as Page<ListedMessage>, away: null };
  const refused = await readRefusal(response);
  if (refused.status !== 503) throw new RefusedByApi(refused);
  return { found: null, away: `${refused.detail}.` };
}

function Tabs({ summary, current }: { summary: Summary; current: State }) {
  const counts: Record<State, number | null> = {
    parked: summary.parked,
    pending: summary.pending?.messages ?? null,
    recorded: summary.recorded,
    replayed: summary.replayed,
    refused: summary.refused,
  };
  return (
    <nav class="tabs" aria-label="Messages by state">
      {TABS.map(({ state, label }) => (
        <a
          href={`/admin/messages?state=${state}`}
          aria-current={state === current ? "page" : undefined}
        >
          {counts[state] === null ? label : `${label} (${counts[state].toLocaleString("en")})`}
        </a>
      ))}
    </nav>
  );
}

function tilesOf({ parked, pending, queue, maxQueuedMessages, buys }: Summary): TileProps[] {
  const oldest = pending?.oldestAgeMs ?? null;
  return [
    {
      label: "Parked",
      value: parked.toLocaleString("en"),
      note: parked === 0 ? "nothing to decide" : "for you to decide",
      ...(parked === 0 ? {} : { tone: "bad" as const }),
    },
    {
      label: "Waiting in the ledger",
      value: pending === null ? "?" : pending.messages.toLocaleString("en"),
      note: pending === null
        ? "the ledger is away"
        : oldest === null
        ? "all handed over"
        : `the oldest for ${secondsText(oldest)}`,
      ...(pending === null || (oldest ?? 0) > 5_000 ? { tone: "warn" as const } : {}),
    },
    {
      label: "Waiting in the queue",
      value: queue === null ? "?" : queue.ready.toLocaleString("en"),
      note: queue === null
        ? "the queue is away"
        : `of ${maxQueuedMessages.toLocaleString("en")}; ${workersText(queue.consumers)}`,
      ...(queue === null || queue.consumers === 0 ? { tone: "warn" as const } : {}),
    },
    {
      label: "New buys",
      value: buys === "open" ? "Taken" : "Busy",
      note: buys === "open" ? "the queue has room" : "refused until the queue is shorter",
      ...(buys === "open" ? {} : { tone: "bad" as const }),
    },
  ];
}

function workersText(consumers: number): string {
  return consumers === 1 ? "1 consumer" : `${consumers.toLocaleString("en")} consumers`;
}

/** An age in the largest unit that it has one of. */
export function secondsText(ms: number): string {
  const units = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000]] as const;
  for (const [name, length] of units) {
    if (ms >= length) return `${Math.floor(ms / length).toLocaleString("en")} ${name}`;
  }
  return `${(ms / 1_000).toFixed(1)} s`;
}

function columnsOf(c: PageContext, state: State): Column<ListedMessage>[] {
  const columns = state === "pending"
    ? pendingColumns()
    : state === "recorded"
    ? recordedColumns(c)
    : parkedColumns(c);
  return columns as Column<ListedMessage>[];
}

function parkedColumns(c: PageContext): Column<ParkedRow>[] {
  return [
    {
      heading: "Message",
      cell: ({ id }) => <a href={`/admin/messages/${id}`}>Message {id}</a>,
    },
    {
      heading: "Ticket",
      cell: ({ ticket }) =>
        ticket === undefined
          ? <span class="quiet">the whole message</span>
          : <a class="mono" href={`/admin/orders/${encodeURIComponent(ticket)}`}>{ticket}</a>,
    },
    { heading: "Reason", cell: ({ reason }) => reason },
    {
      heading: "Replays",
      cell: ({ attempts, replaying }) => (
        <span>
          {attempts === 0 ? "None" : attempts} {replaying && <Badge label="Unclear" tone="warn" />}
        </span>
      ),
    },
    {
      heading: "Parked",
      cell: ({ createdAt }) => <Time c={c} at={createdAt} style="second" />,
    },
    {
      heading: "Decided",
      cell: ({ decidedAt }) =>
        decidedAt === undefined ? "Not yet" : <Time c={c} at={decidedAt} style="second" />,
    },
  ];
}

function pendingColumns(): Column<Message<"pending">>[] {
  return [
    { heading: "Message", cell: ({ messageId }) => <span class="mono">{messageId}</span> },
    { heading: "Sale", cell: ({ saleId }) => <a href={`/admin/sales/${saleId}`}>Sale {saleId}</a> },
    { heading: "Product", cell: ({ productId }) => `Product ${productId}` },
    { heading: "Buyers", numeric: true, cell: ({ buyers }) => buyers.toLocaleString("en") },
    { heading: "Waits for", numeric: true, cell: ({ ageMs }) => secondsText(ageMs) },
    { heading: "Sent again", numeric: true, cell: ({ sends }) => sends.toLocaleString("en") },
  ];
}

function recordedColumns(c: PageContext): Column<Message<"recorded">>[] {
  return [
    { heading: "Message", cell: ({ messageId }) => <span class="mono">{messageId}</span> },
    {
      heading: "Recorded",
      cell: ({ recordedAt }) => <Time c={c} at={recordedAt} style="second" />,
    },
    {
      heading: "Hash of its text",
      cell: ({ contentHash }) => (
        <span class="mono" title={contentHash}>{contentHash.slice(0, 16)}…</span>
      ),
    },
  ];
}
