import { may } from "../kit/frame.tsx";
import { Confirm, Facts, Money, Tiles, Time } from "../kit/parts.tsx";
import { Countdown } from "../kit/spans.tsx";
import { Table } from "../kit/table.tsx";
import type { PageContext } from "../page_env.ts";
import type { ProductView } from "./product_form.tsx";
import { claimsText } from "./sale_claims.ts";
import type { SaleView } from "./sale_form.tsx";
import { countPieces, Sold } from "./sales_page.tsx";

/** A sale as its page shows it. */
export interface ShownSale {
  sale: SaleView;
  products: Map<number, ProductView>;
  nowMs: number;
  /** A text that was never made before, so that a form that is sent twice changes stock once. */
  newKey: () => string;
}

/** The figures that are read first. */
export function SaleTiles({ sale, nowMs }: ShownSale) {
  const { stock, sold } = countPieces(sale);
  const [startsMs, endsMs] = [Date.parse(sale.startsAt), Date.parse(sale.endsAt)];
  const over = sale.status === "closed" || nowMs >= endsMs;
  const untilMs = nowMs < startsMs ? startsMs : endsMs;
  return (
    <Tiles
      tiles={[
        {
          label: over ? "State" : nowMs < startsMs ? "Starts in" : "Ends in",
          value: over
            ? (sale.status === "closed" ? "Closed" : "Ended")
            : <Countdown untilMs={untilMs} nowMs={nowMs} />,
        },
        {
          label: "Sold",
          value: sold.toLocaleString("en"),
          note: "pieces of unpaid and paid orders",
        },
        {
          label: "Left",
          value: stock < 0 ? "unlimited" : (stock - sold).toLocaleString("en"),
          note: stock < 0 ? undefined : `of ${stock.toLocaleString("en")} put on sale`,
        },
        {
          label: "Buyers’ page",
          value: <code class="address">/sales/{sale.saleId}</code>,
          note: "on the address of your edges",
        },
      ]}
    />
  );
}

/** The items, with what changes their stock. */
export function Items({ c, sale, products, newKey }: ShownSale & { c: PageContext }) {
  const changes = may(c) && sale.status === "published" && sale.state !== "ended";
  return (
    <section class="stack" aria-labelledby="items-title">
      <h2 id="items-title">Items</h2>
      <Table
        caption="Items"
        rows={sale.items}
        empty="No items"
        columns={[
          {
            heading: "Product",
            cell: ({ productId }) => (
              <a href={`/admin/products/${productId}`}>
                {products.get(productId)?.name ?? `No. ${productId}`}
              </a>
            ),
          },
          {
            heading: "Price",
            numeric: true,
            cell: ({ price, currency }) => <Money amount={price} currency={currency} />,
          },
          { heading: "Sold", cell: ({ stock, sold }) => <Sold stock={stock} sold={sold} /> },
          {
            heading: "Left",
            numeric: true,
            cell: ({ stock, sold }) =>
              stock < 0 ? "unlimited" : (stock - sold).toLocaleString("en"),
          },
          { heading: "Per buyer", numeric: true, cell: ({ perUserLimit }) => perUserLimit },
          ...(changes
            ? [{
              heading: "",
              cell: (item: SaleView["items"][number]) => (
                <StockButtons
                  c={c}
                  sale={sale}
                  item={item}
                  name={products.get(item.productId)?.name ?? ""}
                  newKey={newKey}
                />
              ),
            }]
            : []),
        ]}
      />
    </section>
  );
}

interface StockButtonsProps {
  c: PageContext;
  sale: SaleView;
  item: SaleView["items"][number];
  name: string;
  newKey: () => string;
}

function StockButtons({ c, sale, item, name, newKey }: StockButtonsProps) {
  const { productId, stock } = item;
  if (stock < 0) return null;
  const action = `/admin/sales/${sale.saleId}/items/${productId}/stock`;
  const ask = (sign: "+" | "-", label: string, question: string) => {
    const id = `${sign === "+" ? "up" : "back"}-${productId}`;
    return (
      <Confirm c={c} id={id} action={action} label={label} question={question} look="small">
        <input type="hidden" name="sign" value={sign} />
        <input type="hidden" name="key" value={newKey()} />
        <div class="field">
          <label for={`${id}-pieces`}>
            {sign === "+" ? "Pieces to add" : "Pieces to take back"}
          </label>
          <input
            id={`${id}-pieces`}
            name="pieces"
            inputmode="numeric"
            autocomplete="off"
            required
            class="figures"
          />
        </div>
      </Confirm>
    );
  };
  return (
    <div class="actions">
      {ask("+", "Top up", `More pieces of ${name} to sell; a sold-out sale opens again.`)}
      {ask("-", "Take back", `Pieces of ${name} that nobody has bought are taken off the sale.`)}
    </div>
  );
}

/** When the sale is. */
export function Times({ c, sale }: { c: PageContext; sale: SaleView }) {
  return (
    <section class="card stack" aria-labelledby="times-title">
      <h2 id="times-title">Times</h2>
      <Facts
        facts={[
          ["Starts", <Time key="starts" c={c} at={sale.startsAt} style="second" named />],
          ["Ends", <Time key="ends" c={c} at={sale.endsAt} style="second" named />],
          ["Time to pay", `${Number((sale.paymentWindowS / 60).toFixed(2))} min`],
        ]}
      />
    </section>
  );
}

const CAPTCHA_WORDS = { always: "always", suspicious: "when suspicious", off: "never" };

/** The limits at a glance. */
export function Limits({ sale }: { sale: SaleView }) {
  const { limits, claims, minLevel, captcha, maxExpiredHolds } = sale;
  const count = (number: number) => number.toLocaleString("en");
  return (
    <section class="card stack" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      <Facts
        facts={[
          ["Whole sale", `${count(limits.ratePerSecond)} a second, ${count(limits.burst)} at once`],
          ["One buyer", `${count(limits.userPerMinute)} tries a minute`],
          ["One address", `${count(limits.ipPerMinute)} tries a minute`],
          ["Slider", CAPTCHA_WORDS[captcha]],
          ["Lowest level", minLevel === 0 ? "everybody" : count(minLevel)],
          claims.length === 0 ? null : ["Rules", <code key="rules">{claimsText(claims)}</code>],
          ["Barred after", `${count(maxExpiredHolds)} unpaid orders`],
        ]}
      />
    </section>
  );
}
