import type { Child } from "hono/jsx";
import { isoTime } from "../../shared/clock.ts";
import type { SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import { BuyBox, ItemCard, pictureOf } from "./item_card.tsx";
import { Layout, type PageFrame } from "./layout.tsx";
import { SaleWindow } from "./sale_times.tsx";

interface SaleFrameProps {
  sale: SnapshotSale;
  children: Child;
}

/** What `sale.js` finds its sale by. */
function SaleFrame({ sale, children }: SaleFrameProps) {
  return (
    <div
      id="sale"
      data-sale={sale.saleId}
      data-starts-at={isoTime(sale.startsAt)}
      data-ends-at={isoTime(sale.endsAt)}
    >
      {children}
      <noscript>
        <p class="notice">Buying needs JavaScript. The facts of the sale are above.</p>
      </noscript>
    </div>
  );
}

/** The state and the clock of a sale. */
function SaleClock() {
  return (
    <div class="clock" role="timer" aria-live="off">
      <span class="clock-label" data-part="clock-label"></span>
      <span class="clock-digits" data-part="clock"></span>
    </div>
  );
}

/** `/sales/{saleId}`: the clock, the items, and the buyer's own orders. */
export function SalePage({ frame, sale }: { frame: PageFrame; sale: SnapshotSale }) {
  return (
    <Layout frame={frame} title={`${sale.title} · Dropgate`} script="sale.js" styles={["buy.css"]}>
      <SaleFrame sale={sale}>
        <section class="hero sale-hero">
          <div>
            <p>
              <span class="badge" data-part="badge" aria-live="polite">Sale</span>
            </p>
            <h1>{sale.title}</h1>
            <SaleWindow startsAt={sale.startsAt} endsAt={sale.endsAt} />
          </div>
          <SaleClock />
        </section>
        <div class="items">
          {sale.items.map((item) => (
            <ItemCard key={item.productId} sale={sale} item={item} assets={frame.assets} />
          ))}
        </div>
      </SaleFrame>
    </Layout>
  );
}

interface ProductPageProps {
  frame: PageFrame;
  sale: SnapshotSale;
  item: SnapshotItem;
}

/** `/sales/{saleId}/products/{productId}`: one item, large. */
export function ProductPage({ frame, sale, item }: ProductPageProps) {
  const { product } = item;
  return (
    <Layout
      frame={frame}
      title={`${product.name} · ${sale.title}`}
      script="sale.js"
      styles={["buy.css"]}
    >
      <SaleFrame sale={sale}>
        <p class="crumbs">
          <a href={`/sales/${sale.saleId}`}>← {sale.title}</a>
        </p>
        <article class="product">
          <img
            class="card"
            src={pictureOf(item, frame.assets)}
            alt=""
            width="480"
            height="360"
          />
          <div class="product-facts">
            <p>
              <span class="badge" data-part="badge" aria-live="polite">Sale</span>
            </p>
            <h1>{product.name}</h1>
            {product.subtitle ? <p class="subtitle">{product.subtitle}</p> : null}
            <SaleClock />
            <BuyBox item={item} />
            {product.description ? <p class="description">{product.description}</p> : null}
          </div>
        </article>
      </SaleFrame>
    </Layout>
  );
}
