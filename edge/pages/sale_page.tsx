import type { Child } from "hono/jsx";
import { isoTime } from "../../shared/clock.ts";
import type { SnapshotItem, SnapshotSale } from "../../shared/internal_api.ts";
import { Gallery } from "./gallery.tsx";
import { BuyBox, ItemCard } from "./item_card.tsx";
import { Layout, type PageFrame } from "./layout.tsx";
import { SaleWindow } from "./sale_times.tsx";
import type { SaleCourseState } from "./sessions.ts";

/** A policy may change while the page is open, so it has the slider's styles in any case. */
const SLIDER_STYLES = ["slider.css", "slider_puzzle.css"];

/** What a page of a sale shows. */
export interface SalePageProps {
  frame: PageFrame;
  sale: SnapshotSale;
  /** The state when the page was made; the script keeps it up. */
  state: SaleCourseState;
}

/** What `sale.js` finds its sale by. */
function SaleFrame({ frame, sale, children }: SalePageProps & { children: Child }) {
  return (
    <div
      id="sale"
      data-sale={sale.saleId}
      data-starts-at={isoTime(sale.startsAt)}
      data-ends-at={isoTime(sale.endsAt)}
      data-captcha={sale.captcha}
    >
      {children}
      <noscript>
        <p class="notice">{frame.words.frame.needsScript}</p>
      </noscript>
    </div>
  );
}

/** The state of a sale; the page's script keeps it up. */
export function StateBadge({ frame, state }: { frame: PageFrame; state: SaleCourseState }) {
  return (
    <span class="badge" data-part="badge" data-state={state}>
      {frame.words.states[state]}
    </span>
  );
}

/** The time until the start or the end; as large before the script runs as afterwards. */
function SaleClock() {
  return (
    <div class="clock">
      <span class="clock-label" data-part="clock-label"></span>
      <span class="clock-digits" role="timer" aria-live="off" data-part="clock">
        <b>--</b>
        <b>--</b>
        <b>--</b>
      </span>
    </div>
  );
}

/** `/sales/{saleId}`: the clock, the items, and the buyer's own orders. */
export function SalePage({ frame, sale, state }: SalePageProps) {
  const { locale } = frame.words;
  return (
    <Layout
      frame={frame}
      title={sale.title}
      path={`/sales/${sale.saleId}`}
      script="sale.js"
      styles={["stock.css", "buy.css", ...SLIDER_STYLES]}
    >
      <SaleFrame frame={frame} sale={sale} state={state}>
        <section class="hero sale-hero">
          <div>
            <p>
              <StateBadge frame={frame} state={state} />
            </p>
            <h1>{sale.title}</h1>
            <SaleWindow startsAt={sale.startsAt} endsAt={sale.endsAt} locale={locale} />
          </div>
          <SaleClock />
        </section>
        <div class="items">
          {sale.items.map((item) => (
            <ItemCard key={item.productId} frame={frame} sale={sale} item={item} state={state} />
          ))}
        </div>
      </SaleFrame>
    </Layout>
  );
}

/** `/sales/{saleId}/products/{productId}`: one item, large. */
export function ProductPage(
  { frame, sale, item, state }: SalePageProps & { item: SnapshotItem },
) {
  const { product } = item;
  return (
    <Layout
      frame={frame}
      title={`${product.name} · ${sale.title}`}
      path={`/sales/${sale.saleId}/products/${product.productId}`}
      script="product.js"
      styles={["stock.css", "buy.css", "gallery.css", ...SLIDER_STYLES]}
    >
      <SaleFrame frame={frame} sale={sale} state={state}>
        <p class="crumbs">
          <a href={`/sales/${sale.saleId}`}>
            <span aria-hidden="true">‹</span> {sale.title}
          </a>
        </p>
        <article class="product">
          <Gallery frame={frame} product={product} />
          <div class="product-facts">
            <div class="product-head">
              <StateBadge frame={frame} state={state} />
              <SaleClock />
            </div>
            <h1>{product.name}</h1>
            {product.subtitle ? <p class="subtitle">{product.subtitle}</p> : null}
            <BuyBox frame={frame} item={item} state={state} />
            {product.description ? <p class="description">{product.description}</p> : null}
          </div>
        </article>
      </SaleFrame>
    </Layout>
  );
}
