import { isoTime } from "../../shared/clock.ts";
import type { SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import { StockBar } from "./item_card.tsx";
import { Layout, type PageFrame } from "./layout.tsx";
import { formatMoney } from "./money.ts";
import { picturesOf, pictureSource } from "./pictures.ts";
import { StateBadge } from "./sale_page.tsx";
import { Day, TimeOfDay } from "./sale_times.tsx";
import {
  courseOf,
  groupSessions,
  inReadingOrder,
  type SaleCourseState,
  salesByInterest,
  type SaleSession,
} from "./sessions.ts";

/** Sales on the list page; the API has the others. */
const MAX_LISTED_SALES = 60;
/** Of those, the ones that are over: the newest. */
const MAX_LISTED_ENDED = 12;
/** Items of a sale on the list page; its own page has all. */
const MAX_TILES = 8;

interface SaleListPageProps {
  frame: PageFrame;
  sales: SnapshotSale[];
  nowMs: number;
}

/** `/`: the time slots and what each sells. The script fills in stock and countdowns. */
export function SaleListPage({ frame, sales, nowMs }: SaleListPageProps) {
  const { list } = frame.words;
  const sessions = groupSessions(listed(sales, nowMs), nowMs);
  return (
    <Layout
      frame={frame}
      title={list.title}
      path="/"
      script="list.js"
      styles={["stock.css", "list.css"]}
    >
      <section class="hero">
        <h1>{list.heading}</h1>
        <p class="quiet">{list.intro}</p>
      </section>
      {sessions.length === 0
        ? (
          <section class="blank">
            <h2>{list.empty}</h2>
            <p>{list.emptyText}</p>
          </section>
        )
        : null}
      {sessions.length > 1 ? <Strip frame={frame} sessions={sessions} /> : null}
      {inReadingOrder(sessions).map((session) => (
        <Session key={session.startsAt} frame={frame} session={session} nowMs={nowMs} />
      ))}
    </Layout>
  );
}

/** What fits: what runs, what comes next, and the newest of the past. */
function listed(sales: SnapshotSale[], nowMs: number): SnapshotSale[] {
  let ended = 0;
  return salesByInterest(sales, nowMs).filter((sale) => {
    if (courseOf(sale, nowMs) !== "ended") return true;
    ended += 1;
    return ended <= MAX_LISTED_ENDED;
  }).slice(0, MAX_LISTED_SALES);
}

function slotId({ startsAt }: SaleSession): string {
  return `slot-${startsAt / 60_000}`;
}

/** The time slots in their order, as links to what each sells. */
function Strip({ frame, sessions }: { frame: PageFrame; sessions: SaleSession[] }) {
  const { list, states, locale } = frame.words;
  const current = inReadingOrder(sessions)[0];
  return (
    <nav class="strip" aria-label={list.strip}>
      <ol data-part="strip">
        {sessions.map((session) => (
          <li key={session.startsAt}>
            <a
              class="chip"
              href={`#${slotId(session)}`}
              data-state={session.state}
              {...(session === current ? { "aria-current": "true" } : {})}
            >
              <Day ms={session.startsAt} locale={locale} />
              <span class="chip-time">
                <TimeOfDay ms={session.startsAt} />
              </span>
              <span class="chip-state" data-part="state">{states[session.state]}</span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface SessionProps {
  frame: PageFrame;
  session: SaleSession;
  nowMs: number;
}

/** One time slot with its sales. */
function Session({ frame, session, nowMs }: SessionProps) {
  const id = slotId(session);
  return (
    <section
      class="slot"
      id={id}
      aria-labelledby={`${id}-title`}
      data-slot
      data-starts-at={isoTime(session.startsAt)}
      data-ends-at={isoTime(session.endsAt)}
    >
      <div class="slot-head">
        <h2 id={`${id}-title`}>
          <TimeOfDay ms={session.startsAt} />{" "}
          <span class="slot-day">
            <Day ms={session.startsAt} locale={frame.words.locale} />
          </span>
        </h2>
        <p class="slot-clock" data-part="clock"></p>
      </div>
      {session.sales.map((sale) => (
        <SaleGroup key={sale.saleId} frame={frame} sale={sale} state={courseOf(sale, nowMs)} />
      ))}
    </section>
  );
}

interface SaleGroupProps {
  frame: PageFrame;
  sale: SnapshotSale;
  state: SaleCourseState;
}

function SaleGroup({ frame, sale, state }: SaleGroupProps) {
  const href = `/sales/${sale.saleId}`;
  const hidden = sale.items.length - MAX_TILES;
  return (
    <div
      class="sale-group"
      data-sale={sale.saleId}
      data-state={state}
      data-starts-at={isoTime(sale.startsAt)}
      data-ends-at={isoTime(sale.endsAt)}
    >
      <div class="sale-title">
        <h3>
          <a href={href}>{sale.title}</a>
        </h3>
        <StateBadge frame={frame} state={state} />
      </div>
      <ul class="tiles">
        {sale.items.slice(0, MAX_TILES).map((item) => (
          <Tile key={item.productId} frame={frame} sale={sale} item={item} state={state} />
        ))}
      </ul>
      {hidden > 0
        ? (
          <p class="more">
            <a href={href}>{frame.words.list.more(hidden)}</a>
          </p>
        )
        : null}
    </div>
  );
}

function Tile({ frame, sale, item, state }: SaleGroupProps & { item: SnapshotItem }) {
  const { words, assets } = frame;
  return (
    <li class="card tile" data-item={item.productId} data-total={item.stock} data-state={state}>
      <img
        {...pictureSource(picturesOf(item.product, assets)[0]!, "(min-width: 40rem) 16rem, 50vw")}
        alt=""
        width="480"
        height="360"
        loading="lazy"
      />
      <div class="tile-body">
        <h4>
          <a class="cover" href={`/sales/${sale.saleId}/products/${item.productId}`}>
            {item.product.name}
          </a>
        </h4>
        <p class="price">{formatMoney(item.price, item.currency, words.locale)}</p>
        <StockBar frame={frame} item={item} />
        <p class="tile-action" data-part="action">{words.list.actions[state]}</p>
      </div>
    </li>
  );
}
