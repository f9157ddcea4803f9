import { isoTime } from "../../shared/clock.ts";
import type { SnapshotSale } from "../../shared/internal_api.ts";
import { pictureOf } from "./item_card.tsx";
import { Layout, type PageFrame } from "./layout.tsx";
import { formatMoney } from "./money.ts";
import { SaleWindow } from "./sale_times.tsx";

/** Sales on the list page; the API has the others. */
const MAX_LISTED_SALES = 60;
/** Pictures of a sale on the list page. */
const MAX_PREVIEWS = 3;

/** `/`: the sales with their time slots. The script fills in states and countdowns. */
export function SaleListPage({ frame, sales }: { frame: PageFrame; sales: SnapshotSale[] }) {
  return (
    <Layout frame={frame} title="Flash sales · Dropgate" script="list.js" styles={["list.css"]}>
      <section class="hero">
        <h1>Flash sales</h1>
        <p>Limited pieces, one fair queue. Come a minute early and watch the clock.</p>
      </section>
      {sales.length === 0
        ? <p class="empty">There is no sale yet. Come back soon.</p>
        : (
          <ol class="slots">
            {sales.slice(0, MAX_LISTED_SALES).map((sale) => (
              <Slot key={sale.saleId} sale={sale} frame={frame} />
            ))}
          </ol>
        )}
    </Layout>
  );
}

function Slot({ sale, frame }: { sale: SnapshotSale; frame: PageFrame }) {
  const previews = sale.items.slice(0, MAX_PREVIEWS);
  const cheapest = sale.items.reduce<SnapshotSale["items"][number] | null>(
    (best, item) => best === null || item.price < best.price ? item : best,
    null,
  );
  return (
    <li
      class="card slot"
      data-sale={sale.saleId}
      data-starts-at={isoTime(sale.startsAt)}
      data-ends-at={isoTime(sale.endsAt)}
    >
      <div class="slot-text">
        <p class="slot-head">
          <span class="badge" data-part="badge">Sale</span>
          <span class="slot-clock" data-part="clock"></span>
        </p>
        <h2>
          <a class="cover" href={`/sales/${sale.saleId}`}>{sale.title}</a>
        </h2>
        <SaleWindow startsAt={sale.startsAt} endsAt={sale.endsAt} />
        {cheapest
          ? (
            <p class="slot-facts">
              {sale.items.length === 1 ? "1 product" : `${sale.items.length} products`} · from{" "}
              <strong>{formatMoney(cheapest.price, cheapest.currency)}</strong>
            </p>
          )
          : null}
      </div>
      <div class="previews" aria-hidden="true">
        {previews.map((item) => (
          <img
            key={item.productId}
            src={pictureOf(item, frame.assets)}
            alt=""
            width="160"
            height="120"
            loading="lazy"
          />
        ))}
      </div>
    </li>
  );
}
