import { Layout, type PageFrame } from "./layout.tsx";
import { placeholderPaths } from "./pictures.ts";

/** How many grey rows stand where the orders will be. */
const PLACEHOLDER_ROWS = 2;

/** `/orders`: a frame that is the same for everybody; `orders.js` fills in whose orders they are. */
export function OrdersPage({ frame }: { frame: PageFrame }) {
  const { orders, frame: { needsScript } } = frame.words;
  return (
    <Layout
      frame={frame}
      title={orders.title}
      path="/orders"
      script="orders.js"
      styles={["buy.css", "orders.css"]}
    >
      <section class="hero">
        <h1>{orders.heading}</h1>
        <p class="quiet">{orders.intro}</p>
      </section>
      <div id="orders" aria-busy="true" data-drawings={placeholderPaths(frame.assets).join(" ")}>
        <p class="sr-only" role="status" data-part="status">{orders.loading}</p>
        <ol class="orders" data-part="list">
          {Array.from(
            { length: PLACEHOLDER_ROWS },
            (_, row) => <li key={row} class="card order order-blank" aria-hidden="true"></li>,
          )}
        </ol>
        <div data-part="more"></div>
      </div>
      <p class="leave">
        <button type="button" class="plain small" id="sign-out" hidden>
          {orders.signOut}
        </button>
      </p>
      <noscript>
        <p class="notice">{needsScript}</p>
      </noscript>
    </Layout>
  );
}
